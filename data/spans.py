"""Annotated articles into the classifier's terms: one article, its sentences, and where each holder stands."""

import re
from dataclasses import dataclass

from data.schema import AnnotatedArticle
from model.labels import AUTHOR
from model.types import Article, Sentence


@dataclass(frozen=True, slots=True)
class HolderSpan:
    """A holder's mention: characters ``[start, end)`` of the article's unit number ``unit``."""

    unit: int
    start: int
    end: int


def assemble(annotated: AnnotatedArticle) -> tuple[Article, list[Sentence]]:
    """Put an article's text together, paragraphs on lines of their own, with the annotated sentence bounds."""
    title = annotated.title.text if annotated.title else ""
    sentences = [Sentence(0, "title", 0, len(title), title)] if annotated.title else []
    text, paragraph = "", 0
    for unit in annotated.sentences:
        text += ("\n" if unit.paragraph != paragraph else " ") if text else ""
        paragraph = unit.paragraph
        sentences.append(Sentence(len(sentences), "text", len(text), len(text) + len(unit.text), unit.text))
        text += unit.text
    return Article(text=text, title=title, id=annotated.id), sentences


def locate_holder(annotated: AnnotatedArticle, unit: int) -> HolderSpan | None:
    """Find the mention of a unit's holder that is nearest to it: in itself, before it, or else after it.

    Returns None where the unit has no holder, where it is the author, and where the name is nowhere.
    """
    units = annotated.units
    name = units[unit].holder
    if name is None or name == AUTHOR:
        return None
    mention = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    for other in (unit, *range(unit - 1, -1, -1), *range(unit + 1, len(units))):
        if found := list(mention.finditer(units[other].text)):
            nearest = found[-1] if other < unit else found[0]
            return HolderSpan(other, *nearest.span())
    return None
