"""Thousands of articles on one connection: a line of JSON in, a line of JSON out, in order.

The next line is read when the answer to the last one has been taken, so a slow reader slows its own sender down and
nothing piles up here. An error in one line is that line's answer; a line that is too long ends the stream.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from serving.parsing import parse_json
from serving.problems import Problem
from serving.schemas import ArticleOut, ProblemOut

MEDIA_TYPE: Final = "application/x-ndjson"


class Duplex(StreamingResponse):
    """A streaming answer that leaves the request's body to the one who writes it.

    Starlette's own listens for the client's leaving meanwhile, and would swallow the lines that are still to come.
    """

    media_type = MEDIA_TYPE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the answer."""
        with contextlib.suppress(ClientDisconnect, OSError):
            await self.stream_response(send)


async def answers(
    request: Request, limit: int, one: Callable[[object], Awaitable[ArticleOut | ProblemOut]]
) -> AsyncIterator[bytes]:
    """Yield the answer to each line of the body; ``limit`` is the longest line in bytes."""
    try:
        async for line in _lines(request, limit):
            yield (await _answer(line, one)).model_dump_json().encode() + b"\n"
    except Problem as problem:
        yield problem.body.model_dump_json().encode() + b"\n"


async def _answer(line: bytes, one: Callable[[object], Awaitable[ArticleOut | ProblemOut]]) -> ArticleOut | ProblemOut:
    try:
        value = parse_json(line)
    except Problem as problem:
        return problem.body
    return await one(value)


async def _lines(request: Request, limit: int) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in request.stream():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                yield line
        if len(rest) > limit:
            raise Problem(413, f"a line has more than {limit} bytes: the stream ends here; send shorter articles")
    if rest.strip():
        yield rest
