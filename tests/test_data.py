import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import data
from data.card import contents
from data.check import check, main
from data.duplicates import near_duplicates
from data.schema import parse_record, read_articles, write_articles
from data.spans import assemble, locate_holder
from data.stats import agreement, fingerprint, statistics
from model.errors import CorpusError
from tests.conftest import record

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(*records: dict[str, Any], name: str = "some.jsonl") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(map(json.dumps, records)) + "\n", encoding="utf-8")
        return path

    return write


def changed(unit: int, **fields: Any) -> dict[str, Any]:
    made = record(0, "train")
    made["sentences"][unit] |= fields
    return made


def test_the_shipped_corpus_is_whole() -> None:
    _, faults = check()
    assert faults == []


def test_a_whole_corpus_passes(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(corpus / "train.jsonl")]) == 0
    assert "no faults" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("faulty", "message"),
    [
        (changed(0, holder=None), "needs a holder"),
        (changed(0, holder="Nobody Known"), "'Nobody Known' stands nowhere"),
        (changed(0, condition="troops"), "goes with 'conditional'"),
        (changed(2, condition="after a war"), "'after a war' does not stand in the sentence"),
        (changed(2, condition=None), "goes with 'conditional'"),
        (changed(3, holder="Paris"), "neither holder nor condition"),
        (changed(1, text="two\nlines"), "line break"),
        (changed(1, stance="maybe"), "'maybe'"),
        (changed(1, colour="red"), "colour"),
        (record(0, "train", date="yesterday"), "date"),
    ],
)
def test_a_fault_is_named_with_its_line(write: Write, faulty: dict[str, Any], message: str) -> None:
    _, faults = check(write(record(1, "train"), faulty))
    assert len(faults) >= 1
    assert message in faults[0]
    assert ":2" in faults[0]


def test_an_id_used_twice_is_a_fault(write: Write) -> None:
    _, faults = check(write(record(1, "train"), record(1, "train")))
    assert "already used" in faults[0]


def test_near_duplicates_across_splits_are_a_fault(write: Write) -> None:
    long = "The minister told parliament on Tuesday that no soldier of his would ever set foot in that country."
    one, other = changed(3, text=long), record(0, "test")
    other["sentences"][3]["text"] = long.replace("Tuesday", "Wednesday")
    _, faults = check(write(one, other))
    assert any("near-duplicate" in fault and "'train' and 'test'" in fault for fault in faults)


def test_a_name_in_two_splits_with_one_stance_is_a_fault(write: Write) -> None:
    one, other = changed(0, text="Ana Roth wants it.", holder="Ana Roth"), record(0, "test")
    other["sentences"][0] |= {"text": "Go there, says Ana Roth.", "holder": "Ana Roth"}
    _, faults = check(write(one, other))
    assert any("'Ana Roth'" in fault for fault in faults)


def test_a_genre_or_holder_that_gives_the_stance_away_is_a_fault(write: Write) -> None:
    text = {"text": "Rome says no.", "stance": "oppose", "holder": "Rome"}
    same = {"id": "same", "date": "2025-01-01", "genre": "letter", "sentences": [text] * 50}
    _, faults = check(write(same))
    assert any("the genre 'letter' has 50 of 50" in fault for fault in faults)
    assert any("the holder 'Rome' has 50 of 50" in fault for fault in faults)


def test_near_duplicates_are_measured_exactly() -> None:
    a = "one two three four five six seven eight nine"
    b = "one two three four five six seven eight ten"
    assert list(near_duplicates([a, "nothing alike", b, a])) == [(0, 2, 5 / 7), (0, 3, 1.0), (2, 3, 5 / 7)]


def test_records_survive_writing_and_reading(corpus: Path, tmp_path: Path) -> None:
    articles = list(read_articles(corpus))
    write_articles(tmp_path / "again.jsonl", articles)
    assert list(read_articles(tmp_path / "again.jsonl")) == articles


def test_the_dataset_holds_the_same_records(corpus: Path) -> None:
    dataset = data.load(corpus)
    assert set(dataset) == {"train", "dev", "test"}
    assert data.records(dataset["dev"]) == data.articles(corpus, "dev")


def test_reading_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no annotated articles"):
        list(read_articles(tmp_path))


def test_sentence_bounds_are_exact_after_assembly() -> None:
    annotated = parse_record(json.dumps(changed(2, paragraph=1)), "here")
    article, sentences = assemble(annotated)
    assert [article.part(s.part)[s.start : s.end] for s in sentences] == [u.text for u in annotated.units]
    assert "\n" in article.text


@pytest.mark.parametrize(
    ("texts", "unit", "expected"),
    [
        (["Rome spoke.", "Then Rome left.", "It said no.", "Rome!"], 2, (1, 5, 9)),
        (["Rome spoke.", "It said no.", "So did Rome."], 1, (0, 0, 4)),
        (["Romeo spoke.", "It said no.", "So did Rome."], 1, (2, 7, 11)),
        (["Rome and Rome say no."], 0, (0, 0, 4)),
    ],
)
def test_the_nearest_mention_of_a_holder_is_found(texts: list[str], unit: int, expected: tuple[int, int, int]) -> None:
    sentences = [{"text": t, "stance": "oppose", "holder": "Rome"} for t in texts]
    annotated = parse_record(json.dumps({"id": "x", "date": "2025-01-01", "sentences": sentences}), "here")
    span = locate_holder(annotated, unit)
    assert span is not None
    assert (span.unit, span.start, span.end) == expected


def test_the_card_and_the_metadata_say_what_the_corpus_is() -> None:
    for name, content in contents().items():
        assert (data.CORPUS / name).read_text(encoding="utf-8") == content, f"{name}: run python -m data.card"


def test_statistics_count_what_is_there(corpus: Path) -> None:
    figures = statistics(data.articles(corpus))
    assert (figures["all"]["articles"], figures["test"]["sentences"]) == (20, 20)
    assert sum(figures["train"]["stances"].values()) == figures["train"]["sentences"] == 60
    assert figures["train"]["variety"]["near_duplicates"] > 0.5
    assert figures["single_words"]["test"] > 0.9


def test_agreement_compares_the_two_annotators(write: Write) -> None:
    made = record(0, "dev")
    for unit, labels in zip(
        made["sentences"], ["support support", "oppose none", "none none", "none none"], strict=True
    ):
        unit["labels"] = labels.split()
    figures = agreement(data.articles(write(made)))
    assert (figures["n"], figures["agreement"], figures["confusion"]) == (4, 0.75, {"none / oppose": 1})
    assert figures["settled_otherwise"] == 0.25


def test_the_fingerprint_changes_with_any_label_but_not_with_the_order(corpus: Path) -> None:
    articles = list(data.articles(corpus))
    assert fingerprint(articles) == fingerprint(articles[::-1])
    assert fingerprint(articles) != fingerprint(articles[1:])
