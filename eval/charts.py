"""The report's figures as static SVG, the same bytes for the same numbers."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

_STYLE: Final[dict[str, Any]] = {
    "svg.hashsalt": "troopstance",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_INK: Final = "#1b4f72"
_GREY: Final = "#808b96"


def reliability_chart(bins: Sequence[Mapping[str, float]]) -> str:
    """Draw accuracy against confidence, one dot a bin; on the diagonal the confidence is what it says."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(4.2, 3.6), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1)
        axes.plot([b["confidence"] for b in bins], [b["accuracy"] for b in bins], "o-", color=_INK, markersize=4)
        axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1.02), ylim=(0, 1.02))
        return _svg(figure)


def risk_chart(points: Sequence[Mapping[str, float]]) -> str:
    """Draw the share of wrong answers against the share answered, the most confident first."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(4.2, 3.6), layout="constrained")
        axes = figure.subplots()
        axes.plot([p["coverage"] for p in points], [p["risk"] for p in points], "o-", color=_INK, markersize=4)
        axes.set(xlabel="share answered", ylabel="share wrong", xlim=(0, 1.02))
        axes.set_ylim(bottom=0)
        return _svg(figure)


def interval_chart(rows: Sequence[tuple[str, float, Sequence[float]]], zero: bool = False) -> str:
    """Draw named values with their intervals, the first at the top; ``zero`` marks where there is no difference."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(6.4, 0.6 + 0.3 * max(1, len(rows))), layout="constrained")
        axes = figure.subplots()
        for place, (_, value, (low, high)) in enumerate(rows):
            axes.plot([low, high], [place, place], color=_GREY, linewidth=2, solid_capstyle="round")
            axes.plot([value], [place], "o", color=_INK, markersize=5)
        if zero:
            axes.axvline(0, color="#000000", linewidth=0.8)
        axes.set_yticks(range(len(rows)), [name for name, _, _ in rows])
        axes.invert_yaxis()
        axes.grid(axis="x", color="#e5e8e8")
        return _svg(figure)


def _svg(figure: Figure) -> str:
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = stream.getvalue()
    return text[text.index("<svg") :]
