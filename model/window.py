"""Sentences into windows: the rows of token ids that the encoder reads.

A window holds the article's first sentence (its title, where it has one), a few sentences of context,
and then as many sentences to be labelled as fit, each closed by a separator (joint sentence encoding:
Cohan et al. 2019, "Pretrained Language Models for Sequential Sentence Classification"). Every sentence
is labelled in exactly one window. Only a sentence that is longer than a whole window is cut, and says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class WindowSpec:
    """How windows are built. ``max_tokens`` counts separators; ``context`` is in sentences before the first target."""

    max_tokens: int = 384
    context: int = 2
    pad_to: int = 32

    def __post_init__(self) -> None:
        if self.max_tokens < 8 or self.context < 0 or self.pad_to < 1:
            raise ValueError(f"no window can be built with {self}: max_tokens >= 8, context >= 0, pad_to >= 1")


@dataclass(frozen=True, slots=True)
class Tokens:
    """One sentence's tokens: ids, character offsets ``[start, end)`` in the sentence, and word numbers."""

    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]
    words: tuple[int | None, ...]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Window:
    """One row: ``pieces`` are (sentence, tokens taken) in reading order, ``targets`` the sentences labelled here."""

    pieces: tuple[tuple[int, int], ...]
    targets: tuple[int, ...]

    @property
    def length(self) -> int:
        """Number of tokens of the row: a start token, and each piece with its separator."""
        return 1 + sum(taken + 1 for _, taken in self.pieces)

    def starts(self) -> dict[int, int]:
        """Map each sentence of the row to the column of its first token."""
        columns, column = {}, 1
        for sentence, taken in self.pieces:
            columns[sentence] = column
            column += taken + 1
        return columns


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows padded to one shape: B windows, T tokens, S sentences.

    ``input_ids`` and ``attention_mask`` are (B, T); ``sentence_mask`` is (B, S, T) with 1 where a token
    belongs to a sentence that the window labels.
    """

    input_ids: Ints
    attention_mask: Ints
    sentence_mask: Floats


def tokenize(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Tokens]:
    """Turn sentences into tokens, without special tokens. A sentence without any token gets the unknown token."""
    encodings: list[Encoding] = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [
        Tokens(tuple(e.ids), tuple(e.offsets), tuple(e.word_ids))
        if e.ids
        else Tokens((special_ids(tokenizer).unknown,), ((0, len(text)),), (0,))
        for e, text in zip(encodings, texts, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class SpecialIds:
    """Ids of the tokenizer's special tokens."""

    start: int
    separator: int
    padding: int
    unknown: int


def special_ids(tokenizer: Tokenizer) -> SpecialIds:
    """Find the special tokens of BERT-like (``[CLS]``) and RoBERTa-like (``<s>``) vocabularies.

    Raises:
        ValueError: the vocabulary has neither.
    """

    def find(*names: str) -> int:
        for name in names:
            if (number := tokenizer.token_to_id(name)) is not None:
                return int(number)
        raise ValueError(f"the tokenizer has none of the tokens {names}: use a BERT- or RoBERTa-like encoder")

    return SpecialIds(find("<s>", "[CLS]"), find("</s>", "[SEP]"), find("<pad>", "[PAD]"), find("<unk>", "[UNK]"))


def build_windows(lengths: Sequence[int], spec: WindowSpec) -> Iterator[Window]:
    """Lay sentences of the given token counts out into windows, in order; each is a target exactly once."""
    room = spec.max_tokens - 1
    first = 0
    while first < len(lengths):
        need = min(lengths[first] + 1, room)
        context = _context(lengths, first, room - need, spec.context)
        used = sum(lengths[i] + 1 for i in context) + need
        last = first + 1
        while last < len(lengths) and used + lengths[last] + 1 <= room:
            used += lengths[last] + 1
            last += 1
        targets = tuple(range(first, last))
        yield Window(tuple((i, min(lengths[i], room - 1)) for i in (*context, *targets)), targets)
        first = last


def _context(lengths: Sequence[int], first: int, room: int, wanted: int) -> list[int]:
    """Choose the sentences before ``first`` that fit: the nearest ones, then the article's first sentence."""
    chosen: list[int] = []
    for sentence in [*range(first - 1, max(first - 1 - wanted, 0), -1), *([0] if first else [])]:
        if lengths[sentence] + 1 <= room:
            chosen.append(sentence)
            room -= lengths[sentence] + 1
    return sorted(chosen)


def collate(
    windows: Sequence[Window], tokens: Sequence[Sequence[Tokens]], special: SpecialIds, spec: WindowSpec
) -> Batch:
    """Pad windows into one batch. ``tokens[b]`` are the tokens of the article that ``windows[b]`` is from."""
    longest = max(w.length for w in windows)
    width = -(-longest // spec.pad_to) * spec.pad_to
    height = max(len(w.targets) for w in windows)
    ids = np.full((len(windows), width), special.padding, dtype=np.int64)
    mask = np.zeros((len(windows), width), dtype=np.int64)
    sentences = np.zeros((len(windows), height, width), dtype=np.float32)
    for row, (window, article) in enumerate(zip(windows, tokens, strict=True)):
        ids[row, 0] = special.start
        mask[row, : window.length] = 1
        for (sentence, taken), column in zip(window.pieces, window.starts().values(), strict=True):
            ids[row, column : column + taken] = article[sentence].ids[:taken]
            ids[row, column + taken] = special.separator
            if sentence in window.targets:
                sentences[row, sentence - window.targets[0], column : column + taken] = 1
    return Batch(ids, mask, sentences)
