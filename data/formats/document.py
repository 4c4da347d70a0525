"""An annotated article as one plain text with character spans: what span-annotation tools hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data.schema import AnnotatedArticle, AnnotatedSentence, from_dict
from data.spans import assemble, locate_holder


@dataclass(frozen=True, slots=True)
class Document:
    """The article's text, its title on the first line, and the span ``[start, end)`` of each unit in it."""

    text: str
    spans: tuple[tuple[int, int], ...]


def to_document(annotated: AnnotatedArticle) -> Document:
    """Put the title and the text into one string."""
    article, sentences = assemble(annotated)
    shift = len(article.title) + 1 if annotated.title else 0
    text = f"{article.title}\n{article.text}" if annotated.title else article.text
    return Document(
        text, tuple((s.start, s.end) if s.part == "title" else (s.start + shift, s.end + shift) for s in sentences)
    )


def holder_span(annotated: AnnotatedArticle, unit: int, document: Document) -> tuple[int, int] | None:
    """Return the span of a unit's holder in the document; None for the author, or without a holder."""
    found = locate_holder(annotated, unit)
    if found is None:
        return None
    start = document.spans[found.unit][0]
    return start + found.start, start + found.end


def from_document(
    text: str, units: Iterable[tuple[int, int, Mapping[str, object]]], about: Mapping[str, object], where: str
) -> AnnotatedArticle:
    """Build an article from a text, its units' spans with their fields, and the article's own fields.

    ``about["titled"]`` says whether the first unit is a title. Line breaks between units start paragraphs.

    Raises:
        CorpusError: what comes out breaks the record format.
    """
    built: list[dict[str, object]] = []
    paragraph, last = 0, None
    for number, (start, end, fields) in enumerate(sorted(units, key=lambda u: u[:2])):
        if last is not None and "\n" in text[last:start] and not (number == 1 and about.get("titled")):
            paragraph += 1
        last = end
        built.append({"text": text[start:end], "paragraph": paragraph, **fields})
    record = {k: v for k, v in about.items() if k != "titled" and v not in (None, "")}
    if about.get("titled") and built:
        record["title"] = built.pop(0)
    return from_dict(record | {"sentences": built}, where)


def about(article: AnnotatedArticle) -> dict[str, object]:
    """Return the article's own fields, without its sentences."""
    return {
        "id": article.id,
        "date": article.date.isoformat(),
        "genre": article.genre,
        "split": article.split,
        "source": article.source,
        "titled": article.title is not None,
    }


def flags(unit: AnnotatedSentence) -> dict[str, bool]:
    """Return a unit's yes-or-no fields."""
    return {"mixed": unit.mixed, "contested": unit.contested}
