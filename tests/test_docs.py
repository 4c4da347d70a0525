"""The README says only what is true: its rooms exist, its commands run, its settings are the service's."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import data
from data.stats import fingerprint
from model.artefact import RELEASED, load_manifest
from serving.settings import Settings

README = Path("README.md").read_text(encoding="utf-8")


def tree() -> list[str]:
    """Paths of the file tree in the README."""
    block = README.split("## The rooms")[1].split("```")[1]
    room, paths = "", []
    for line in block.strip().splitlines():
        name = line.split()[0]
        room, path = (name, name) if not line.startswith(" ") else (room, room + name)
        paths.append(path)
    return paths


@pytest.mark.parametrize("path", tree())
def test_a_room_of_the_tree_exists(path: str) -> None:
    assert Path(path).exists()


def test_the_figures_are_those_of_the_released_model() -> None:
    figures = load_manifest(RELEASED).figures["test"]
    assert f"| the test split | {figures['n']} | **{figures['macro_f1']:.3f}** |" in README


def test_the_released_model_was_trained_on_the_corpus_that_ships() -> None:
    trained_on = fingerprint([a for a in data.articles() if a.split != "test"])
    assert load_manifest(RELEASED).corpus["fingerprint"] == trained_on
    assert trained_on in (data.CORPUS / "CARD.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("package", ["model", "data", "training", "eval", "serving"])
def test_every_module_is_in_the_tree(package: str) -> None:
    modules = {p.as_posix() for p in Path(package).glob("*.py") if not p.name.startswith("__")}
    assert modules <= set(tree())


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m (\w+\.\w+|serving)", README))))
def test_a_command_explains_itself(module: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, "--help"], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert "usage:" in done.stdout


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert Settings.model_fields[name].description
    assert f"`STANCE_{name.upper()}`" in README
