import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from data.formats import FORMATS
from data.importers import main
from data.schema import AnnotatedArticle, AnnotatedSentence, from_dict, read_articles
from data.split import assign
from model.errors import CorpusError
from model.labels import Stance
from tests.conftest import record


@pytest.fixture
def articles() -> list[AnnotatedArticle]:
    """Articles with all that a record can hold: emoji, paragraphs, the author, flags, two annotators."""
    made = [from_dict(record(i, "train"), "here") for i in range(3)]
    odd = (
        AnnotatedSentence(
            "🇺🇦 Paris wants it, «naturally».", Stance.SUPPORT, holder="Paris", labels=(Stance.NONE, Stance.SUPPORT)
        ),
        AnnotatedSentence(
            "I would go, if asked.", Stance.CONDITIONAL, holder="author", condition="if asked", paragraph=1
        ),
        AnnotatedSentence(
            "Rome, however, never.", Stance.OPPOSE, holder="Rome", mixed=True, contested=True, paragraph=1
        ),
    )
    return [*made, replace(made[0], id="odd", title=None, sentences=odd, source="here", genre="op-ed")]


def without_labels(articles: Sequence[AnnotatedArticle]) -> list[AnnotatedArticle]:
    return [
        replace(a, sentences=tuple(replace(s, labels=()) for s in a.sentences))
        for a in sorted(articles, key=lambda a: a.id)
    ]


@pytest.mark.parametrize("name", ["labelstudio", "csv", "jsonl"])
def test_a_format_gives_back_what_it_was_given(name: str, articles: list[AnnotatedArticle], tmp_path: Path) -> None:
    FORMATS[name].write(articles, tmp_path / "file")
    assert FORMATS[name].read(tmp_path / "file") == articles


def test_brat_gives_back_all_but_the_annotators(articles: list[AnnotatedArticle], tmp_path: Path) -> None:
    FORMATS["brat"].write(articles, tmp_path / "folder")
    assert FORMATS["brat"].read(tmp_path / "folder") == without_labels(articles)


def test_label_studio_counts_in_utf16(articles: list[AnnotatedArticle], tmp_path: Path) -> None:
    FORMATS["labelstudio"].write(articles[-1:], tmp_path / "file")
    [task] = json.loads((tmp_path / "file").read_text())
    region = task["annotations"][0]["result"][0]["value"]
    utf16 = task["data"]["text"].encode("utf-16-le")
    assert utf16[2 * region["start"] : 2 * region["end"]].decode("utf-16-le") == articles[-1].sentences[0].text


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("labelstudio", "{}", "list of tasks"),
        ("labelstudio", '[{"data": {}}]', "task 1"),
        ("csv", "id,text,stance\n,x,none\n", "file:2: the row has no 'id'"),
        ("csv", "id,text,stance,colour\na,x,none,red\n", "colour"),
        ("csv", "id,date,text,stance\na,2025-01-01,x,maybe\n", "maybe"),
        ("jsonl", '{"id": "a"', "file:1: no valid JSON"),
        ("jsonl", "[]", "not list"),
        ("jsonl", '{"id": "a", "part": "foot", "text": "x"}', "foot"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(name: str, content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        FORMATS[name].read(tmp_path / "file")


def test_the_command_goes_both_ways(corpus: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "rows.csv", tmp_path / "back.jsonl"
    given = ["--format", "csv", "--source", str(corpus / "dev.jsonl"), "--target", str(out)]
    assert main([*given, "--export"]) == 0
    assert main(["--format", "csv", "--source", str(out), "--target", str(back)]) == 0
    assert list(read_articles(back)) == list(read_articles(corpus / "dev.jsonl"))


def test_the_command_names_what_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--format", "csv", "--source", str(tmp_path / "no"), "--target", str(tmp_path / "x")]) == 2
    assert "no" in capsys.readouterr().err


def test_splits_keep_near_duplicates_together_and_depend_on_ids_alone(articles: list[AnnotatedArticle]) -> None:
    many = [
        replace(
            articles[-1], id=f"a{i}", sentences=(AnnotatedSentence(f"Sentence number {i} says this.", Stance.NONE),)
        )
        for i in range(400)
    ]
    split = {a.id: a.split for a in assign(many)}
    assert split == {a.id: a.split for a in assign(many[::-1])}
    shares = [list(split.values()).count(s) / 400 for s in ("train", "dev", "test")]
    assert shares == pytest.approx([0.7, 0.1, 0.2], abs=0.07)
    text = "The same nine words stand in both of these."
    twins = [replace(many[i], sentences=(AnnotatedSentence(text, Stance.NONE),)) for i in range(30)]
    assert len({a.split for a in assign(twins)}) == 1
