"""An answer as CSV: one row a sentence."""

import csv
import io
from typing import Final

from model.labels import STANCES
from serving.schemas import ArticleOut, SentenceOut

MEDIA_TYPE: Final = "text/csv; charset=utf-8"
FIELDS: Final = (
    *("id", "index", "part", "start", "end", "stance", "confidence", *map(str, STANCES)),
    *("holder", "condition", "uncertain", "truncated", "text"),
)


def to_csv(answers: list[ArticleOut], *, header: bool = True) -> str:
    """Write the sentences of answers as CSV, with a header line unless told otherwise."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, FIELDS, lineterminator="\r\n")
    if header:
        writer.writeheader()
    writer.writerows(_row(answer, sentence) for answer in answers for sentence in answer.sentences)
    return stream.getvalue()


def _row(answer: ArticleOut, sentence: SentenceOut) -> dict[str, object]:
    chances = sentence.probabilities or {}
    return {
        **sentence.model_dump(include={"index", "part", "start", "end", "stance", "confidence", "text"}),
        **{str(s): chances.get(s) for s in STANCES},
        "id": answer.id,
        "holder": sentence.holder.name if sentence.holder else None,
        "condition": sentence.condition.text if sentence.condition else None,
        "uncertain": str(sentence.uncertain).lower(),
        "truncated": str(sentence.truncated).lower(),
    }
