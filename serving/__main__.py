"""``python -m serving``: check the artefact, then listen."""

import sys
from collections.abc import Sequence

import uvicorn
from pydantic import ValidationError
from pydantic_settings import CliApp

from model.artefact import load_manifest
from model.errors import TroopstanceError
from serving.app import create_app
from serving.settings import Settings


def main(arguments: Sequence[str]) -> int:
    """Serve until told to stop; exit code 2, with a message, where a setting or the artefact is not usable."""
    try:
        settings = CliApp.run(Settings, cli_args=list(arguments))
        load_manifest(settings.model)
        app = create_app(settings)
    except (TroopstanceError, ValidationError) as error:
        print(f"serving: {error}", file=sys.stderr)
        return 2
    logs = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "serving.access.JsonLines"}},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}},
        "root": {"level": "INFO", "handlers": ["out"]},
    }
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        timeout_graceful_shutdown=settings.grace,
        log_config=logs,
        access_log=False,
        server_header=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
