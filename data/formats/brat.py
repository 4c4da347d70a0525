"""Standoff annotation as brat writes it: a ``.txt`` with a ``.ann`` for each article of a folder.

Entities ``support``, ``oppose``, ``conditional`` and ``none`` cover sentences, ``Holder`` and ``Condition`` their
spans; the relation ``HeldBy`` leads from a sentence to its holder; attributes ``Author``, ``Mixed`` and
``Contested`` hang on sentences. A note on the first sentence holds the article's date, genre and split. Offsets
are in code points, as in brat. Not held: the independent annotators' ``labels``.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from data.formats.document import about, flags, from_document, holder_span, to_document
from data.schema import AnnotatedArticle
from model.errors import CorpusError
from model.labels import AUTHOR, STANCES

_ENTITY: Final = re.compile(r"(T\d+)\t(\w+) (\d+) (\d+)\t")
_RELATION: Final = re.compile(r"R\d+\tHeldBy Arg1:(T\d+) Arg2:(T\d+)")
_ATTRIBUTE: Final = re.compile(r"[AM]\d+\t(Author|Mixed|Contested) (T\d+)")
_NOTE: Final = re.compile(r"#\d+\tAnnotatorNotes T\d+\t(\{.*\})")


class Brat:
    """A folder of standoff annotation."""

    def read(self, path: Path) -> list[AnnotatedArticle]:
        """Read every ``.ann`` of a folder with the ``.txt`` beside it."""
        files = sorted(path.glob("*.ann"))
        if not files:
            raise CorpusError(f"{path}: no .ann file in this folder")
        return [_read(file) for file in files]

    def write(self, articles: Sequence[AnnotatedArticle], path: Path) -> None:
        """Write a ``.txt`` and a ``.ann`` for each article, named by its id."""
        path.mkdir(parents=True, exist_ok=True)
        for article in articles:
            text, lines = to_document(article).text, _lines(article)
            (path / f"{article.id}.txt").write_text(text, encoding="utf-8", newline="")
            (path / f"{article.id}.ann").write_text(
                "".join(f"{line}\n" for line in lines), encoding="utf-8", newline=""
            )


def _lines(article: AnnotatedArticle) -> list[str]:
    document = to_document(article)
    lines: list[str] = []

    def add(kind: str, start: int, end: int) -> str:
        name = f"T{sum(line.startswith('T') for line in lines) + 1}"
        lines.append(f"{name}\t{kind} {start} {end}\t{document.text[start:end]}")
        return name

    for number, (unit, (start, end)) in enumerate(zip(article.units, document.spans, strict=True)):
        sentence = add(str(unit.stance), start, end)
        if number == 0:
            lines.append(f"#1\tAnnotatorNotes {sentence}\t{json.dumps(about(article), ensure_ascii=False)}")
        raised = {"Author": unit.holder == AUTHOR} | {flag.capitalize(): up for flag, up in flags(unit).items()}
        lines += [f"A{len(lines)}{i}\t{name} {sentence}" for i, (name, up) in enumerate(raised.items()) if up]
        if unit.condition:
            at = start + unit.text.index(unit.condition)
            add("Condition", at, at + len(unit.condition))
        if span := holder_span(article, number, document):
            lines.append(f"R{number + 1}\tHeldBy Arg1:{sentence} Arg2:{add('Holder', *span)}")
    return lines


def _read(file: Path) -> AnnotatedArticle:
    source = file.with_suffix(".txt")
    if not source.is_file():
        raise CorpusError(f"{file}: the text '{source.name}' is missing beside it")
    text, marks = source.read_bytes().decode("utf-8"), file.read_text(encoding="utf-8")
    info: dict[str, Any] = {"id": file.stem}
    if note := _NOTE.search(marks):
        info |= json.loads(note[1])
    entities = {name: (kind, int(start), int(end)) for name, kind, start, end in _ENTITY.findall(marks)}
    conditions = [(start, end) for kind, start, end in entities.values() if kind == "Condition"]
    held = dict(_RELATION.findall(marks))
    attributes = {(sentence, kind) for kind, sentence in _ATTRIBUTE.findall(marks)}
    units = []
    for name, (kind, start, end) in entities.items():
        if kind not in STANCES:
            continue
        holder = AUTHOR if (name, "Author") in attributes else None
        if name in held:
            if held[name] not in entities:
                raise CorpusError(f"{file}: {name} is held by {held[name]}, which is not there")
            _, first, last = entities[held[name]]
            holder = text[first:last]
        condition = next((text[a:b] for a, b in conditions if start <= a and b <= end), None)
        fields: dict[str, object] = {"stance": kind, "holder": holder, "condition": condition}
        fields |= {flag: (name, flag.capitalize()) in attributes for flag in ("mixed", "contested")}
        units.append((start, end, fields))
    return from_document(text, units, info, str(file))
