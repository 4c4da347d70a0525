"""The committed OpenAPI document is the app's own, and its example is what the released model says."""

import json

import pytest

from model.classifier import Classifier
from serving.app import create_app
from serving.document import DOCUMENT, EXAMPLE, example

COMMITTED = json.loads(DOCUMENT.read_text(encoding="utf-8"))


def test_the_committed_document_is_the_apps() -> None:
    assert json.loads(json.dumps(create_app().openapi())) == COMMITTED, "run python -m serving.document"


def test_the_example_is_the_released_models_answer() -> None:
    shown = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    said = example(Classifier.load(), shown["article"])
    assert said["model"] == shown["answer"]["model"], "run python -m serving.document"
    for found, expected in zip(said["sentences"], shown["answer"]["sentences"], strict=True):
        assert (found["text"], found["stance"]) == (expected["text"], expected["stance"])
        assert found["confidence"] == pytest.approx(expected["confidence"], abs=0.05)


@pytest.mark.parametrize("path", [p for p in COMMITTED["paths"] if p.startswith("/classify")])
def test_every_error_of_a_classifying_route_has_an_example(path: str) -> None:
    responses = COMMITTED["paths"][path]["post"]["responses"]
    for status, response in responses.items():
        for content in response["content"].values():
            assert "example" in content, status
