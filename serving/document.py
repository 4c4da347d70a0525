"""``python -m serving.document``: bring ``openapi.json`` and the example in it up to date with code and model."""

import argparse
import json
from pathlib import Path
from typing import Any, Final

from model.classifier import Classifier
from model.types import Article
from serving.schemas import answer

DOCUMENT: Final = Path(__file__).parent / "openapi.json"
EXAMPLE: Final = Path(__file__).parent / "example.json"
"""An article, and the released model's answer to it."""


def main() -> int:
    """Write both files."""
    argparse.ArgumentParser(prog="python -m serving.document", description=__doc__).parse_args()
    article = json.loads(EXAMPLE.read_text(encoding="utf-8"))["article"]
    _write(EXAMPLE, {"article": article, "answer": example(Classifier.load(), article)})
    from serving.app import create_app

    _write(DOCUMENT, create_app().openapi())
    return 0


def example(classifier: Classifier, article: dict[str, str]) -> dict[str, Any]:
    """Return a model's answer to the example article."""
    asked = Article(**article)
    return answer(asked, classifier.classify(asked), classifier.manifest).model_dump(mode="json")


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
