"""Is the new model better than the old one? Paired, on the same sentences of the same articles."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from scipy.stats import binomtest

from eval.bootstrap import Draws, interval
from eval.metrics import Scored, names_agree, token_f1
from eval.slices import Slicer, parts
from model.labels import STANCES
from model.window import Floats

SHOWN: Final = 20
"""Sentences gained and lost that the report shows, of each."""


def compare(
    new: Sequence[Scored], old: Sequence[Scored], draws: Draws, dimensions: Mapping[str, Slicer]
) -> dict[str, Any]:
    """Compare two models' answers to the same sentences, given in the same order.

    Every difference is new minus old, with the 95 % interval of a paired bootstrap over articles; McNemar's exact test
    (1947) is over sentences. The verdict follows from the interval of macro-F1, never from the point.
    """
    (new_macro, new_classes), (old_macro, old_classes) = draws.f1(new), draws.f1(old)
    before = {_key(row): row for row in old}
    pairs = [(row, before[_key(row)]) for row in new]
    gained = [(n, o) for n, o in pairs if n.right and not o.right]
    lost = [(n, o) for n, o in pairs if o.right and not n.right]
    macro = _difference(new_macro - old_macro)
    return {
        "verdict": verdict(macro["interval"]),
        "macro_f1": macro,
        "classes": {str(s): _difference(new_classes[:, i] - old_classes[:, i]) for i, s in enumerate(STANCES)},
        "holder": _paired(pairs, draws, lambda row: names_agree(row.gold.holder, row.holder), "holder"),
        "condition": _paired(pairs, draws, lambda row: token_f1(row.gold.condition, row.condition), "condition"),
        "slices": _slices(new, before, draws, dimensions),
        "mcnemar": {
            "gained": len(gained),
            "lost": len(lost),
            "p": float(binomtest(len(gained), len(gained) + len(lost)).pvalue) if gained or lost else 1.0,
        },
        "gained": [_side_by_side(*pair) for pair in _most_confident(gained)],
        "lost": [_side_by_side(*pair) for pair in _most_confident(lost)],
    }


def verdict(bounds: Sequence[float]) -> str:
    """Say ``better`` or ``worse`` where the whole interval lies on one side of zero."""
    low, high = bounds
    return "better" if low > 0 else "worse" if high < 0 else "no difference shown"


def _difference(values: Floats) -> dict[str, Any]:
    return {"difference": float(values[0]), "interval": interval(values)}


def _paired(pairs: Sequence[tuple[Scored, Scored]], draws: Draws, value: Any, span: str) -> dict[str, Any]:
    labelled = [(n, o) for n, o in pairs if getattr(n.gold, span)]
    new, old = [n for n, _ in labelled], [o for _, o in labelled]
    return _difference(draws.mean(new, value) - draws.mean(old, value))


def _slices(
    new: Sequence[Scored], before: Mapping[tuple[str, int], Scored], draws: Draws, dimensions: Mapping[str, Slicer]
) -> list[dict[str, Any]]:
    found = []
    for dimension, value, part in parts(new, dimensions):
        gap = draws.mean(part, lambda row: row.right - before[_key(row)].right)
        found.append({"dimension": dimension, "value": value, "n": len(part)} | _difference(gap))
    return sorted(found, key=lambda f: (f["difference"], f["dimension"], f["value"]))


def _key(row: Scored) -> tuple[str, int]:
    return row.article.id, row.index


def _most_confident(pairs: Sequence[tuple[Scored, Scored]]) -> list[tuple[Scored, Scored]]:
    confidence = np.array([n.predicted.confidence for n, _ in pairs])
    return [pairs[i] for i in np.argsort(-confidence, kind="stable")[:SHOWN]]


def _side_by_side(new: Scored, old: Scored) -> dict[str, Any]:
    return {
        "article": new.article.id,
        "index": new.index,
        "text": new.gold.text,
        "labelled": str(new.gold.stance),
        "new": str(new.predicted.stance),
        "old": str(old.predicted.stance),
    }
