"""Somebody else's labelled sentences: one JSON object a line with ``text`` and ``label``, labels mapped to stances.

``id``, ``split`` and ``condition`` (characters ``[start, end)`` of the text) are read where they are there; a row with
a condition may go without a label, and is ``conditional`` then. Other fields belong to their owner and are left alone.
Each sentence becomes an article of its own, without a holder.
"""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field, ValidationError

from data.schema import SPLITS, AnnotatedArticle, AnnotatedSentence
from model.errors import CorpusError
from model.labels import STANCES, Stance

_UNDATED: Final = datetime.date(1970, 1, 1)


class _Row(BaseModel):
    text: str = Field(min_length=1)
    label: str | None = None
    condition: tuple[int, int] | None = None
    id: str = ""
    split: str = "train"


def read_labelled(path: Path, labels: Mapping[str, str]) -> list[AnnotatedArticle]:
    """Read labelled sentences.

    Raises:
        CorpusError: the file is not there, a row breaks the format, or a label is not among ``labels``.
    """
    for stance in labels.values():
        if stance not in STANCES:
            raise CorpusError(f"labels: '{stance}' is no stance: map each label to one of {', '.join(STANCES)}")
    if not path.is_file():
        raise CorpusError(f"no labelled sentences at '{path}': give a JSONL file")
    with path.open(encoding="utf-8") as stream:
        return [_article(line, f"{path}:{n}", labels) for n, line in enumerate(stream, 1) if line.strip()]


def _article(line: str, where: str, labels: Mapping[str, str]) -> AnnotatedArticle:
    try:
        row = _Row.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        raise CorpusError(f"{where}: {'.'.join(map(str, first['loc'])) or 'the row'}: {first['msg']}") from error
    if row.split not in SPLITS:
        raise CorpusError(f"{where}: split '{row.split}' is none of {', '.join(SPLITS)}")
    start, end = row.condition or (0, 0)
    if not 0 <= start <= end <= len(row.text):
        raise CorpusError(
            f"{where}: the condition {row.condition} does not lie in the text of {len(row.text)} characters"
        )
    unit = AnnotatedSentence(row.text, _stance(row, where, labels), condition=row.text[start:end] or None)
    return AnnotatedArticle(row.id or where, _UNDATED, (unit,), genre="sentence", split=row.split)


def _stance(row: _Row, where: str, labels: Mapping[str, str]) -> Stance:
    if row.label is None and row.condition is not None:
        return Stance.CONDITIONAL
    if row.label is None or row.label not in labels:
        raise CorpusError(f"{where}: label {row.label!r} is not mapped to a stance: 'labels' maps {', '.join(labels)}")
    return Stance(labels[row.label])
