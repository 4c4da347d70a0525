"""The annotated corpus and what reads it.

``load()`` gives the corpus as a ``datasets.DatasetDict``, one article a row; ``records()`` turns rows into the
dataclasses of ``data.schema``; ``articles()`` reads those without going through a table.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from data.formats.labelled import read_labelled
from data.schema import SPLITS, AnnotatedArticle, as_dict, from_dict, read_articles
from data.split import assign

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

CORPUS: Final = Path(__file__).parent / "corpus"
"""The corpus that ships with the project."""
NO_LABELS: Final[Mapping[str, str]] = {}


def load(path: Path = CORPUS, labels: Mapping[str, str] = NO_LABELS, *, test: float = 0.2) -> "DatasetDict":
    """Load annotated articles as a ``datasets.DatasetDict``, one article a row, a split for each that occurs.

    With ``labels``, somebody else's labelled sentences (``data.formats.labelled``), which are given dev and test
    splits, ``test`` of them the latter, where they come without.

    Raises:
        CorpusError: nothing is there, or a line breaks the record format.
    """
    from datasets import Dataset, DatasetDict

    found = articles(path, labels=labels)
    if labels and {article.split for article in found} == {"train"}:
        found = assign(found, test=test)
    by_split: dict[str, list[dict[str, object]]] = {split: [] for split in SPLITS}
    for article in found:
        by_split[article.split].append(as_dict(article))
    return DatasetDict({split: Dataset.from_list(rows) for split, rows in by_split.items() if rows})


def records(rows: "Dataset") -> list[AnnotatedArticle]:
    """Turn the rows of a split into dataclasses.

    Raises:
        CorpusError: a row breaks the record format.
    """
    return [from_dict(row, f"row {number}") for number, row in enumerate(rows)]


def articles(path: Path = CORPUS, *splits: str, labels: Mapping[str, str] = NO_LABELS) -> Sequence[AnnotatedArticle]:
    """Read annotated articles as dataclasses; only those of the given splits where some are given.

    With ``labels``, somebody else's labelled sentences (``data.formats.labelled``).

    Raises:
        CorpusError: nothing is there, or a line breaks the record format.
    """
    found = read_labelled(path, labels) if labels else read_articles(path)
    return [a for a in found if not splits or a.split in splits]
