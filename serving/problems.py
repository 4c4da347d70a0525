"""Errors on the wire: ``application/problem+json`` (RFC 9457) with the status that fits."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from model.errors import InputError
from serving.schemas import ProblemOut

MEDIA_TYPE = "application/problem+json"
GONE = 499
"""The client went away: a status of logs and figures alone, for nobody reads the answer."""


class Problem(Exception):  # noqa: N818 - the term of RFC 9457
    """An error that the client is told about."""

    def __init__(
        self, status: int, detail: str, field: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        title = "Client Closed Request" if status == GONE else HTTPStatus(status).phrase
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
        401: "an API key is needed: send it as 'Authorization: Bearer …'",
        413: "the body has more than 4000000 bytes: send a shorter article, or several",
        415: "the content type 'image/png' is not taken: send application/json, text/plain or text/html",
        422: "text: Field required",
        429: "32 articles are waiting already: try again in 5 s",
        503: "the model is still being loaded",
        504: "the article was not scored within 60 seconds: try again later",
    }
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/ProblemOut"},
                    "example": Problem(status, details[status]).body.model_dump(exclude_none=True),
                }
            },
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

    def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"][1:]))
        return Problem(422, f"{field}: {first['msg']}", field=field).response()

    def unexpected(_: Request, __: Exception) -> JSONResponse:
        return Problem(500, "the service failed on this request: its log tells why").response()

    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unexpected)
    app.add_exception_handler(HTTPException, http)
