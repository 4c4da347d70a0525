"""Intervals by the bootstrap over articles (Efron & Tibshirani 1993, section 13.3).

Sentences of one article are not independent, so whole articles are drawn with replacement. Every figure is a sum over
articles, so a draw is a weight for each article and thousands of draws are one matrix product.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from eval.confidence import calibration_error
from eval.metrics import Scored, has_condition, has_holder, names_agree, token_f1
from model.labels import STANCES
from model.window import Floats

DRAWS: Final = 1000
_DRAWS_OF_CALIBRATION: Final = 200


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws of articles: ``weights`` (draws, articles) says how often each was drawn; the first row is the data."""

    articles: tuple[str, ...]
    weights: Floats

    def tables(self, rows: Sequence[Scored]) -> Floats:
        """Count each article's sentences by gold and predicted stance, (articles, stances, stances)."""
        place = {name: i for i, name in enumerate(self.articles)}
        table = np.zeros((len(place), len(STANCES), len(STANCES)), dtype=np.float32)
        for row in rows:
            table[place[row.article.id], STANCES.index(row.gold.stance), STANCES.index(row.predicted.stance)] += 1
        return table

    def f1(self, rows: Sequence[Scored]) -> tuple[Floats, Floats]:
        """Return macro-F1 (draws,) over the stances with examples, and each stance's F1 (draws, stances)."""
        counts = np.tensordot(self.weights, self.tables(rows), axes=1)
        hits = np.diagonal(counts, axis1=1, axis2=2)
        total = counts.sum(axis=1) + counts.sum(axis=2)
        f1 = np.divide(2 * hits, total, out=np.zeros_like(hits), where=total > 0)
        occurring = counts[0].sum(axis=1) > 0
        return f1[:, occurring].mean(axis=1), f1

    def mean(self, rows: Sequence[Scored], value: Callable[[Scored], float]) -> Floats:
        """Return the mean of a value of each sentence, (draws,)."""
        place = {name: i for i, name in enumerate(self.articles)}
        sums, counts = np.zeros(len(place)), np.zeros(len(place))
        for row in rows:
            sums[place[row.article.id]] += value(row)
            counts[place[row.article.id]] += 1
        total = self.weights @ counts
        return np.divide(self.weights @ sums, total, out=np.zeros(len(self.weights)), where=total > 0)


def draw(articles: Sequence[str], seed: int, draws: int = DRAWS) -> Draws:
    """Draw articles with replacement, as many as there are, ``draws`` times."""
    names = tuple(dict.fromkeys(articles))
    generator = np.random.default_rng(seed)
    weights = generator.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws).astype(np.float32)
    return Draws(names, np.vstack([np.ones((1, len(names)), dtype=np.float32), weights]))


def interval(values: Floats) -> list[float]:
    """Return the 95 % percentile interval of draws; the first value is the data's own and is left out."""
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return [float(low), float(high)]


def intervals(rows: Sequence[Scored], draws: Draws) -> dict[str, Any]:
    """Return the 95 % intervals of the report's main figures."""
    macro, classes = draws.f1(rows)
    holders = [row for row in rows if has_holder(row)]
    conditions = [row for row in rows if has_condition(row)]
    return {
        "macro_f1": interval(macro),
        "accuracy": interval(draws.mean(rows, lambda row: row.right)),
        "classes": {str(s): interval(classes[:, i]) for i, s in enumerate(STANCES)},
        "holder": interval(draws.mean(holders, lambda row: names_agree(row.gold.holder, row.holder))),
        "condition": interval(draws.mean(conditions, lambda row: token_f1(row.gold.condition, row.condition))),
        "ece": _calibration(rows, draws),
    }


def _calibration(rows: Sequence[Scored], draws: Draws) -> list[float]:
    """Bias-corrected: a resample adds its own noise to each bin, so the draws are shifted to centre on the data's."""
    place = {name: i for i, name in enumerate(draws.articles)}
    owner = np.array([place[row.article.id] for row in rows])
    confidence = np.array([row.predicted.confidence for row in rows])
    right = np.array([row.right for row in rows])
    found = []
    for weights in draws.weights[: _DRAWS_OF_CALIBRATION + 1]:
        taken = np.repeat(np.arange(len(rows)), weights[owner].astype(int))
        found.append(calibration_error(list(confidence[taken]), list(right[taken])))
    values = np.array(found)
    values[1:] += values[0] - values[1:].mean()
    return [max(0.0, bound) for bound in interval(values)]
