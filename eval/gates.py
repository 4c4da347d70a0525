"""The gates that a model must pass before it may be published: ``eval/gates.toml``.

``[floors]`` bounds figures of the report from below, ``[ceilings]`` from above; a name is the path of the figure in
``report.json``. ``[behaviour]`` bounds the pass rate of capabilities, ``default`` that of all not named. ``not_worse``
lists figures of the comparison whose interval must not lie below zero as a whole.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

from pydantic import ConfigDict, TypeAdapter, ValidationError

from model.errors import ConfigError

GATES: Final = Path(__file__).parent / "gates.toml"


@dataclass(frozen=True, slots=True)
class Gates:
    """Bounds on the figures of a report."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    not_worse: tuple[str, ...] = ()
    floors: Mapping[str, float] = field(default_factory=dict)
    ceilings: Mapping[str, float] = field(default_factory=dict)
    behaviour: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """A gate that a report does not pass."""

    gate: str
    value: float
    bound: float

    def __str__(self) -> str:
        return f"{self.gate}: {self.value:.3f} does not pass the bound {self.bound:.3f}"


def read_gates(path: Path = GATES) -> Gates:
    """Read a file of gates.

    Raises:
        ConfigError: it is not there, is no TOML, or has fields of another kind.
    """
    try:
        return TypeAdapter(Gates).validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigError(f"no gates at '{path}': {error}") from error


def failures(report: Mapping[str, Any], gates: Gates) -> list[Failure]:
    """Return the gates that a report fails, in the order of the file.

    Raises:
        ConfigError: a gate names a figure that the report does not have.
    """
    found = []
    for name, bound in gates.floors.items():
        if (value := _figure(report, name)) < bound:
            found.append(Failure(name, value, bound))
    for name, bound in gates.ceilings.items():
        if (value := _figure(report, name)) > bound:
            found.append(Failure(name, value, bound))
    for capability in report["behaviour"]:
        bound = gates.behaviour.get(capability["capability"], gates.behaviour.get("default", 0.0))
        if capability["passed"] < bound:
            found.append(Failure(f"behaviour: {capability['capability']}", capability["passed"], bound))
    if report["comparison"] is not None:
        for name in gates.not_worse:
            high = _figure(report["comparison"], f"{name}.interval")[1]
            if high < 0:
                found.append(Failure(f"{name} against the released model (upper end of the difference)", high, 0.0))
    return found


def _figure(report: Any, name: str) -> Any:
    for part in name.split("."):
        try:
            report = report[part]
        except (KeyError, TypeError) as error:
            raise ConfigError(f"the gates name '{name}', which the report does not have") from error
    return report
