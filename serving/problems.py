"""Errors on the wire: ``application/problem+json`` (RFC 9457) with the status that fits."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from model.errors import InputError
from serving.schemas import ProblemOut

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):  # noqa: N818 - the term of RFC 9457
    """An error that the client is told about."""

    def __init__(
        self, status: int, detail: str, field: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        title = HTTPStatus(status).phrase
        self.body = ProblemOut(title=title, status=status, detail=_printable(detail), field=field and _printable(field))
        self.headers = headers

    @classmethod
    def of(cls, error: InputError) -> "Problem":
        """Turn an article that cannot be classified into a 422."""
        return cls(422, str(error), field="text")

    def response(self) -> JSONResponse:
        """Return the error as an HTTP answer."""
        return JSONResponse(
            self.body.model_dump(exclude_none=True), self.body.status, headers=self.headers, media_type=MEDIA_TYPE
        )


def _printable(text: str) -> str:
    """Escape lone surrogates, which a message may quote from the request and no answer can carry."""
    return text.encode("utf-8", "backslashreplace").decode()


def declare(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe error answers for the OpenAPI document, each with an example."""
    details = {
        400: "the body is not valid JSON: Expecting value at line 1, column 1",
        413: "the body has more than 4000000 bytes: send a shorter article, or several",
        415: "the content type 'image/png' is not taken: send application/json or text/plain",
        422: "text: Field required",
        429: "32 articles are waiting already: try again in a second",
        503: "the model is still being loaded",
        504: "the article was not scored within 60 seconds: try again later",
    }
    return {
        status: {
            "model": ProblemOut,
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"example": Problem(status, details[status]).body.model_dump(exclude_none=True)}},
        }
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Make the app answer every error as problem+json."""

    def problem(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)  # noqa: S101
        return error.response()

    def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101
        return Problem(error.status_code, str(error.detail), headers=dict(error.headers or {})).response()

    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(HTTPException, http)
