"""What goes into the classifier and what comes out, as frozen dataclasses.

All offsets are half-open ``[start, end)`` and count Unicode code points of the article's part they
refer to: ``part[start:end]`` is the span's text, always.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from model.errors import InputError
from model.labels import Stance

Part = Literal["title", "text"]


@dataclass(frozen=True, slots=True)
class Article:
    """An article: a title (may be empty) and a text.

    Raises:
        InputError: title and text hold nothing but white space, or a lone surrogate, which is no character.
    """

    text: str
    title: str = ""
    id: str | None = None

    def __post_init__(self) -> None:
        if not (self.title.strip() or self.text.strip()):
            raise InputError("the article is empty: give a 'text' with at least one character that is not white space")
        for part in ("title", "text"):
            for position, character in enumerate(self.part(part)):
                if "\ud800" <= character <= "\udfff":
                    raise InputError(
                        f"'{part}' has a lone surrogate (U+{ord(character):04X}) at character {position}: "
                        "send valid Unicode text"
                    )

    def part(self, name: Part) -> str:
        """Return the title or the text."""
        return self.title if name == "title" else self.text


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an article: ``article.part(part)[start:end] == text``."""

    index: int
    part: Part
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose stance it is: a span of the article, or ``author`` with no span."""

    name: str
    part: Part | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """What a conditional stance hangs on: a span within the sentence, in offsets of the sentence's part."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of one sentence. ``truncated``: the sentence was too long to be read whole."""

    sentence: Sentence
    stance: Stance
    probabilities: Mapping[Stance, float]
    holder: Holder | None
    condition: Condition | None
    truncated: bool

    @property
    def confidence(self) -> float:
        """Calibrated probability of the predicted stance."""
        return self.probabilities[self.stance]
