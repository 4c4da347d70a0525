"""The report of an evaluation: ``report.json`` holds everything, ``report.md`` is rendered from it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from model.labels import STANCES


def render(package: str, template: str, **values: Any) -> str:
    """Render a Markdown template of a package, with ``stances`` beside the given values.

    Raises:
        jinja2.UndefinedError: the template asks for a value that is not given.
    """
    templates = Environment(  # noqa: S701 - Markdown, not HTML
        loader=PackageLoader(package), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["three"] = "{:.3f}".format
    return templates.get_template(template).render(values, stances=[str(s) for s in STANCES])


def write_report(report: Mapping[str, Any], folder: Path) -> None:
    """Write ``report.json`` and ``report.md`` into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "report.md").write_text(render("eval", "report.md.j2", **report), encoding="utf-8")
