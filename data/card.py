"""``python -m data.card``: render the data card and the Croissant metadata from the corpus itself.

``data/corpus/labelling.json`` keeps what the corpus no longer shows: how many of the writers' labels the double
labelling and the review changed, and the figures of 30 retold real articles that are not part of the project.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from data import CORPUS, articles
from data.render import render
from data.schema import SPLITS
from data.stats import fingerprint, statistics
from model.artefact import sha256
from model.labels import GUIDELINES_VERSION

CONTRAST = "contrast"
"""Genre of the contrast sets, which the card counts apart."""


def contents() -> dict[str, str]:
    """Return the content of ``CARD.md`` and ``croissant.json`` for the corpus as it is."""
    everything = articles()
    figures = statistics([a for a in everything if a.genre != CONTRAST])
    groups = [a for a in everything if a.genre == CONTRAST]
    kept = json.loads((CORPUS / "labelling.json").read_text(encoding="utf-8"))
    card = render(
        "data",
        "CARD.md.j2",
        figures=figures,
        trained_on=fingerprint([a for a in everything if a.split != "test"]),
        contrast={"groups": len({a.source for a in groups}), "sentences": sum(len(a.units) for a in groups)},
        labelling=kept["changed"],
        reviewed=kept["reviewed"],
        real=kept["real"],
        splits=[s for s in SPLITS if s in figures],
        guidelines=GUIDELINES_VERSION,
    )
    return {"CARD.md": card + "\n", "croissant.json": json.dumps(croissant(), indent=2, ensure_ascii=False) + "\n"}


def croissant() -> dict[str, Any]:
    """Return the corpus's metadata in the Croissant format (Akhtar et al. 2024), version 1.0."""
    files = sorted(CORPUS.glob("*.jsonl"))
    return {
        "@context": {
            "@language": "en",
            "@vocab": "https://schema.org/",
            "sc": "https://schema.org/",
            "cr": "http://mlcommons.org/croissant/",
            "dct": "http://purl.org/dc/terms/",
            "conformsTo": "dct:conformsTo",
            "recordSet": "cr:recordSet",
            "field": "cr:field",
            "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
            "source": "cr:source",
            "fileObject": "cr:fileObject",
            "extract": "cr:extract",
            "jsonPath": "cr:jsonPath",
        },
        "@type": "sc:Dataset",
        "name": "troopstance",
        "description": "English news sentences annotated with stance, holder and condition on one question: "
        "should Western armed forces be deployed in Ukraine?",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "version": f"{GUIDELINES_VERSION}.0.0",
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": file.name,
                "name": file.name,
                "contentUrl": file.name,
                "encodingFormat": "application/jsonlines",
                "sha256": sha256(file),
            }
            for file in files
        ],
        "recordSet": [_records(file.name) for file in files],
    }


def _records(file: str) -> dict[str, Any]:
    name = file.partition(".")[0]
    types = {"id": "sc:Text", "date": "sc:Date", "genre": "sc:Text", "split": "sc:Text"}
    types |= {"title": "sc:Text", "sentences": "sc:Text"}
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{field}",
                "name": field,
                "dataType": kind,
                "source": {"fileObject": {"@id": file}, "extract": {"jsonPath": f"$.{field}"}},
            }
            for field, kind in types.items()
        ],
    }


def main(arguments: Sequence[str]) -> int:
    """Write both files; with ``--check``, only say whether they are up to date (exit code 1 if not)."""
    parser = argparse.ArgumentParser(prog="data.card", description="Render the data card and the Croissant metadata.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a file is out of date")
    only_check = parser.parse_args(arguments).check
    stale = {name: content for name, content in contents().items() if not _same(name, content)}
    for name, content in stale.items():
        print(f"{CORPUS / name}: {'out of date, run python -m data.card' if only_check else 'written'}")
        if not only_check:
            (CORPUS / name).write_text(content, encoding="utf-8")
    return 1 if stale and only_check else 0


def _same(name: str, content: str) -> bool:
    path = CORPUS / name
    return path.is_file() and path.read_text(encoding="utf-8") == content


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
