import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.behaviour import CASES, Case, behaviour, read_cases
from eval.gates import GATES, Gates, failures, read_gates
from eval.run import main
from model.artefact import load_manifest
from model.classifier import Classifier
from model.errors import ConfigError, CorpusError, GateError
from model.labels import Stance
from training.config import TrainingConfig
from training.run import run

MakeConfig = Callable[..., TrainingConfig]


def report(macro: float, passed: float, high: float) -> dict[str, object]:
    return {
        "model": {"macro_f1": macro, "confidence": {"ece": 0.2}},
        "behaviour": [{"capability": "negation", "passed": passed}],
        "comparison": {"macro_f1": {"interval": [-1.0, high]}},
    }


GIVEN = Gates(("macro_f1",), {"model.macro_f1": 0.7}, {"model.confidence.ece": 0.3}, {"default": 0.5})


def test_a_good_report_passes() -> None:
    assert failures(report(0.7, 0.5, 0.0), GIVEN) == []


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (report(0.69, 1, 1), "model.macro_f1: 0.690 does not pass the bound 0.700"),
        (report(1, 0.4, 1), "behaviour: negation: 0.400"),
        (report(1, 1, -0.01), "macro_f1 against the released model"),
        (report(1, 1, 1) | {"model": {"macro_f1": 1, "confidence": {"ece": 0.4}}}, "model.confidence.ece: 0.400"),
    ],
)
def test_each_gate_is_named_with_value_and_bound(bad: dict[str, object], message: str) -> None:
    [failure] = failures(bad, GIVEN)
    assert message in str(failure)


def test_a_gate_on_a_figure_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"model\.beauty"):
        failures(report(1, 1, 1), Gates(floors={"model.beauty": 0.5}))
    (tmp_path / "gates.toml").write_text("flors = 3")
    with pytest.raises(ConfigError, match="flors"):
        read_gates(tmp_path / "gates.toml")


def test_the_shipped_gates_name_figures_that_reports_have(
    artefact: Path, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = tmp_path / "cases.jsonl"
    few.write_text("\n".join(CASES.read_text(encoding="utf-8").splitlines()[:5]), encoding="utf-8")
    given = ["--model", str(artefact), "--against", str(artefact), "--data", str(corpus), "--train", str(corpus)]
    code = main([*given, "--gates", str(GATES), "--cases", str(few), "--out", str(tmp_path / "report")])
    assert code == 1
    shown = capsys.readouterr()
    assert "gate failed: model.macro_f1" in shown.err
    assert "It does not pass the gates" in shown.out


def test_a_model_that_fails_is_not_published_unless_forced(make_config: MakeConfig, tmp_path: Path) -> None:
    gates = tmp_path / "gates.toml"
    gates.write_text('[floors]\n"model.macro_f1" = 1.01\n')
    place = tmp_path / "published"
    held = make_config(tmp_path / "a", "--gates", str(gates), "--publish", str(place), "--epochs", "1")
    with pytest.raises(GateError, match=r"model\.macro_f1"):
        run(held)
    assert not place.exists()
    run(make_config(tmp_path / "b", "--gates", str(gates), "--publish", str(place), "--epochs", "1", "--force"))
    manifest = load_manifest(place)
    assert manifest.training["force"] is True
    assert "model.macro_f1" in manifest.figures["gates_failed"][0]


def test_the_shipped_suite_is_large_and_has_every_kind() -> None:
    cases = read_cases()
    assert len(cases) >= 500
    assert len({case.id for case in cases}) == len(cases)
    assert {case.kind for case in cases} == {"minimum", "invariance", "direction"}
    assert {case.expected for case in cases} == set(Stance)


def test_cases_pass_and_fail_by_their_kind(classifier: Classifier) -> None:
    text = "Paris wants to send troops."
    [found] = behaviour(classifier, [Case("m", "one", "minimum", text, stance) for stance in Stance])
    assert (found["n"], len(found["failures"])) == (4, 3)
    [found] = behaviour(classifier, [Case("i", "two", "invariance", text, Stance.SUPPORT, variants=(text,))])
    assert found["passed"] == 1
    same = Case("d", "three", "direction", text, Stance.SUPPORT, variants=(text,), toward=Stance.OPPOSE)
    [found] = behaviour(classifier, [same])
    assert found["failures"][0]["expected"].startswith("more oppose than")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "invariance"}, "has variants"),
        ({"toward": "oppose"}, "direction case says"),
        ({"expected": "maybe"}, "support"),
        ({"colour": "red"}, "Unexpected"),
    ],
)
def test_a_bad_case_is_named(change: dict[str, str], message: str, tmp_path: Path) -> None:
    case = {"id": "x", "capability": "y", "kind": "minimum", "text": "Paris will.", "expected": "support"} | change
    (tmp_path / "cases.jsonl").write_text(json.dumps(case))
    with pytest.raises(CorpusError, match=rf"cases.jsonl:1: .*{message}"):
        read_cases(tmp_path / "cases.jsonl")
