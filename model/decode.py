"""The network's scores for a window into stances, probabilities and character spans."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from model.labels import AUTHOR, STANCES, TAGS, Stance, Tag
from model.runtime import Scores
from model.types import Condition, Holder, Prediction, Sentence
from model.window import Floats, Tokens, Window

NO_HOLDER: Final = 0
"""Column of ``holder_special`` for a sentence without a holder."""
BY_AUTHOR: Final = 1
"""Column of ``holder_special`` for the article's author."""
MAX_HOLDER_TOKENS: Final = 24


@dataclass(frozen=True, slots=True)
class SentenceScores:
    """One sentence's raw scores, with what its spans were found in."""

    stance: Floats
    """(stances,) unnormalised"""
    condition: tuple[int, int] | None
    """characters of the best condition span, were the sentence conditional"""
    holder: tuple[int, int, int] | None
    """(sentence, start, end) of the best holder span, or None for the author, had the sentence a stance"""
    truncated: bool


def read_window(scores: Scores, row: int, window: Window, tokens: Sequence[Tokens]) -> list[SentenceScores]:
    """Read the scores of one row, for each sentence that the window labels, in order."""
    starts = window.starts()
    taken = dict(window.pieces)
    result = []
    for place, sentence in enumerate(window.targets):
        column, count = starts[sentence], taken[sentence]
        result.append(
            SentenceScores(
                stance=scores.stance[row, place],
                condition=best_condition(scores.condition[row, column : column + count], tokens[sentence]),
                holder=_best_holder(scores, row, place, window, tokens),
                truncated=count < len(tokens[sentence]),
            )
        )
    return result


def best_condition(tags: Floats, tokens: Tokens) -> tuple[int, int] | None:
    """Find the best span under the constraint that a sentence has exactly one (B, then I, all else O).

    ``tags`` is (tokens, tags); the answer is in characters of the sentence.
    """
    outside = tags[:, TAGS.index(Tag.OUTSIDE)]
    begin = tags[:, TAGS.index(Tag.BEGIN)] - outside
    inside = np.cumsum(tags[:, TAGS.index(Tag.INSIDE)] - outside)
    spans = (begin - inside)[:, None] + inside[None, :]
    spans[np.tril_indices(len(tags), -1)] = -np.inf
    first, last = np.unravel_index(int(np.argmax(spans)), spans.shape)
    return _characters(tokens, int(first), int(last))


def _best_holder(
    scores: Scores, row: int, place: int, window: Window, tokens: Sequence[Tokens]
) -> tuple[int, int, int] | None:
    starts, ends = scores.holder_start[row, place], scores.holder_end[row, place]
    content = np.zeros(len(starts), dtype=bool)
    for (_, taken), column in zip(window.pieces, window.starts().values(), strict=True):
        content[column : column + taken] = True
    if scores.holder_special[row, place, BY_AUTHOR] >= np.logaddexp.reduce(starts[content]):
        return None
    best, answer = -np.inf, (0, 0, 0)
    for (sentence, taken), column in zip(window.pieces, window.starts().values(), strict=True):
        span = starts[column : column + taken, None] + ends[None, column : column + taken]
        allowed = np.triu(np.ones_like(span, dtype=bool)) & ~np.triu(np.ones_like(span, dtype=bool), MAX_HOLDER_TOKENS)
        span = np.where(allowed, span, -np.inf)
        first, last = np.unravel_index(int(np.argmax(span)), span.shape)
        if span[first, last] > best:
            best, answer = span[first, last], (sentence, *_characters(tokens[sentence], int(first), int(last)))
    return answer


def _characters(tokens: Tokens, first: int, last: int) -> tuple[int, int]:
    """Widen a span of tokens to whole words and turn it into characters of the sentence."""
    words = tokens.words
    while first > 0 and words[first - 1] is not None and words[first - 1] == words[first]:
        first -= 1
    while last + 1 < len(tokens) and words[last + 1] is not None and words[last + 1] == words[last]:
        last += 1
    return tokens.offsets[first][0], tokens.offsets[last][1]


def probabilities(stance: Floats, temperature: float) -> Floats:
    """Turn scores (…, stances) into calibrated probabilities (temperature scaling: Guo et al. 2017, section 4.2)."""
    scaled = stance.astype(np.float64) / temperature
    scaled = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(scaled / scaled.sum(axis=-1, keepdims=True), dtype=np.float32)


def predict(
    scores: SentenceScores, sentence: Sentence, sentences: Sequence[Sentence], temperature: float
) -> Prediction:
    """Turn one sentence's scores into a prediction. ``sentences`` are the article's, which the holder points into."""
    chances = probabilities(scores.stance, temperature)
    stance = STANCES[int(np.argmax(chances))]
    holder = condition = None
    if stance is not Stance.NONE:
        holder = _holder(scores.holder, sentences)
    if stance is Stance.CONDITIONAL and scores.condition is not None:
        start, end = scores.condition
        condition = Condition(sentence.text[start:end], sentence.start + start, sentence.start + end)
    return Prediction(
        sentence, stance, dict(zip(STANCES, map(float, chances), strict=True)), holder, condition, scores.truncated
    )


def _holder(span: tuple[int, int, int] | None, sentences: Sequence[Sentence]) -> Holder:
    if span is None:
        return Holder(AUTHOR)
    where, start, end = sentences[span[0]], span[1], span[2]
    return Holder(where.text[start:end], where.part, where.start + start, where.start + end)
