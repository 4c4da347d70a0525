"""The artefact: a folder with everything that serving needs. Write it, verify it, load it or refuse it.

``manifest.json`` names every other file with its size and SHA-256, the labels in the network's order,
how windows are built, the calibration, and where the model comes from. A folder that differs from its
manifest in one byte is refused.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from model.errors import ArtefactError
from model.labels import GUIDELINES_VERSION, STANCES, TAGS
from model.window import WindowSpec

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
NETWORK: Final = "network.xml"
WEIGHTS: Final = "network.bin"
TOKENIZER: Final = "tokenizer.json"
CARD: Final = "MODEL_CARD.md"
RELEASED: Final = Path(__file__).parent / "released"
"""The artefact that ships with the project."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What the manifest says of one file."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of ``manifest.json``."""

    name: str
    version: str
    window: WindowSpec
    temperature: float
    encoder: str
    corpus: Mapping[str, Any]
    training: Mapping[str, Any]
    software: Mapping[str, str]
    figures: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    stances: tuple[str, ...] = tuple(STANCES)
    tags: tuple[str, ...] = tuple(TAGS)
    guidelines: int = GUIDELINES_VERSION
    format: int = FORMAT


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` with the records of all files that lie in the folder now."""
    present = sorted(p for p in folder.iterdir() if p.is_file() and p.name != MANIFEST)
    files = {p.name: asdict(FileRecord(sha256(p), p.stat().st_size)) for p in present}
    content = asdict(manifest) | {"files": files}
    (folder / MANIFEST).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def load_manifest(folder: Path) -> Manifest:
    """Read and verify an artefact folder.

    Raises:
        ArtefactError: the folder is missing, of another format, has other labels, or a file was changed.
    """
    advice = f"restore it ('git checkout -- {folder}') or make a new one ('python -m training.run')"
    path = folder / MANIFEST
    if not path.is_file():
        raise ArtefactError(f"no artefact at '{folder}': {MANIFEST} is missing; {advice}")
    try:
        manifest = TypeAdapter(Manifest).validate_json(path.read_bytes())
    except ValidationError as error:
        raise ArtefactError(f"'{path}' is damaged: {error.errors()[0]['msg']}; {advice}") from error
    if manifest.format != FORMAT:
        raise ArtefactError(f"'{path}' has format {manifest.format}, this version reads {FORMAT}: retrain or update")
    if manifest.stances != tuple(STANCES) or manifest.tags != tuple(TAGS):
        raise ArtefactError(
            f"'{path}' has the labels {manifest.stances} and {manifest.tags}, "
            f"this version has {tuple(STANCES)} and {tuple(TAGS)}: retrain or update"
        )
    for name in (NETWORK, WEIGHTS, TOKENIZER):
        if name not in manifest.files:
            raise ArtefactError(f"'{path}' does not name {name}; {advice}")
    for name, record in manifest.files.items():
        file = folder / name
        if not file.is_file():
            raise ArtefactError(f"'{file}' is missing; {advice}")
        if file.stat().st_size != record.bytes or sha256(file) != record.sha256:
            raise ArtefactError(f"'{file}' is not the file that {MANIFEST} names (its hash differs); {advice}")
    return manifest
