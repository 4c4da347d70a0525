"""The running service against its own OpenAPI document, with requests that nobody would think of (schemathesis)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from serving.app import create_app
from serving.settings import Settings
from tests.conftest import running


@pytest.fixture(scope="module")
def api(artefact: Path) -> Iterator[Any]:
    with running(create_app(Settings(model=artefact))) as url:
        yield schemathesis.openapi.from_url(f"{url}openapi.json")


schema = schemathesis.pytest.from_fixture("api")


@schema.parametrize()
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_keeps_to_the_document(case: Any) -> None:
    case.call_and_validate()
