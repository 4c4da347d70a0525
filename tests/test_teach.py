import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import data
from data.spans import assemble
from model.classifier import Classifier
from model.errors import ConfigError
from model.labels import STANCES
from training.config import TrainingConfig
from training.run import run
from training.teach import main, read_lessons

MakeConfig = Callable[..., TrainingConfig]


@pytest.fixture(scope="module")
def lessons(artefact: Path, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("taught") / "teacher.json"
    assert main(["--model", str(artefact), "--model", str(artefact), "--data", str(corpus), "--out", str(out)]) == 0
    return out


def test_lessons_are_the_teachers_probabilities(lessons: Path, artefact: Path, corpus: Path) -> None:
    articles = data.articles(corpus, "train")
    taught, teacher = read_lessons(lessons, articles), Classifier.load(artefact)
    assert set(taught) == {a.id for a in articles}
    said = teacher.classify(*assemble(articles[0]))
    for row, prediction in zip(taught[articles[0].id], said, strict=True):
        assert np.allclose(row, [prediction.probabilities[s] for s in STANCES], atol=2e-3)


def test_a_student_learns_from_them(lessons: Path, make_config: MakeConfig, tmp_path: Path) -> None:
    alone = run(make_config(tmp_path / "alone", "--epochs", "1"))
    taught = run(make_config(tmp_path / "taught", "--epochs", "1", "--teacher", str(lessons)))
    assert (alone / "network.bin").read_bytes() != (taught / "network.bin").read_bytes()


def test_articles_without_a_lesson_are_trained_on_all_the_same(
    lessons: Path, make_config: MakeConfig, tmp_path: Path
) -> None:
    taught = json.loads(lessons.read_text())
    taught["articles"] = dict(list(taught["articles"].items())[:3])
    few = tmp_path / "few.json"
    few.write_text(json.dumps(taught))
    assert (run(make_config(tmp_path / "run", "--epochs", "1", "--teacher", str(few))) / "network.bin").is_file()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stances": ["yes", "no"]}, "teaches"),
        ({"articles": {"train0": [[1000, 0, 0, 0]]}}, "'train0', which has changed"),
        ({"teachers": 3}, "no lessons at"),
    ],
)
def test_lessons_that_do_not_fit_are_refused(
    change: dict[str, object], message: str, lessons: Path, corpus: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(json.loads(lessons.read_text()) | change))
    with pytest.raises(ConfigError, match=message):
        read_lessons(bad, data.articles(corpus, "train"))


def test_teachers_that_are_not_there_are_named(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--model", str(tmp_path), "--data", str(corpus)]) == 2
    assert "no artefact at" in capsys.readouterr().err
    with pytest.raises(ConfigError, match="no lessons at"):
        read_lessons(tmp_path / "nowhere.json", [])
