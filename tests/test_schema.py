"""The running service against its own OpenAPI document, with requests that nobody would think of.

The stream is left out: schemathesis cannot write lines of JSON; tests/test_options.py covers it.
"""

import subprocess
import sys
from pathlib import Path

from serving.app import create_app
from serving.settings import Settings
from tests.conftest import running

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def test_every_answer_keeps_to_the_document(artefact: Path) -> None:
    with running(create_app(Settings(model=artefact))) as url:
        command = [f"{SCHEMATHESIS}", "run", f"{url}openapi.json", "--exclude-path", "/classify/stream"]
        command += ["--max-examples", "25", "--seed", "1", "--checks", CHECKS]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
