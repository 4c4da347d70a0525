"""Around every request: who may ask, the request's id, security headers, the access log and the figures."""

import hashlib
import hmac
import json
import logging
import re
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from model.errors import ConfigError
from serving.metrics import Metrics
from serving.problems import Problem
from serving.settings import Settings

REQUEST_ID: Final = "X-Request-ID"
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_GUARDED: Final = "/classify"
_CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}
_ID: Final = re.compile(r"[\w.-]{1,100}")
_log = logging.getLogger("serving.access")


def read_keys(path: Path) -> Mapping[str, str]:
    """Read a file of API keys: a name and the key's SHA-256 in hexadecimal on each line.

    Raises:
        ConfigError: the file cannot be read, or a line is something else.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(f"no API keys at '{path}': {error}") from error
    keys = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, digest = line.strip().partition(" ")
        if not re.fullmatch(r"[0-9a-f]{64}", digest.strip()):
            raise ConfigError(f"{path}:{number}: not a name and a SHA-256 in hexadecimal: see the README on API keys")
        keys[name] = digest.strip()
    return keys


class Access:
    """ASGI middleware; written as such, for it must not stand between a stream of articles and its answers."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._keys = read_keys(settings.keys) if settings.keys else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        identity = given if _ID.fullmatch(given) else uuid.uuid4().hex
        status = 500

        async def labelled(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = MutableHeaders(scope=message)
                own[REQUEST_ID] = identity
                for name, value in _HEADERS.items():
                    own.setdefault(name, value)
            await send(message)

        guarded = bool(self._keys) and scope["path"].startswith(_GUARDED)
        client = _client(headers, self._keys) if guarded else None
        refusal = Problem(401, "an API key is needed: send it as 'Authorization: Bearer …'", headers=_CHALLENGE)
        app = refusal.response() if guarded and client is None else self._app
        try:
            await app(scope, receive, labelled)
        finally:
            took = time.perf_counter() - begun
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.request(route, status, took)
            about = {"id": identity, "client": client, "method": scope["method"], "route": route, "status": status}
            _log.info("request", extra=about | {"milliseconds": round(1000 * took, 1)})


def _client(headers: Headers, keys: Mapping[str, str]) -> str | None:
    """Find whose key was sent; every key is compared, each in constant time."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    digest = hashlib.sha256(key.strip().encode()).hexdigest() if scheme.lower() == "bearer" else ""
    found = [name for name, known in keys.items() if hmac.compare_digest(known, digest)]
    return found[0] if found else None


class JsonLines(logging.Formatter):
    """A log record as one line of JSON, with what was given as ``extra``. Article texts are never logged."""

    _KNOWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {k: v for k, v in vars(record).items() if k not in self._KNOWN}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
