"""What a model has to beat: the majority, words with a linear model, the nearest neighbour, zero-shot inference."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

from data.schema import AnnotatedSentence
from model.errors import ConfigError
from model.labels import Stance

Baseline = Callable[[Sequence[AnnotatedSentence], Sequence[str]], list[Stance]]
"""Learns from labelled sentences and labels texts."""

_HYPOTHESES: Final[Mapping[str, Stance]] = {
    "supports sending Western soldiers to Ukraine": Stance.SUPPORT,
    "opposes sending Western soldiers to Ukraine": Stance.OPPOSE,
    "would send Western soldiers to Ukraine only under a condition": Stance.CONDITIONAL,
    "takes no position on sending Western soldiers to Ukraine": Stance.NONE,
}


def majority(train: Sequence[AnnotatedSentence], texts: Sequence[str]) -> list[Stance]:
    """Give every text the most frequent stance of the training sentences."""
    [(stance, _)] = Counter(unit.stance for unit in train).most_common(1)
    return [stance] * len(texts)


def tfidf(train: Sequence[AnnotatedSentence], texts: Sequence[str]) -> list[Stance]:
    """Label each text on its own by TF-IDF over words and word pairs with logistic regression."""
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=1),
        LogisticRegression(C=10.0, max_iter=2000, class_weight="balanced"),
    )
    model.fit([unit.text for unit in train], [str(unit.stance) for unit in train])
    return [Stance(label) for label in model.predict(list(texts))]


def nearest(train: Sequence[AnnotatedSentence], texts: Sequence[str], dimensions: int = 128) -> list[Stance]:
    """Give each text the stance of the nearest training sentence, by latent semantic embedding (Deerwester 1990)."""
    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    counted = vectors.fit_transform([unit.text for unit in train])
    size = min(dimensions, counted.shape[1] - 1)
    embed = make_pipeline(TruncatedSVD(size, random_state=0), Normalizer(copy=False))
    known = embed.fit_transform(counted)
    closest = np.argmax(embed.transform(vectors.transform(texts)) @ known.T, axis=1)
    return [train[i].stance for i in closest]


def zero_shot(folder: Path) -> Baseline:
    """Return a baseline that labels each text by an NLI model's entailment (Yin et al. 2019), untrained on the task.

    Raises:
        ConfigError: the folder holds no model for sequence classification.
    """
    from transformers import pipeline

    try:
        classify = pipeline("zero-shot-classification", model=str(folder), tokenizer=str(folder))
    except (OSError, ValueError) as error:
        raise ConfigError(f"no NLI model at '{folder}': give the folder of one ({error})") from error

    def label(_: Sequence[AnnotatedSentence], texts: Sequence[str]) -> list[Stance]:
        said = classify(list(texts), list(_HYPOTHESES), hypothesis_template="The speaker {}.")
        return [_HYPOTHESES[answer["labels"][0]] for answer in said]

    return label


BASELINES: Final[Mapping[str, Baseline]] = {
    "majority": majority,
    "TF-IDF + logistic regression": tfidf,
    "nearest labelled sentence": nearest,
}
