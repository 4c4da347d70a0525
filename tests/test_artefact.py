import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from model.artefact import MANIFEST, NETWORK, RELEASED, TOKENIZER, WEIGHTS, load_manifest
from model.errors import ArtefactError
from training.publish import publish


@pytest.fixture
def copy(artefact: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(artefact, tmp_path / "copy"))


@pytest.mark.parametrize("name", [NETWORK, WEIGHTS, TOKENIZER, "MODEL_CARD.md"])
def test_one_changed_byte_is_refused_by_name(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ArtefactError, match=rf"{name}.*hash differs.*git checkout"):
        load_manifest(copy)


def test_a_missing_file_is_refused_by_name(copy: Path) -> None:
    (copy / WEIGHTS).unlink()
    with pytest.raises(ArtefactError, match=rf"{WEIGHTS}' is missing"):
        load_manifest(copy)


def test_a_missing_folder_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match=r"no artefact.*training\.run"):
        load_manifest(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("stances", ["oppose", "support", "conditional", "none"], "labels"),
        ("format", 99, "format 99"),
        ("window", {"max_tokens": "many"}, "damaged"),
    ],
)
def test_another_label_order_or_format_is_refused(copy: Path, field: str, value: object, message: str) -> None:
    manifest = json.loads((copy / MANIFEST).read_text())
    (copy / MANIFEST).write_text(json.dumps(manifest | {field: value}))
    with pytest.raises(ArtefactError, match=message):
        load_manifest(copy)


def test_publishing_replaces_the_whole_folder(artefact: Path, tmp_path: Path) -> None:
    target = tmp_path / "released"
    target.mkdir()
    (target / "left over").touch()
    publish(artefact, target)
    assert {p.name for p in target.iterdir()} == {p.name for p in artefact.iterdir()}
    assert [p.name for p in tmp_path.iterdir()] == ["released"]


def test_a_damaged_artefact_is_not_published(copy: Path, artefact: Path, tmp_path: Path) -> None:
    target = tmp_path / "released"
    publish(artefact, target)
    (copy / WEIGHTS).write_bytes(b"")
    with pytest.raises(ArtefactError):
        publish(copy, target)
    load_manifest(target)


def test_the_released_artefact_is_whole() -> None:
    assert load_manifest(RELEASED).name.startswith("troopstance")


def test_serving_starts_without_torch_and_transformers() -> None:
    code = "import serving.app, sys; print([m for m in ('torch', 'transformers', 'sklearn') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
