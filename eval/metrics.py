"""Figures of stance, holder and condition for sentences with their gold labels and predictions."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from data.schema import AnnotatedArticle, AnnotatedSentence
from eval.confidence import confidence_figures
from model.labels import STANCES, Stance
from model.types import Prediction


@dataclass(frozen=True, slots=True)
class Scored:
    """One annotated sentence, unit number ``index`` of its article, and what the model said of it."""

    article: AnnotatedArticle
    index: int
    predicted: Prediction

    @property
    def gold(self) -> AnnotatedSentence:
        """The sentence with its labels."""
        return self.article.units[self.index]

    @property
    def right(self) -> bool:
        """Whether the model gave the labelled stance."""
        return self.predicted.stance == self.gold.stance

    @property
    def holder(self) -> str:
        """The predicted holder's name, empty where there is none."""
        return self.predicted.holder.name if self.predicted.holder else ""

    @property
    def condition(self) -> str:
        """The predicted condition, empty where there is none."""
        return self.predicted.condition.text if self.predicted.condition else ""


def stance_figures(gold: Sequence[Stance], predicted: Sequence[Stance]) -> dict[str, Any]:
    """Return n, accuracy, macro-F1 over the stances with examples, each one's figures, and confusion (rows: gold)."""
    precision, recall, f1, support = precision_recall_fscore_support(
        gold, predicted, labels=list(STANCES), zero_division=0
    )
    return {
        "n": len(gold),
        "accuracy": float(np.mean([g == p for g, p in zip(gold, predicted, strict=True)])) if gold else 0.0,
        "macro_f1": float(f1[support > 0].mean()) if gold else 0.0,
        "classes": {
            str(s): {"precision": float(p), "recall": float(r), "f1": float(f), "support": int(n)}
            for s, p, r, f, n in zip(STANCES, precision, recall, f1, support, strict=True)
        },
        "confusion": confusion_matrix(gold, predicted, labels=list(STANCES)).tolist(),
    }


def holder_figures(rows: Sequence[Scored]) -> dict[str, float]:
    """Score the holders of all gold stance sentences that name theirs; a sentence predicted as ``none`` has none.

    ``right`` counts a name that contains or is contained in the gold one, word for word ("Landsbergis" for
    "Gabrielius Landsbergis"); ``exact`` compares the words; ``token_f1`` is their overlap.
    """
    pairs = [(row.gold.holder, row.holder) for row in rows if has_holder(row)]
    return {
        "n": len(pairs),
        "right": _mean([names_agree(g, p) for g, p in pairs]),
        "exact": _mean([words(g) == words(p) for g, p in pairs]),
        "token_f1": _mean([token_f1(g, p) for g, p in pairs]),
    }


def condition_figures(rows: Sequence[Scored]) -> dict[str, float]:
    """Score the condition spans of all gold conditional sentences; one that was given another stance counts 0.

    ``given_stance`` is the token-F1 over those that were rightly found conditional.
    """
    pairs = [(row.gold.condition, row.condition) for row in rows if has_condition(row)]
    return {
        "n": len(pairs),
        "token_f1": _mean([token_f1(g, p) for g, p in pairs]),
        "exact": _mean([words(g) == words(p) for g, p in pairs]),
        "given_stance": _mean([token_f1(g, p) for g, p in pairs if p]),
    }


def has_holder(row: Scored) -> bool:
    """Say whether the sentence's labels name a holder."""
    return row.gold.stance is not Stance.NONE and bool(row.gold.holder)


def has_condition(row: Scored) -> bool:
    """Say whether the sentence's labels name a condition."""
    return row.gold.stance is Stance.CONDITIONAL and bool(row.gold.condition)


def contrast_figures(rows: Sequence[Scored]) -> dict[str, float]:
    """Return the share of contrast groups in which every sentence got its stance (Gardner et al. 2020, section 2.3)."""
    groups: dict[str, list[bool]] = {}
    for row in rows:
        if row.article.source:
            groups.setdefault(row.article.source, []).append(row.right)
    whole = [all(group) for group in groups.values() if len(group) > 1]
    return {"groups": len(whole), "consistent": _mean(whole)}


def figures(rows: Sequence[Scored]) -> dict[str, Any]:
    """Return all figures of a set of scored sentences."""
    gold, predicted = [r.gold.stance for r in rows], [r.predicted.stance for r in rows]
    return stance_figures(gold, predicted) | {
        "holder": holder_figures(rows),
        "condition": condition_figures(rows),
        "contrast": contrast_figures(rows),
        "confidence": confidence_figures(
            [r.predicted.confidence for r in rows],
            [r.right for r in rows],
            [
                1
                + sum(p * p for p in r.predicted.probabilities.values())
                - 2 * r.predicted.probabilities[r.gold.stance]
                for r in rows
            ],
        ),
    }


def words(text: str | None) -> list[str]:
    """Return a text's words, case-folded, without punctuation and articles (as in SQuAD; Rajpurkar et al. 2016)."""
    return [w for w in re.findall(r"\w+", (text or "").casefold()) if w not in ("a", "an", "the")]


def token_f1(gold: str | None, predicted: str) -> float:
    """Return the F1 of the words that two texts share."""
    g, p = Counter(words(gold)), Counter(words(predicted))
    shared = sum((g & p).values())
    return 2 * shared / (g.total() + p.total()) if shared else 0.0


def names_agree(gold: str | None, predicted: str) -> bool:
    """Say whether one name holds all words of the other."""
    g, p = set(words(gold)), set(words(predicted))
    return bool(g and p) and (g <= p or p <= g)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0
