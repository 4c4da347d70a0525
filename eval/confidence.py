"""Whether the confidence is what it says, and what one gains by answering only where it is high."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

BINS: Final = 15
WISHED: Final = (0.8, 0.85, 0.9, 0.95)
"""Precisions for which the report names the confidence to ask for."""


def confidence_figures(confidence: Sequence[float], right: Sequence[bool], brier: Sequence[float]) -> dict[str, Any]:
    """Return calibration error, Brier score, reliability bins, the risk-coverage curve and thresholds.

    ``brier`` holds each sentence's squared distance between its probabilities and its label (Brier 1950).
    """
    return {
        "ece": calibration_error(confidence, right),
        "brier": float(np.mean(brier)) if len(brier) else 0.0,
        "reliability": reliability(confidence, right),
        "risk_coverage": risk_coverage(confidence, right),
        "thresholds": [{"precision": wished} | threshold(confidence, right, wished) for wished in WISHED],
    }


def calibration_error(confidence: Sequence[float], right: Sequence[bool], bins: int = BINS) -> float:
    """Return the expected calibration error over bins of equal count (Nguyen & O'Connor 2015; Guo et al. 2017)."""
    if not len(confidence):
        return 0.0
    return float(
        sum(b["n"] * abs(b["confidence"] - b["accuracy"]) for b in reliability(confidence, right, bins))
        / len(confidence)
    )


def reliability(confidence: Sequence[float], right: Sequence[bool], bins: int = BINS) -> list[dict[str, float]]:
    """Return mean confidence and accuracy of bins of equal count, least confident first."""
    order = np.argsort(confidence, kind="stable")
    return [
        {
            "n": len(part),
            "confidence": float(np.mean(np.take(confidence, part))),
            "accuracy": float(np.mean(np.take(right, part))),
        }
        for part in np.array_split(order, max(1, min(bins, len(order))))
        if len(part)
    ]


def risk_coverage(confidence: Sequence[float], right: Sequence[bool], points: int = 20) -> list[dict[str, float]]:
    """Return the share of wrong answers among the most confident ones, for rising shares of all (Geifman 2017)."""
    order = np.argsort(-np.asarray(confidence, dtype=float), kind="stable")
    wrong = np.cumsum(~np.take(np.asarray(right, dtype=bool), order))
    taken = sorted({max(1, round(len(order) * k / points)) for k in range(1, points + 1)}) if len(order) else []
    return [{"coverage": n / len(order), "risk": float(wrong[n - 1] / n)} for n in taken]


def threshold(confidence: Sequence[float], right: Sequence[bool], wished: float) -> dict[str, float | None]:
    """Find the least confidence above which answers are right as often as wished, and the share answered then.

    Both are None where even the most confident answers are not.
    """
    order = np.argsort(-np.asarray(confidence, dtype=float), kind="stable")
    precision = np.cumsum(np.take(np.asarray(right, dtype=float), order)) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(precision >= wished)
    if not len(good):
        return {"confidence": None, "coverage": None}
    last = int(good[-1])
    return {"confidence": float(np.take(confidence, order[last])), "coverage": (last + 1) / len(order)}
