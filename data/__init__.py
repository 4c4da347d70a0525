"""The annotated corpus and what reads it.

``load()`` gives the corpus as a ``datasets.DatasetDict``, one article a row; ``records()`` turns rows into the
dataclasses of ``data.schema``; ``articles()`` reads those without going through a table.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from data.schema import SPLITS, AnnotatedArticle, as_dict, from_dict, read_articles

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

CORPUS: Final = Path(__file__).parent / "corpus"
"""The corpus that ships with the project."""


def load(path: Path = CORPUS) -> "DatasetDict":
    """Load annotated articles as a ``datasets.DatasetDict``, one article a row, a split for each that occurs.

    Raises:
        CorpusError: nothing is there, or a line breaks the record format.
    """
    from datasets import Dataset, DatasetDict

    by_split: dict[str, list[dict[str, object]]] = {split: [] for split in SPLITS}
    for article in read_articles(path):
        by_split[article.split].append(as_dict(article))
    return DatasetDict({split: Dataset.from_list(rows) for split, rows in by_split.items() if rows})


def records(rows: "Dataset") -> list[AnnotatedArticle]:
    """Turn the rows of a split into dataclasses.

    Raises:
        CorpusError: a row breaks the record format.
    """
    return [from_dict(row, f"row {number}") for number, row in enumerate(rows)]


def articles(path: Path = CORPUS, *splits: str) -> Sequence[AnnotatedArticle]:
    """Read annotated articles as dataclasses; only those of the given splits where some are given."""
    return [a for a in read_articles(path) if not splits or a.split in splits]
