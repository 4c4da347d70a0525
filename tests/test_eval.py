import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import calibration_error, names_agree, stance_figures, token_f1
from eval.run import main
from model.labels import STANCES, Stance

LABELS = st.lists(st.sampled_from(STANCES), min_size=1, max_size=30)


@given(LABELS)
def test_a_perfect_model_has_a_diagonal_confusion(gold: list[Stance]) -> None:
    figures = stance_figures(gold, gold)
    assert figures["accuracy"] == 1
    assert all(n == 0 for i, row in enumerate(figures["confusion"]) for j, n in enumerate(row) if i != j)


def test_macro_f1_is_the_mean_over_the_stances_with_examples() -> None:
    gold = [Stance.SUPPORT, Stance.SUPPORT, Stance.NONE, Stance.OPPOSE]
    guess = [Stance.SUPPORT, Stance.NONE, Stance.NONE, Stance.SUPPORT]
    assert stance_figures(gold, guess)["macro_f1"] == pytest.approx((1 / 2 + 0 + 2 / 3) / 3)
    guess[3] = Stance.CONDITIONAL
    assert stance_figures(gold, guess)["macro_f1"] == pytest.approx((2 / 3 + 0 + 2 / 3) / 3)


@pytest.mark.parametrize(
    ("gold", "guess", "agree", "overlap"),
    [
        ("Gabrielius Landsbergis", "Landsbergis", True, 2 / 3),
        ("the Kremlin", "Kremlin", True, 1.0),
        ("Paris", "Rome", False, 0.0),
        ("Paris", "", False, 0.0),
    ],
)
def test_names_are_compared_by_their_words(gold: str, guess: str, agree: bool, overlap: float) -> None:
    assert names_agree(gold, guess) is agree
    assert token_f1(gold, guess) == pytest.approx(overlap)


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    assert calibration_error([0.9] * 10, [True] * 9 + [False]) == pytest.approx(0, abs=0.2)
    assert calibration_error([1.0] * 10, [False] * 10) == pytest.approx(1)
    assert calibration_error([0.5, 1.0] * 50, [True, True, False, True] * 25) == pytest.approx(0, abs=0.05)


def test_a_report_is_written_with_the_baselines_beside_the_model(
    artefact: Path, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--model", str(artefact), "--data", str(corpus), "--train", str(corpus), "--split", "test"]
    assert main([*given, "--out", str(tmp_path / "report")]) == 0
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert report["data"]["articles"] == 4
    assert report["model"]["n"] == report["data"]["sentences"] == 20
    assert set(report["baselines"]) == {"majority", "TF-IDF + logistic regression"}
    assert capsys.readouterr().out.strip() == (tmp_path / "report" / "report.md").read_text().strip()


def test_contested_sentences_are_not_scored(artefact: Path, corpus: Path, tmp_path: Path) -> None:
    articles = [json.loads(line) for line in (corpus / "test.jsonl").read_text().splitlines()]
    articles[0]["sentences"][0]["contested"] = True
    path = tmp_path / "contested.jsonl"
    path.write_text("\n".join(map(json.dumps, articles)))
    given = ["--model", str(artefact), "--data", str(path), "--train", str(corpus), "--out", str(tmp_path / "report")]
    assert main(given) == 0
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert (report["data"]["sentences"], report["data"]["contested"]) == (19, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "nowhere"], "no artefact at 'nowhere'"),
        (["--data", "nowhere.jsonl"], "no annotated articles at 'nowhere.jsonl'"),
        (["--split", "tset"], "no labelled sentence"),
        (["--out", "/dev/null/report"], "cannot be written"),
    ],
)
def test_what_cannot_be_evaluated_is_named(
    artefact: Path, corpus: Path, tmp_path: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--model", str(artefact), "--data", str(corpus), "--train", str(corpus), "--out", str(tmp_path / "r")]
    assert main([*given, *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_contrast_group_is_right_only_as_a_whole(artefact: Path, corpus: Path, tmp_path: Path) -> None:
    articles = [json.loads(line) for line in (corpus / "test.jsonl").read_text().splitlines()]
    path = tmp_path / "groups.jsonl"
    path.write_text("\n".join(json.dumps(a | {"source": f"g{i // 2}"}) for i, a in enumerate(articles)))
    given = ["--model", str(artefact), "--data", str(path), "--train", str(corpus), "--out", str(tmp_path / "report")]
    assert main(given) == 0
    figures = json.loads((tmp_path / "report" / "report.json").read_text())["model"]
    assert figures["contrast"]["groups"] == 2
    assert figures["contrast"]["consistent"] <= figures["accuracy"]
