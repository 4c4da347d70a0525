"""``python -m data.stats``: how large, how varied and how hard a corpus is. The card's figures come from here."""

import argparse
import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score
from sklearn.pipeline import make_pipeline

from data import CORPUS
from data.duplicates import grams, near_duplicates, words
from data.schema import SPLITS, AnnotatedArticle, AnnotatedSentence, as_json, read_articles
from model.errors import CorpusError
from model.labels import AUTHOR, STANCES, Stance

_CURVE: Final = (1_000, 2_000, 4_000, 6_000)
"""Words at which vocabularies are compared: types grow with the text, so texts of the same lengths are compared."""


def fingerprint(articles: Sequence[AnnotatedArticle]) -> str:
    """Return 16 hexadecimal digits that change with any article, whatever their order."""
    lines = sorted(as_json(article) for article in articles)
    return hashlib.sha256(b"\n".join(lines)).hexdigest()[:16]


def composition(articles: Sequence[AnnotatedArticle]) -> dict[str, Any]:
    """Count articles, sentences, stances, holders and lengths."""
    units = [u for a in articles for u in a.units]
    lengths = sorted(len(u.text.split()) for a in articles for u in a.sentences)
    counts = Counter(u.stance for u in units)
    return {
        "articles": len(articles),
        "sentences": len(units),
        "stances": {str(s): counts[s] for s in STANCES},
        "author": sum(u.holder == AUTHOR for u in units),
        "mixed": sum(u.mixed for u in units),
        "genres": dict(Counter(a.genre for a in articles).most_common()),
        "dates": [min(a.date for a in articles).isoformat(), max(a.date for a in articles).isoformat()],
        "words": {
            "mean": sum(lengths) / len(lengths),
            "p5": lengths[len(lengths) // 20],
            "p95": lengths[-1 - len(lengths) // 20],
        },
    }


def variety(articles: Sequence[AnnotatedArticle], seed: int = 0) -> dict[str, Any]:
    """Measure how little a corpus repeats itself.

    ``distinct_4grams``: distinct word 4-grams by all of them; ``types``: the type-token curve, distinct words among
    the first 1,000 to 6,000 of the articles in random order; ``near_duplicates``: share of sentences with a twin
    (half of the 4-grams shared).
    """
    texts = [u.text for a in articles for u in a.units]
    runs = [gram for text in texts for gram in grams(words(text))]
    shuffled = random.Random(seed).sample(list(articles), len(articles))
    stream = [w for a in shuffled for u in a.units for w in words(u.text)]
    twins = {i for pair in near_duplicates(texts) for i in pair[:2]}
    return {
        "distinct_4grams": len(set(runs)) / len(runs),
        "types": {str(n): len(set(stream[:n])) for n in _CURVE},
        "near_duplicates": len(twins) / len(texts),
    }


def agreement(articles: Sequence[AnnotatedArticle]) -> dict[str, Any]:
    """Compare the two independent annotators where a sentence has both their labels.

    ``kappa`` is Cohen's; ``confusion`` counts unordered pairs of different labels; ``settled_otherwise`` is the
    share of sentences whose settled stance is not the first annotator's.
    """
    rows = [u for a in articles for u in a.units if len(u.labels) >= 2]
    if not rows:
        return {"n": 0}
    first, second = [u.labels[0] for u in rows], [u.labels[1] for u in rows]
    differ = Counter(" / ".join(sorted((a, b))) for a, b in zip(first, second, strict=True) if a != b)
    return {
        "n": len(rows),
        "agreement": sum(a == b for a, b in zip(first, second, strict=True)) / len(rows),
        "kappa": float(cohen_kappa_score(first, second, labels=list(STANCES))),
        "confusion": dict(differ.most_common()),
        "settled_otherwise": sum(u.stance != u.labels[0] for u in rows) / len(rows),
    }


def single_words(train: Sequence[AnnotatedArticle], scored: Sequence[AnnotatedArticle]) -> float:
    """Return the share of sentences whose stance a model that sees only single words gets right.

    TF-IDF with logistic regression, trained on ``train``: how much of the labels hangs on key words alone.
    """
    lessons = [u for a in train for u in a.units if not u.contested]
    tests = [u for a in scored for u in a.units if not u.contested]
    model = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10.0, max_iter=2000))
    model.fit([u.text for u in lessons], [str(u.stance) for u in lessons])
    guesses = model.predict([u.text for u in tests])
    return float(sum(g == u.stance for g, u in zip(guesses, tests, strict=True)) / len(tests))


def holders(units: Sequence[AnnotatedSentence]) -> dict[str, int]:
    """Count distinct holders by how many stances they take in the corpus."""
    stances: dict[str, set[Stance]] = {}
    for unit in units:
        if unit.holder:
            stances.setdefault(unit.holder, set()).add(unit.stance)
    counts = Counter(len(s) for s in stances.values())
    return {str(n): counts[n] for n in sorted(counts)}


def statistics(articles: Sequence[AnnotatedArticle]) -> dict[str, Any]:
    """Return all figures, for the whole and for each split."""
    train = [a for a in articles if a.split == "train"]
    parts = {split: [a for a in articles if a.split == split] for split in SPLITS}
    hard = {s: single_words(train, parts[s]) for s in SPLITS[1:] if train and parts[s]}
    return {"fingerprint": fingerprint(articles), "single_words": hard, "all": composition(articles)} | {
        split: composition(part)
        | {
            "variety": variety(part),
            "agreement": agreement(part),
            "holders": holders([u for a in part for u in a.units]),
        }
        for split, part in parts.items()
        if part
    }


def main(arguments: Sequence[str]) -> int:
    """Print the figures of the corpus, or of the given file or folder, as JSON."""
    parser = argparse.ArgumentParser(prog="data.stats", description="Print the figures of annotated articles as JSON.")
    parser.add_argument("path", nargs="?", type=Path, default=CORPUS, help="file or folder; the corpus by default")
    try:
        figures = statistics(list(read_articles(parser.parse_args(arguments).path)))
    except CorpusError as error:
        print(f"data.stats: {error}", file=sys.stderr)
        return 2
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
