"""The formats of annotation tools, each with ``read(path)`` and ``write(articles, path)``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from data.formats import brat, labelstudio, rows
from data.schema import AnnotatedArticle


class Format(Protocol):
    """What a format can do. Both raise CorpusError, naming the place, for what cannot be read."""

    def read(self, path: Path) -> list[AnnotatedArticle]:
        """Read annotated articles."""

    def write(self, articles: Sequence[AnnotatedArticle], path: Path) -> None:
        """Write annotated articles."""


FORMATS: Final[Mapping[str, Format]] = {
    "labelstudio": labelstudio.LabelStudio(),
    "csv": rows.Csv(),
    "jsonl": rows.Jsonl(),
    "brat": brat.Brat(),
}
