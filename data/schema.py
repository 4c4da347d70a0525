"""The corpus record: one article a line of JSON, parsed into frozen dataclasses.

``data/corpus/CARD.md`` describes the fields. Unknown fields are an error, so that a misspelt one is never
dropped silently.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from model.errors import CorpusError
from model.labels import Stance

Split = Literal["train", "dev", "test"]
SPLITS: Final[tuple[Split, ...]] = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class AnnotatedSentence:
    """A sentence (or headline) with its labels.

    ``labels`` holds the independent annotators' stances; ``stance`` is the settled one. ``contested``
    sentences are context only: they are neither trained on nor scored.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    text: str
    stance: Stance
    holder: str | None = None
    condition: str | None = None
    mixed: bool = False
    contested: bool = False
    paragraph: int = 0
    labels: tuple[Stance, ...] = ()


@dataclass(frozen=True, slots=True)
class AnnotatedArticle:
    """An annotated article. ``title`` is None where it has none."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    date: datetime.date
    sentences: tuple[AnnotatedSentence, ...]
    title: AnnotatedSentence | None = None
    genre: str = ""
    split: Split = "train"
    source: str = ""

    @property
    def units(self) -> tuple[AnnotatedSentence, ...]:
        """The title, where there is one, and the sentences: everything that carries a label, in order."""
        return (self.title, *self.sentences) if self.title else self.sentences


_RECORD: Final = TypeAdapter(AnnotatedArticle)


def parse_record(line: str | bytes, where: str) -> AnnotatedArticle:
    """Parse one line of JSON.

    Raises:
        CorpusError: the line breaks the record format; the message starts with ``where``.
    """
    try:
        return _RECORD.validate_json(line)
    except ValidationError as error:
        raise _fault(error, where) from error


def from_dict(row: Mapping[str, object], where: str) -> AnnotatedArticle:
    """Parse one record that is already a mapping.

    Raises:
        CorpusError: it breaks the record format; the message starts with ``where``.
    """
    try:
        return _RECORD.validate_python(row)
    except ValidationError as error:
        raise _fault(error, where) from error


def _fault(error: ValidationError, where: str) -> CorpusError:
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"])) or "the record"
    return CorpusError(f"{where}: {place}: {first['msg']} (got {first['input']!r:.80})")


def read_articles(path: Path) -> Iterator[AnnotatedArticle]:
    """Read a JSONL file, or every ``*.jsonl`` of a folder in the order of their names.

    Raises:
        CorpusError: nothing is there, or a line breaks the record format.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files or not all(f.is_file() for f in files):
        raise CorpusError(f"no annotated articles at '{path}': give a JSONL file or a folder with some")
    for file in files:
        with file.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield parse_record(line, f"{file}:{number}")


def write_articles(path: Path, articles: Iterable[AnnotatedArticle]) -> None:
    """Write articles as JSONL, one a line; fields that hold their default are left out."""
    with path.open("wb") as stream:
        for article in articles:
            stream.write(as_json(article) + b"\n")


def as_json(article: AnnotatedArticle) -> bytes:
    """Return the record as one line of JSON, without the fields that hold their default."""
    return _RECORD.dump_json(article, exclude_defaults=True)


def as_dict(article: AnnotatedArticle) -> dict[str, object]:
    """Return the record with every field, for tables that need the same columns in every row."""
    return dict(_RECORD.dump_python(article, mode="json"))
