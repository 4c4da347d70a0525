"""What the OpenAPI document says of the classifying routes, whose bodies are parsed by hand."""

import json
from typing import Any, Final

from serving import stream, table
from serving.document import EXAMPLE
from serving.parsing import BatchIn
from serving.problems import declare
from serving.schemas import ArticleIn, ArticleOut, BatchOut

_EXAMPLE: Final = json.loads(EXAMPLE.read_text(encoding="utf-8"))
_ARTICLE: Final = _EXAMPLE["article"]
_ANSWER: Final = _EXAMPLE["answer"]
_PAGE: Final = f"<html><body><article><h1>{_ARTICLE['title']}</h1><p>{_ARTICLE['text']}</p></article></body></html>"
_LINE: Final = json.dumps(_ANSWER, ensure_ascii=False) + "\n"


def _route(summary: str, answer: Any, taken: dict[str, Any], given: dict[str, Any], *statuses: int) -> dict[str, Any]:
    return {
        "summary": summary,
        "response_model": answer,
        "responses": {200: {"content": given}} | declare(*statuses),
        "openapi_extra": {"requestBody": {"required": True, "content": taken}},
    }


def _csv(answers: list[dict[str, Any]]) -> dict[str, Any]:
    shown = table.to_csv([ArticleOut.model_validate(answer) for answer in answers])
    return {"text/csv": {"schema": {"type": "string"}, "example": shown}}


CLASSIFY: Final = _route(
    "Label every sentence of an article",
    ArticleOut,
    {
        "application/json": {"schema": ArticleIn.model_json_schema(), "example": _ARTICLE},
        "text/plain": {"schema": {"type": "string"}, "example": _ARTICLE["text"]},
        "text/html": {"schema": {"type": "string"}, "example": _PAGE},
    },
    {"application/json": {"example": _ANSWER}} | _csv([_ANSWER]),
    *(400, 401, 413, 415, 422, 429, 503, 504),
)
BATCH: Final = _route(
    "Label several articles; an error in one leaves the others alone",
    BatchOut,
    {"application/json": {"schema": BatchIn.model_json_schema(), "example": {"articles": [_ARTICLE]}}},
    {"application/json": {"example": {"results": [_ANSWER]}}} | _csv([_ANSWER]),
    *(400, 401, 413, 415, 422, 503),
)
STREAM: Final = _route(
    "Label a stream of articles, one a line, answered in order",
    None,
    {stream.MEDIA_TYPE: {"schema": {"type": "string"}, "example": json.dumps(_ARTICLE, ensure_ascii=False) + "\n"}},
    {stream.MEDIA_TYPE: {"schema": {"type": "string"}, "example": _LINE}},
    *(401, 422, 503),
) | {"response_class": stream.Duplex}
