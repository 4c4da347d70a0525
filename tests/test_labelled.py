import json
from collections.abc import Callable
from pathlib import Path

import pytest

import data
from data.formats.labelled import read_labelled
from eval.run import main
from model.artefact import load_manifest
from model.errors import CorpusError
from model.labels import Stance
from training.config import TrainingConfig
from training.run import run

LABELS = {"agree": "support", "disagree": "oppose", "neutral": "none"}
WORDS = ["warming", "oceans", "storms", "harvests", "glaciers", "forests"]


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def rows(count: int) -> list[dict[str, object]]:
    return [
        {"id": f"s{i}", "text": f"{WORDS[i % 6].title()} number {i * 37} {label}.", "label": label, "votes": [1, 2]}
        for i in range(count)
        for label in [list(LABELS)[i % 3]]
    ]


def test_a_model_is_trained_and_scored_on_somebody_elses_labels(
    make_config: Callable[..., TrainingConfig], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = write(tmp_path / "train.jsonl", rows(60)), write(tmp_path / "test.jsonl", rows(9))
    mapping = [f"--labels={theirs}={ours}" for theirs, ours in LABELS.items()]
    config = make_config(tmp_path / "run", "--data", str(train), "--test", str(test), *mapping, "--epochs", "1")
    artefact = run(config)
    assert load_manifest(artefact).figures["test"]["n"] == 9
    given = ["--model", str(artefact), "--data", str(test), "--train", str(train), *mapping]
    assert main([*given, "--out", str(tmp_path / "report")]) == 0
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert report["model"]["classes"]["conditional"]["support"] == 0
    assert report["model"]["macro_f1"] == load_manifest(artefact).figures["test"]["macro_f1"]


def test_sentences_without_splits_are_given_some(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", rows(60))
    assert set(data.load(path, LABELS)) == {"train", "dev", "test"}
    assert set(data.load(path, LABELS, test=0.0)) == {"train", "dev"}


def test_a_condition_alone_makes_a_conditional_sentence(tmp_path: Path) -> None:
    text = "They would go if asked."
    [article] = read_labelled(write(tmp_path / "x.jsonl", [{"text": text, "condition": [14, 22]}]), LABELS)
    assert (article.units[0].stance, article.units[0].condition) == (Stance.CONDITIONAL, "if asked")


@pytest.mark.parametrize(
    ("row", "labels", "message"),
    [
        ({"text": "Yes.", "label": "maybe"}, LABELS, r"x.jsonl:1: label 'maybe' is not mapped .* agree, disagree"),
        ({"text": "Yes."}, LABELS, "label None is not mapped"),
        ({"label": "agree"}, LABELS, r"x.jsonl:1: text: Field required"),
        ({"text": "Yes.", "label": "agree"}, {"agree": "yes"}, "'yes' is no stance"),
        ({"text": "Yes.", "condition": [1, 9]}, LABELS, "text of 4 characters"),
        ({"text": "Yes.", "label": "agree", "split": "exam"}, LABELS, "split 'exam'"),
    ],
)
def test_a_bad_row_is_named(row: dict[str, object], labels: dict[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=message):
        read_labelled(write(tmp_path / "x.jsonl", [row]), labels)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no labelled sentences at"):
        read_labelled(tmp_path / "nowhere.jsonl", LABELS)
