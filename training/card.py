"""The model card (Mitchell et al. 2019), rendered from a run's manifest and report."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.render import render
from model.artefact import CARD, Manifest


def write_card(folder: Path, manifest: Manifest, report: Mapping[str, Any]) -> None:
    """Write the model card into an artefact folder."""
    size = sum(f.stat().st_size for f in folder.iterdir() if f.is_file()) / 1e6
    card = render("training", "model_card.md.j2", manifest=manifest, report=report, megabytes=size)
    (folder / CARD).write_text(card, encoding="utf-8")
