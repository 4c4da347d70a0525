"""One sentence a row, as CSV or JSONL. Holds every field of the record."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from data.formats.document import about
from data.schema import AnnotatedArticle, AnnotatedSentence, from_dict
from model.errors import CorpusError

_ARTICLE: Final = ("id", "date", "genre", "split", "source")
_SENTENCE: Final = ("part", "paragraph", "text", "stance", "holder", "condition", "mixed", "contested", "labels")
FIELDS: Final = (*_ARTICLE, *_SENTENCE)


def to_rows(article: AnnotatedArticle) -> Iterator[dict[str, Any]]:
    """Yield a row for the title and for each sentence."""
    own = {k: v for k, v in about(article).items() if k in _ARTICLE}
    for unit in article.units:
        yield own | _unit(unit) | {"part": "title" if unit is article.title else "text"}


def _unit(unit: AnnotatedSentence) -> dict[str, Any]:
    row = {name: getattr(unit, name) for name in _SENTENCE if name not in ("part", "labels")}
    return row | {"stance": str(unit.stance), "labels": ";".join(unit.labels)}


def from_rows(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> list[AnnotatedArticle]:
    """Build articles from rows with the place of each; rows of one article stand together.

    Raises:
        CorpusError: a row has an unknown or missing field, or breaks the record format.
    """
    articles = []
    for identity, group in groupby(rows, key=lambda item: item[1].get("id")):
        members = list(group)
        where = members[0][0]
        if not identity:
            raise CorpusError(f"{where}: the row has no 'id': every row names its article")
        record: dict[str, Any] = {k: v for k, v in members[0][1].items() if k in _ARTICLE and v}
        units = [(_part(place, row), _parse(place, row)) for place, row in members]
        titles = [unit for part, unit in units if part == "title"]
        if len(titles) > 1:
            raise CorpusError(f"{where}: article '{identity}' has {len(titles)} titles: give it one, or none")
        if titles:
            record["title"] = titles[0]
        articles.append(from_dict(record | {"sentences": [u for part, u in units if part == "text"]}, where))
    return articles


def _part(where: str, row: Mapping[str, Any]) -> str:
    part = str(row.get("part") or "text")
    if part not in ("title", "text"):
        raise CorpusError(f"{where}: part '{part}' is neither 'title' nor 'text'")
    return part


def _parse(where: str, row: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(row) - set(FIELDS):
        raise CorpusError(f"{where}: unknown fields {sorted(map(str, unknown))}: a row has {', '.join(FIELDS)}")
    unit = {k: row[k] for k in _SENTENCE if k not in ("part", "labels") and row.get(k) not in (None, "")}
    return unit | {"labels": [label for label in (row.get("labels") or "").split(";") if label]}


class Csv:
    """Comma-separated values with a header, UTF-8."""

    def read(self, path: Path) -> list[AnnotatedArticle]:
        """Read a CSV file of sentences."""
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return from_rows((f"{path}:{n}", row) for n, row in enumerate(csv.DictReader(stream), 2))

    def write(self, articles: Sequence[AnnotatedArticle], path: Path) -> None:
        """Write a CSV file of sentences."""
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, FIELDS)
            writer.writeheader()
            writer.writerows(row for article in articles for row in to_rows(article))


class Jsonl:
    """One JSON object a line, UTF-8."""

    def read(self, path: Path) -> list[AnnotatedArticle]:
        """Read a JSONL file of sentences."""
        lines = path.read_text(encoding="utf-8").split("\n")
        return from_rows(
            (f"{path}:{n}", self._parse(line, f"{path}:{n}")) for n, line in enumerate(lines, 1) if line.strip()
        )

    def _parse(self, line: str, where: str) -> dict[str, Any]:
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise CorpusError(f"{where}: no valid JSON: {error.msg}") from error
        if not isinstance(row, dict):
            raise CorpusError(f"{where}: a row is a JSON object, not {type(row).__name__}")
        return row

    def write(self, articles: Sequence[AnnotatedArticle], path: Path) -> None:
        """Write a JSONL file of sentences."""
        rows = (row for article in articles for row in to_rows(article))
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
