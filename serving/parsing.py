"""A request's body into articles: size, media type, encoding, JSON and fields, each refused with its own status."""

import asyncio
import json
from typing import Final, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from model.errors import InputError
from model.text import segment
from model.types import Article
from serving.html import extract
from serving.problems import Problem
from serving.schemas import ArticleIn
from serving.settings import Settings

Body = TypeVar("Body", bound=BaseModel)
KINDS: Final = ("application/json", "text/plain", "text/html")


class BatchIn(BaseModel):
    """Several articles; each is parsed on its own, so that one error leaves the others alone."""

    model_config = ConfigDict(extra="forbid", strict=True)

    articles: list[object] = Field(min_length=1)


async def read_article(request: Request, settings: Settings) -> tuple[Article, bool]:
    """Read one article from JSON, plain text or a web page, and whether it was extracted from such a page.

    Raises:
        Problem: 400, 413, 415 or 422, naming what is wrong.
    """
    kind = media_type(request)
    if kind not in KINDS:
        raise Problem(415, f"the content type '{kind}' is not taken: send {', '.join(KINDS[:-1])} or {KINDS[-1]}")
    body = await _body(request, settings.max_body)
    if kind == "application/json":
        return to_article(parse_json(body), settings), False
    if kind == "text/plain":
        return to_article({"text": decode(body)}, settings), False
    found = await asyncio.to_thread(extract, decode(body))
    return to_article({"title": found.title, "text": found.text}, settings), True


async def read_batch(request: Request, settings: Settings) -> list[object]:
    """Read the articles of a batch, each still to be parsed by ``to_article``.

    Raises:
        Problem: 400, 413, 415 or 422, naming what is wrong with the batch as a whole.
    """
    if (kind := media_type(request)) != "application/json":
        raise Problem(415, f"the content type '{kind}' is not taken: send application/json")
    batch = _validate(BatchIn, parse_json(await _body(request, settings.max_body)))
    if len(batch.articles) > settings.max_batch:
        raise Problem(413, f"{len(batch.articles)} articles are more than {settings.max_batch}: send several batches")
    return batch.articles


def to_article(value: object, settings: Settings) -> Article:
    """Turn parsed JSON into an article.

    Raises:
        Problem: 413 or 422, naming the field.
    """
    try:
        article = _validate(ArticleIn, value).article()
    except InputError as error:
        raise Problem.of(error) from error
    if (length := len(article.title) + len(article.text)) > settings.max_characters:
        raise Problem(
            413, f"the article has {length} characters, more than {settings.max_characters}: send it in parts"
        )
    if (count := len(segment(article))) > settings.max_sentences:
        raise Problem(413, f"the article has {count} sentences, more than {settings.max_sentences}: send it in parts")
    return article


def media_type(request: Request) -> str:
    """Return the body's content type without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _body(request: Request, limit: int) -> bytes:
    """Read the body, but never more than the limit allows."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > limit:
            raise Problem(413, f"the body has more than {limit} bytes: send a shorter article, or several")
    return bytes(received)


def decode(body: bytes) -> str:
    """Decode UTF-8, or raise a 400 that names the byte that is none."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(400, f"the body is not UTF-8: byte {error.start} is 0x{body[error.start]:02x}") from error


def parse_json(body: bytes) -> object:
    """Parse JSON, or raise a 400 that names the place where it is none."""
    try:
        return json.loads(decode(body))
    except json.JSONDecodeError as error:
        raise Problem(
            400, f"the body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from error
    except (RecursionError, ValueError) as error:
        raise Problem(
            400, "the body is not usable JSON: it is nested too deeply or has a number that is too long"
        ) from error


def _validate(schema: type[Body], value: object) -> Body:
    try:
        return schema.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise Problem(422, f"{field or 'the body'}: {first['msg']}", field=field or None) from error
