"""What a model has to beat: the most frequent stance, and single words and word pairs with a linear model."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from data.schema import AnnotatedSentence
from model.labels import Stance

Baseline = Callable[[Sequence[AnnotatedSentence], Sequence[str]], list[Stance]]
"""Learns from labelled sentences and labels texts."""


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


BASELINES: Final[Mapping[str, Baseline]] = {"majority": majority, "TF-IDF + logistic regression": tfidf}
