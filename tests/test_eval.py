import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import data
from eval.baselines import BASELINES, nearest, tfidf
from eval.bootstrap import draw, interval, intervals
from eval.compare import compare, verdict
from eval.confidence import calibration_error, confidence_figures, threshold
from eval.evaluate import score
from eval.examples import confident_mistakes, least_certain
from eval.metrics import Scored, figures, names_agree, stance_figures, token_f1
from eval.run import main
from eval.slices import slice_figures, slicers
from model.classifier import Classifier
from model.labels import STANCES, Stance
from model.types import Prediction, Sentence
from tests.conftest import record

LABELS = st.lists(st.sampled_from(STANCES), min_size=1, max_size=30)


def arguments(artefact: Path, corpus: Path, out: Path, *more: str) -> list[str]:
    own = ["--model", f"{artefact}", "--against", f"{artefact}", "--data", f"{corpus}", "--train", f"{corpus}"]
    return [*own, "--split", "test", "--cases", "null", "--out", f"{out}", *more]


def answered(guesses: list[Stance], confidence: float = 0.7) -> list[Scored]:
    """Four articles of five units each, answered with the given stances, over and over."""
    rows = []
    for number in range(4):
        article = data.schema.from_dict(record(number, "test"), "here")
        for index, unit in enumerate(article.units):
            guess = guesses[len(rows) % len(guesses)] if guesses else unit.stance
            rest = (1 - confidence) / 3
            chances = {s: confidence if s is guess else rest for s in STANCES}
            sentence = Sentence(index, "text", 0, len(unit.text), unit.text)
            rows.append(Scored(article, index, Prediction(sentence, guess, chances, None, None, False)))
    return rows


PERFECT: list[Stance] = []


@given(LABELS)
def test_a_perfect_model_has_a_diagonal_confusion(gold: list[Stance]) -> None:
    found = stance_figures(gold, gold)
    assert found["accuracy"] == found["macro_f1"] == 1
    assert all(n == 0 for i, row in enumerate(found["confusion"]) for j, n in enumerate(row) if i != j)


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


def test_a_threshold_buys_the_wished_precision() -> None:
    confidence, right = [0.9, 0.8, 0.7, 0.6], [True, True, False, False]
    assert threshold(confidence, right, 1.0) == {"confidence": 0.8, "coverage": 0.5}
    assert threshold(confidence, right, 0.6) == {"confidence": 0.7, "coverage": 0.75}
    assert threshold(confidence, [False] * 4, 0.5) == {"confidence": None, "coverage": None}


def test_risk_falls_with_coverage_for_an_honest_model() -> None:
    curve = confidence_figures([i / 100 for i in range(100)], [i > 30 for i in range(100)], [0.0])["risk_coverage"]
    assert [p["risk"] for p in curve] == sorted(p["risk"] for p in curve)
    assert curve[-1] == {"coverage": 1.0, "risk": 0.31}


def test_the_first_draw_is_the_data_itself() -> None:
    rows = answered([Stance.NONE, Stance.SUPPORT, Stance.OPPOSE])
    draws = draw([row.article.id for row in rows], seed=1)
    macro, classes = draws.f1(rows)
    found = figures(rows)
    assert macro[0] == pytest.approx(found["macro_f1"])
    assert classes[0] == pytest.approx([found["classes"][s]["f1"] for s in STANCES])
    assert draws.mean(rows, lambda row: row.right)[0] == pytest.approx(found["accuracy"])
    low, high = interval(macro)
    assert low <= found["macro_f1"] <= high


def test_intervals_of_a_perfect_model_have_no_width() -> None:
    rows = answered(PERFECT)
    bounds = intervals(rows, draw([row.article.id for row in rows], seed=1))
    assert bounds["accuracy"] == [1, 1]
    assert bounds["macro_f1"] == [1, 1]


def test_the_verdict_follows_from_the_interval() -> None:
    assert verdict([0.01, 0.2]) == "better"
    assert verdict([-0.2, -0.01]) == "worse"
    assert verdict([-0.1, 0.1]) == "no difference shown"


def test_a_perfect_model_is_better_than_a_guessing_one_and_not_than_itself() -> None:
    good, bad = answered(PERFECT), answered([Stance.NONE])
    draws = draw([row.article.id for row in good], seed=1)
    forth, back = compare(good, bad, draws, {}), compare(bad, good, draws, {})
    assert (forth["verdict"], back["verdict"]) == ("better", "worse")
    assert forth["mcnemar"]["gained"] == back["mcnemar"]["lost"] == sum(not row.right for row in bad)
    assert {row["old"] for row in forth["gained"]} == {"none"}
    same = compare(good, good, draws, {})
    assert (same["verdict"], same["mcnemar"]["p"]) == ("no difference shown", 1.0)


def test_slices_cover_the_data_and_stand_worst_first() -> None:
    rows = answered([Stance.NONE])
    found = slice_figures(rows, draw([r.article.id for r in rows], 1), slicers([rows[0].article]))
    assert [s["accuracy"] for s in found] == sorted(s["accuracy"] for s in found)
    for dimension in ("length", "quotation", "date"):
        assert sum(s["n"] for s in found if s["dimension"] == dimension) == len(rows)


def test_examples_are_the_surest_mistakes_and_the_closest_calls() -> None:
    rows = answered([Stance.NONE]) + answered([Stance.NONE], confidence=0.3)
    mistakes, closest = confident_mistakes(rows, 5), least_certain(rows, 5)
    assert all(m["labelled"] != "none" and m["probabilities"]["none"] == 0.7 for m in mistakes)
    assert all(e["probabilities"]["none"] == 0.3 for e in closest)


@pytest.mark.parametrize("learn", [tfidf, nearest])
def test_baselines_know_their_own_lessons(learn: Any, corpus: Path) -> None:
    lessons = [unit for article in data.articles(corpus, "train") for unit in article.units]
    said = learn(lessons, [unit.text for unit in lessons])
    assert np.mean([s == unit.stance for s, unit in zip(said, lessons, strict=True)]) > 0.9


def test_a_report_is_written_with_the_baselines_beside_the_model(
    artefact: Path, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report"
    assert main(arguments(artefact, corpus, out)) == 0
    report = json.loads((out / "report.json").read_text())
    assert report["data"]["articles"] == 4
    assert report["model"]["n"] == report["data"]["sentences"] == 20
    assert set(report["baselines"]) == set(BASELINES)
    assert report["comparison"]["verdict"] == "no difference shown"
    assert capsys.readouterr().out.strip() == (out / "report.md").read_text().strip()
    page = (out / "report.html").read_text()
    assert page.count("<svg") == 5
    assert "<script" not in page
    assert 'src="http' not in page
    assert all("text" in json.loads(line) for line in (out / "uncertain.jsonl").read_text().splitlines())


def test_the_same_evaluation_gives_the_same_bytes(artefact: Path, corpus: Path, tmp_path: Path) -> None:
    for name in "ab":
        assert main(arguments(artefact, corpus, tmp_path / name)) == 0
    files = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert files == ["mistakes.jsonl", "report.html", "report.json", "report.md", "uncertain.jsonl"]
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files)


def test_text_is_escaped_in_the_page(artefact: Path, corpus: Path, tmp_path: Path) -> None:
    articles = [json.loads(line) for line in (corpus / "test.jsonl").read_text().splitlines()]
    articles[0]["sentences"][3]["text"] = "<img src=x onerror=alert(1)> | The harvest was good."
    path = tmp_path / "odd.jsonl"
    path.write_text("\n".join(map(json.dumps, articles)))
    main(arguments(artefact, corpus, tmp_path / "report", "--data", str(path)))
    assert "<img" not in (tmp_path / "report" / "report.html").read_text()


def test_contested_sentences_are_not_scored(artefact: Path, corpus: Path, tmp_path: Path) -> None:
    articles = [json.loads(line) for line in (corpus / "test.jsonl").read_text().splitlines()]
    articles[0]["sentences"][0]["contested"] = True
    path = tmp_path / "contested.jsonl"
    path.write_text("\n".join(map(json.dumps, articles)))
    assert main(arguments(artefact, corpus, tmp_path / "report", "--data", str(path))) == 0
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert (report["data"]["sentences"], report["data"]["contested"]) == (19, 1)


def damaged(corpus: Path, **changes: Any) -> str:
    articles = [json.loads(line) for line in (corpus / "test.jsonl").read_text().splitlines()]
    articles[0]["sentences"][2] |= changes
    return "\n".join(map(json.dumps, articles))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--model", "nowhere"], "no artefact at 'nowhere'"),
        (["--against", "nowhere"], "no artefact at 'nowhere'"),
        (["--data", "nowhere.jsonl"], "no annotated articles at 'nowhere.jsonl'"),
        (["--split", "tset"], "no labelled sentence"),
        (["--out", "/dev/null/report"], "cannot be written"),
        (["--cases", "nowhere.jsonl"], "no behaviour cases at 'nowhere.jsonl'"),
        (["--gates", "nowhere.toml"], "no gates at 'nowhere.toml'"),
        (["--nli", "nowhere"], "no NLI model at 'nowhere'"),
    ],
)
def test_what_cannot_be_evaluated_is_named(
    artefact: Path, corpus: Path, tmp_path: Path, more: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments(artefact, corpus, tmp_path / "r", *more)) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"condition": "if pigs fly"}, "'if pigs fly' stands nowhere"),
        ({"stance": "maybe"}, "stance"),
    ],
)
def test_damaged_annotations_are_named(
    artefact: Path,
    corpus: Path,
    tmp_path: Path,
    changes: dict[str, Any],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "x.jsonl").write_text(damaged(corpus, **changes))
    assert main(arguments(artefact, corpus, tmp_path / "r", "--data", str(tmp_path / "x.jsonl"))) == 2
    assert message in capsys.readouterr().err


def test_articles_need_their_own_ids_and_every_stance_unless_told(
    artefact: Path, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (corpus / "test.jsonl").read_text().splitlines()
    (tmp_path / "twice.jsonl").write_text("\n".join([lines[0], lines[0]]))
    assert main(arguments(artefact, corpus, tmp_path / "r", "--data", str(tmp_path / "twice.jsonl"))) == 2
    assert "occurs twice" in capsys.readouterr().err
    one = json.loads(lines[0]) | {"title": None}
    one["sentences"] = one["sentences"][:2]
    (tmp_path / "one.jsonl").write_text(json.dumps(one))
    given = arguments(artefact, corpus, tmp_path / "r", "--data", str(tmp_path / "one.jsonl"))
    assert main(given) == 2
    assert "no sentence is labelled conditional, none" in capsys.readouterr().err
    assert main([*given, "--partial"]) == 0


def test_a_contrast_group_is_right_only_as_a_whole(artefact: Path, corpus: Path, classifier: Classifier) -> None:
    articles = [
        data.schema.from_dict(json.loads(line) | {"source": f"g{i // 2}"}, "here")
        for i, line in enumerate((corpus / "test.jsonl").read_text().splitlines())
    ]
    found = figures(score(classifier, articles))
    assert found["contrast"]["groups"] == 2
    assert found["contrast"]["consistent"] <= found["accuracy"]
