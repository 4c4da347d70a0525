"""The page at ``GET /``: static files that ask for nothing but this service."""

import os
from pathlib import Path

from fastapi import FastAPI, Request, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PAGE = Path(__file__).parent / "page"

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "form-action": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_HEADERS = {
    "content-security-policy": "; ".join(f"{name} {sources}" for name, sources in _POLICY.items()),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    # The files' names carry no version: a browser asks each time, and mostly hears 304.
    "cache-control": "no-cache",
}
# Written out because mimetypes asks the machine, which may say text/plain of a script.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
}


class _Files(StaticFiles):
    """Static files with the page's headers."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Answer with a file, or with 304 if the browser has it already."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(_HEADERS)
        if "content-type" in response.headers:
            response.headers["content-type"] = _TYPES[Path(full_path).suffix]
        return response


def add_page(app: FastAPI) -> None:
    """Serve the page at ``/`` and its files under ``/page``."""
    files = _Files(directory=PAGE)

    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    async def page(request: Request) -> Response:
        return await files.get_response("index.html", request.scope)

    app.mount("/page", files, name="page")
