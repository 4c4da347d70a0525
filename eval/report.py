"""The report of an evaluation: ``report.json`` holds everything, ``report.md`` is rendered from it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.render import render


def write_report(report: Mapping[str, Any], folder: Path) -> None:
    """Write ``report.json`` and ``report.md`` into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "report.md").write_text(render("eval", "report.md.j2", **report), encoding="utf-8")
