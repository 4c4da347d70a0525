"""Sentences to read: the most confident mistakes, and the least certain answers (what to label next)."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from eval.metrics import Scored

COUNT: Final = 30
CONTEXT: Final = 2
"""Sentences before the one in question that are shown with it."""


def confident_mistakes(rows: Sequence[Scored], count: int = COUNT) -> list[dict[str, Any]]:
    """Return the wrong answers that the model was surest of."""
    wrong = [row for row in rows if not row.right]
    return [example(row) for row in sorted(wrong, key=lambda row: -row.predicted.confidence)[:count]]


def least_certain(rows: Sequence[Scored], count: int = COUNT) -> list[dict[str, Any]]:
    """Return the answers with the smallest margin between the two likeliest stances (Settles 2009, section 3.1)."""

    def margin(row: Scored) -> float:
        first, second = sorted(row.predicted.probabilities.values(), reverse=True)[:2]
        return first - second

    return [example(row) for row in sorted(rows, key=margin)[:count]]


def example(row: Scored) -> dict[str, Any]:
    """Return a sentence with its context, its labels and what the model said, as plain data."""
    units = row.article.units
    return {
        "article": row.article.id,
        "index": row.index,
        "context": [unit.text for unit in units[max(0, row.index - CONTEXT) : row.index]],
        "text": row.gold.text,
        "labelled": str(row.gold.stance),
        "predicted": str(row.predicted.stance),
        "probabilities": {str(s): round(p, 4) for s, p in row.predicted.probabilities.items()},
        "holder": row.holder,
        "condition": row.condition,
    }


def write_examples(examples: Sequence[dict[str, Any]], path: Path) -> None:
    """Write examples as JSONL, which annotation tools read."""
    path.write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in examples), encoding="utf-8")
