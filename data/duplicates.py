"""Near-duplicate sentences: pairs that share most of their word 4-grams.

Exact set comparison by an inverted index (no hashing tricks: a corpus of this size needs none). Sentences of
fewer than eight words are compared whole.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

SHINGLE: Final = 4
SHORT: Final = 8
_WORD: Final = re.compile(r"\w+")


def words(text: str) -> tuple[str, ...]:
    """Return a text's words, case-folded, without punctuation."""
    return tuple(_WORD.findall(text.casefold()))


def grams(of: Sequence[str]) -> list[tuple[str, ...]]:
    """Return all word 4-grams of a text's words, in order."""
    return [tuple(of[i : i + SHINGLE]) for i in range(len(of) - SHINGLE + 1)]


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Return a sentence's set of word 4-grams; all of its words as one where it is short."""
    w = words(text)
    if len(w) < SHORT:
        return frozenset([w])
    return frozenset(grams(w))


def near_duplicates(texts: Sequence[str], threshold: float = 0.5) -> Iterator[tuple[int, int, float]]:
    """Yield pairs ``(i, j, similarity)``, i < j, whose Jaccard similarity of shingles reaches the threshold."""
    sets = [shingles(text) for text in texts]
    index: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for j, own in enumerate(sets):
        shared = Counter(i for shingle in own for i in index[shingle])
        for i, count in sorted(shared.items()):
            similarity = count / (len(sets[i]) + len(own) - count)
            if similarity >= threshold:
                yield i, j, similarity
        for shingle in own:
            index[shingle].append(j)
