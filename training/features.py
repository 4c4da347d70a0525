"""Annotated articles into training windows: the rows that serving would build, with their targets.

``IGNORED`` marks what no loss is taken on: padding, context, contested sentences, condition tags of sentences
that are not conditional, and holders whose mention lies outside the window.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from tokenizers import Tokenizer

from data.schema import AnnotatedArticle, AnnotatedSentence
from data.spans import locate_holder
from model.decode import BY_AUTHOR, NO_HOLDER
from model.labels import AUTHOR, STANCES, TAGS, Stance, Tag
from model.window import Batch, Floats, Ints, SpecialIds, Tokens, Window, WindowSpec, build_windows, collate, tokenize

IGNORED: Final = -100

Lessons = Mapping[str, Floats]
"""A teacher's probabilities by article id, (sentences, stances)."""
NO_LESSONS: Final[Lessons] = {}


@dataclass(frozen=True, slots=True)
class Example:
    """One window of an article."""

    article: AnnotatedArticle
    tokens: tuple[Tokens, ...]
    window: Window


@dataclass(frozen=True, slots=True)
class Targets:
    """What the network should say for a batch of B windows, S sentences, T tokens.

    ``stance`` (B, S); ``teacher`` (B, S, stances), a teacher's probabilities, zeros where it gave none; ``tags``
    (B, T); ``holder_start`` (B, S) indexes the two special choices followed by the T tokens; ``holder_end`` (B, S)
    indexes the tokens.
    """

    stance: Ints
    teacher: Floats
    tags: Ints
    holder_start: Ints
    holder_end: Ints


def examples(articles: Sequence[AnnotatedArticle], tokenizer: Tokenizer, spec: WindowSpec) -> Iterator[Example]:
    """Yield the windows of articles, in order."""
    for article in articles:
        tokens = tuple(tokenize(tokenizer, [unit.text for unit in article.units]))
        for window in build_windows([len(t) for t in tokens], spec):
            yield Example(article, tokens, window)


def batch(
    rows: Sequence[Example], special: SpecialIds, spec: WindowSpec, lessons: Lessons = NO_LESSONS
) -> tuple[Batch, Targets]:
    """Pad examples into one batch with its targets, a teacher's lessons among them where there is one."""
    inputs = collate([r.window for r in rows], [r.tokens for r in rows], special, spec)
    b, s, t = inputs.sentence_mask.shape
    stance, start, end = (np.full((b, s), IGNORED, dtype=np.int64) for _ in range(3))
    tags = np.full((b, t), IGNORED, dtype=np.int64)
    teacher = np.zeros((b, s, len(STANCES)), dtype=np.float32)
    for row, example in enumerate(rows):
        columns = example.window.starts()
        taken = dict(example.window.pieces)
        if (lesson := lessons.get(example.article.id)) is not None:
            teacher[row, : len(example.window.targets)] = lesson[list(example.window.targets)]
        for place, number in enumerate(example.window.targets):
            unit = example.article.units[number]
            if unit.contested:
                continue
            stance[row, place] = STANCES.index(unit.stance)
            start[row, place], end[row, place] = _holder(example, number, unit, columns, taken)
            if unit.stance is Stance.CONDITIONAL and unit.condition:
                column = columns[number]
                tags[row, column : column + taken[number]] = _tags(unit, example.tokens[number], taken[number])
    return inputs, Targets(stance, teacher, tags, start, end)


def _tags(unit: AnnotatedSentence, tokens: Tokens, taken: int) -> Ints:
    begin = unit.text.index(unit.condition or "")
    end = begin + len(unit.condition or "")
    tags = np.full(taken, TAGS.index(Tag.OUTSIDE), dtype=np.int64)
    inside = [i for i, (a, b) in enumerate(tokens.offsets[:taken]) if a < end and b > begin]
    tags[inside] = TAGS.index(Tag.INSIDE)
    tags[inside[:1]] = TAGS.index(Tag.BEGIN)
    return tags


def _holder(
    example: Example, number: int, unit: AnnotatedSentence, columns: dict[int, int], taken: dict[int, int]
) -> tuple[int, int]:
    if unit.stance is Stance.NONE:
        return NO_HOLDER, IGNORED
    if unit.holder == AUTHOR:
        return BY_AUTHOR, IGNORED
    span = locate_holder(example.article, number)
    if span is None or span.unit not in columns:
        return IGNORED, IGNORED
    offsets = example.tokens[span.unit].offsets[: taken[span.unit]]
    inside = [i for i, (a, b) in enumerate(offsets) if a < span.end and b > span.start]
    if not inside:
        return IGNORED, IGNORED
    column = columns[span.unit]
    return 2 + column + inside[0], column + inside[-1]
