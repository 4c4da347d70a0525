"""The report of an evaluation: ``report.json`` holds everything, ``report.md`` and ``report.html`` come from it.

``mistakes.jsonl`` and ``uncertain.jsonl`` hold the sentences to read and to label next, for an annotation tool.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.render import render
from eval.charts import interval_chart, reliability_chart, risk_chart
from eval.examples import write_examples
from model.errors import ConfigError


def prepare(folder: Path) -> None:
    """Make the report's folder, so that a place that cannot be written is found out before the long work.

    Raises:
        ConfigError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").touch()
    except OSError as error:
        raise ConfigError(f"the report cannot be written to '{folder}': {error}; choose another --out") from error


def write_report(report: Mapping[str, Any], folder: Path) -> None:
    """Write the report's files into a folder, which is made if need be."""
    prepare(folder)
    (folder / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "report.md").write_text(render("eval", "report.md.j2", **report), encoding="utf-8")
    (folder / "report.html").write_text(render("eval", "report.html.j2", charts=charts(report), **report), "utf-8")
    write_examples(report["mistakes"], folder / "mistakes.jsonl")
    write_examples(report["uncertain"], folder / "uncertain.jsonl")


def charts(report: Mapping[str, Any]) -> dict[str, str]:
    """Draw the report's charts as SVG."""
    model, bounds = report["model"], report["intervals"]
    main = [
        ("macro-F1", model["macro_f1"], bounds["macro_f1"]),
        *((f"{name} F1", figures["f1"], bounds["classes"][name]) for name, figures in model["classes"].items()),
        ("holder right", model["holder"]["right"], bounds["holder"]),
        ("condition token-F1", model["condition"]["token_f1"], bounds["condition"]),
    ]
    slices = [(f"{s['dimension']}: {s['value']} ({s['n']})", s["accuracy"], s["interval"]) for s in report["slices"]]
    drawn = {
        "main": interval_chart(main),
        "slices": interval_chart(slices[:15]),
        "reliability": reliability_chart(model["confidence"]["reliability"]),
        "risk": risk_chart(model["confidence"]["risk_coverage"]),
    }
    if (comparison := report["comparison"]) is not None:
        rows = [("macro-F1", comparison["macro_f1"]), *((f"{s} F1", d) for s, d in comparison["classes"].items())]
        rows += [("holder right", comparison["holder"]), ("condition token-F1", comparison["condition"])]
        drawn["comparison"] = interval_chart([(n, d["difference"], d["interval"]) for n, d in rows], zero=True)
    return drawn
