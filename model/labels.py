"""The label set: the one place where stances, tags and their order are defined.

The order of ``STANCES`` and ``TAGS`` is the order of the network's outputs. It is written into every
artefact and compared at load, so that labels can never be mixed up silently.
"""

from enum import StrEnum
from typing import Final

GUIDELINES_VERSION: Final = 1
"""Version of ``data/corpus/GUIDELINES.md`` that the labels follow."""

AUTHOR: Final = "author"
"""Holder of a stance that the article's writer takes in their own voice."""


class Stance(StrEnum):
    """A sentence's position on deploying Western armed forces in Ukraine."""

    SUPPORT = "support"
    OPPOSE = "oppose"
    CONDITIONAL = "conditional"
    NONE = "none"


class Tag(StrEnum):
    """A token's place in a condition span (BIO scheme; Ramshaw & Marcus 1995)."""

    OUTSIDE = "O"
    BEGIN = "B"
    INSIDE = "I"


STANCES: Final[tuple[Stance, ...]] = tuple(Stance)
TAGS: Final[tuple[Tag, ...]] = tuple(Tag)
