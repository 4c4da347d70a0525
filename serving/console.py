"""An answer as lines for a terminal, or for a pipe: no colour, no wrapping."""

import os
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self, TextIO

from model.labels import STANCES, Stance
from model.types import Article
from serving.schemas import HolderSummary, SentenceOut

COLORS: Final = {Stance.SUPPORT: "32", Stance.OPPOSE: "31", Stance.CONDITIONAL: "33"}
"""SGR colour of each stance (ECMA-48, 8.3.117)."""
BOLD: Final = "1"
DIM: Final = "2"
NAME_WIDTH: Final = 32
_CONTROLS: Final = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), "\N{REPLACEMENT CHARACTER}")


@dataclass(frozen=True, slots=True)
class Look:
    """How lines are to look. ``width``: columns to wrap at, or None for lines as long as they are."""

    color: bool = False
    width: int | None = None

    @classmethod
    def on(cls, stream: TextIO, color: str) -> Self:
        """Choose what suits the stream; ``color`` is ``auto``, ``always`` or ``never``."""
        terminal = stream.isatty()
        plain = not terminal or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        # A terminal that does not know its width says 0.
        width = os.get_terminal_size(stream.fileno()).columns if terminal else 0
        return cls({"auto": not plain, "always": True, "never": False}[color], width or None)

    def paint(self, text: str, *codes: str) -> str:
        """Return the text in the style of the SGR codes, or as it is."""
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self.color and codes else text

    def wrap(self, text: str, indent: int = 0) -> list[str]:
        """Return the text as lines, all but the first moved in by ``indent`` columns that the first has taken."""
        if self.width is None:
            return [text]
        first, *rest = textwrap.wrap(text, max(self.width - indent, 20), break_on_hyphens=False) or [""]
        return [first, *(" " * indent + line for line in rest)]


def printable(text: str) -> str:
    """Put the text on one line, without the control characters that could command a terminal."""
    return " ".join(text.split()).translate(_CONTROLS)


def render(article: Article, sentences: Sequence[SentenceOut], holders: Sequence[HolderSummary], look: Look) -> str:
    """Show an article, a sentence a line, each stance marked below it; then who stands where."""
    lines = [look.paint(printable(article.id), DIM), ""] if article.id else []
    for before, sentence in zip([None, *sentences], sentences, strict=False):
        if before and _paragraph_between(article, before, sentence):
            lines.append("")
        lines += _sentence(sentence, look)
    lines += ["", look.paint("Who stands where", BOLD), *_table(holders, look)]
    if uncertain := sum(s.uncertain for s in sentences):
        lines.append(look.paint(f"Not counted: {uncertain} uncertain", DIM))
    return "\n".join([*lines, "", ""])


def _paragraph_between(article: Article, before: SentenceOut, after: SentenceOut) -> bool:
    return before.part != after.part or article.part(after.part)[before.end : after.start].count("\n") > 1


def _sentence(sentence: SentenceOut, look: Look) -> list[str]:
    color = [COLORS[sentence.stance]] if sentence.stance in COLORS and not sentence.uncertain else []
    style = [BOLD, *color] if sentence.part == "title" else color
    lines = [look.paint(line, *style) for line in look.wrap(printable(sentence.text))]
    if color or sentence.uncertain or sentence.truncated:
        first, *rest = look.wrap(_mark(sentence), indent=4)
        lines += [look.paint(line, DIM, *color) for line in (f"  → {first}", *rest)]
    return lines


def _mark(sentence: SentenceOut) -> str:
    parts = [f"{'uncertain: ' if sentence.uncertain else ''}{sentence.stance} {sentence.confidence:.2f}"]
    if sentence.holder:
        parts.append(f"holder: {printable(sentence.holder.name)}")
    if sentence.condition:
        parts.append(f"condition: {printable(sentence.condition.text)}")
    if sentence.truncated:
        parts.append("too long to be read whole")
    return " · ".join(parts)


def _table(holders: Sequence[HolderSummary], look: Look) -> list[str]:
    if not holders:
        return ["Nobody takes a position."]
    stances = [s for s in STANCES if s in COLORS]
    names = [textwrap.shorten(printable(h.name), NAME_WIDTH, placeholder=" …") for h in holders]
    first = max(map(len, names))
    counted = "".join(f"  {s}" for s in stances)
    lines = [look.paint(f"{'':{first}}{counted}  conditions", DIM)]
    for name, holder in zip(names, holders, strict=True):
        counts = ""
        for stance in stances:
            count = holder.stances.get(stance, 0)
            counts += "  " + look.paint(f"{count or '–':>{len(stance)}}", *([COLORS[stance]] if count else []))
        conditions, *rest = look.wrap(printable("; ".join(holder.conditions)), indent=first + len(counted) + 2)
        lines += [f"{name:{first}}{counts}  {conditions}".rstrip(), *rest]
    return lines
