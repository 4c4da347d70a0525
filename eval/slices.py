"""Where a model fails: its figures on parts of the data, the worst first."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from data.schema import AnnotatedArticle
from eval.bootstrap import Draws, interval
from eval.metrics import Scored
from model.labels import AUTHOR

LEAST: Final = 10
"""Sentences below which a slice is not shown: its interval would say nothing."""
TURN: Final = "2025-01-20"
"""A date that splits the debate: before and after the change of government in Washington."""

_NEGATION: Final = re.compile(
    r"\b(no|not|never|nothing|nobody|none|neither|nor|without|cannot|refus\w+|reject\w+|den(?:y|ied|ies)"
    r"|rul(?:e|es|ed|ing) out|exclud\w+|dismiss\w+)\b|n[’']t\b",
    re.IGNORECASE,
)
_CONDITION: Final = re.compile(
    r"\b(if|unless|once|only|provided|until|as long as|so long as|after|before|should|in the event|in case|depend\w*"
    r"|on condition|with(?:out)? a (?:mandate|ceasefire|truce))\b",
    re.IGNORECASE,
)
_PRONOUN: Final = re.compile(r"\b(he|she|they|we|I|his|her|their|our)\b")
_QUOTE: Final = re.compile(r"[\"“”„«»]")
_COUNTRIES: Final = re.compile(
    r"\b(Albania|Australia|Austria|Belarus|Belgium|Brazil|Britain|Bulgaria|Canada|China|Croatia|Cyprus|Czechia|Denmark"
    r"|Estonia|Finland|France|Georgia|Germany|Greece|Hungary|Iceland|India|Ireland|Israel|Italy|Japan|Kazakhstan|Kosovo"
    r"|Latvia|Lithuania|Luxembourg|Malta|Moldova|Montenegro|Netherlands|New Zealand|North Korea|North Macedonia|Norway"
    r"|Poland|Portugal|Romania|Serbia|Slovakia|Slovenia|South Africa|South Korea|Spain|Sweden|Switzerland|Turkey"
    r"|Ukraine|United Kingdom|United States)\b"
)

Slicer = Callable[[Scored], str | None]
"""Gives a sentence's value in a dimension, None where it has none."""


def slicers(train: Sequence[AnnotatedArticle]) -> Mapping[str, Slicer]:
    """Return the dimensions that sentences are sliced by; ``train`` tells which countries were seen in training."""
    seen = {name for article in train for unit in article.units for name in _COUNTRIES.findall(unit.text)}

    def country(row: Scored) -> str | None:
        named = set(_COUNTRIES.findall(row.gold.text))
        return ("seen in training" if named <= seen else "unseen in training") if named else None

    return {
        "genre": lambda row: row.article.genre or None,
        "stance": lambda row: str(row.gold.stance),
        "length": _length,
        "quotation": _either(_QUOTE, "quoted", "not quoted"),
        "negation": _either(_NEGATION, "with a negation", "without a negation"),
        "conditional marker": _either(_CONDITION, "with a marker", "without a marker"),
        "holder": _holder,
        "two holders": lambda row: "mixed" if row.gold.mixed else None,
        "position": _position,
        "country": country,
        "date": lambda row: f"before {TURN}" if row.article.date.isoformat() < TURN else f"from {TURN}",
    }


def slice_figures(rows: Sequence[Scored], draws: Draws, dimensions: Mapping[str, Slicer]) -> list[dict[str, Any]]:
    """Return n, accuracy and its 95 % interval of every slice, the worst accuracy first."""
    found = [
        {
            "dimension": dimension,
            "value": value,
            "n": len(part),
            "accuracy": sum(row.right for row in part) / len(part),
            "interval": interval(draws.mean(part, lambda row: row.right)),
        }
        for dimension, value, part in parts(rows, dimensions)
    ]
    return sorted(found, key=lambda f: (f["accuracy"], f["dimension"], f["value"]))


def parts(rows: Sequence[Scored], dimensions: Mapping[str, Slicer]) -> Iterator[tuple[str, str, list[Scored]]]:
    """Yield dimension, value and sentences of every slice that is large enough."""
    for dimension, slicer in dimensions.items():
        values: dict[str, list[Scored]] = {}
        for row in rows:
            if (value := slicer(row)) is not None:
                values.setdefault(value, []).append(row)
        for value, part in sorted(values.items()):
            if len(part) >= LEAST:
                yield dimension, value, part


def _either(pattern: re.Pattern[str], yes: str, no: str) -> Slicer:
    return lambda row: yes if pattern.search(row.gold.text) else no


def _length(row: Scored) -> str:
    count = len(row.gold.text.split())
    return "up to 12 words" if count <= 12 else "13 to 24 words" if count <= 24 else "25 words or more"


def _holder(row: Scored) -> str | None:
    name = row.gold.holder
    if not name:
        return None
    if name == AUTHOR:
        return "the author"
    if name in row.gold.text:
        return "named in the sentence"
    return "a pronoun for one named before" if _PRONOUN.search(row.gold.text) else "only understood from before"


def _position(row: Scored) -> str:
    if row.article.title is not None and row.index == 0:
        return "headline"
    place = row.index / max(1, len(row.article.units) - 1)
    return "first third" if place <= 1 / 3 else "second third" if place <= 2 / 3 else "last third"
