"""The command line says what the service says, survives bad files, and never hands a terminal to an article."""

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from model.labels import STANCES, Stance
from model.types import Article
from serving.cli import main
from serving.console import Look, render
from serving.schemas import ConditionOut, HolderOut, HolderSummary, SentenceOut

TEXT = "Riga would go only after a truce. Oslo rejects any soldiers there.\n\nThe harvest was good."
ESCAPE = "\x1b["

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(artefact: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in a folder of its own: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)

    def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(["--model", str(artefact), "--threads", "1", *arguments])
        return code, *capsys.readouterr()

    return run


def sentence(text: str, stance: Stance = Stance.CONDITIONAL, **changes: object) -> SentenceOut:
    given: dict[str, object] = {"index": 0, "part": "text", "start": 0, "end": len(text), "text": text}
    answer = {"confidence": 0.91, "uncertain": False, "holder": None, "condition": None, "truncated": False}
    return SentenceOut.model_validate(given | answer | {"stance": stance} | changes)


def test_json_is_the_answer_of_the_service(cli: Run, client: TestClient) -> None:
    Path("a.txt").write_text(TEXT, encoding="utf-8")
    code, out, _ = cli("--json", "--title", "A title", "a.txt")
    served = client.post("/classify", json={"id": "a.txt", "title": "A title", "text": TEXT}).json()
    assert (code, json.loads(out)) == (0, served)


def test_articles_come_out_in_order_one_line_each(cli: Run) -> None:
    Path("a, b.txt").write_text(TEXT)
    Path('"[c].json').write_text(json.dumps({"title": "T.", "text": TEXT}))
    Path("d.jsonl").write_text('{"text": "One\u2028two."}\n\n{"id": "own", "text": "Two."}\n', encoding="utf-8")
    code, out, _ = cli("--json", "a, b.txt", '"[c].json', "d.jsonl")
    assert code == 0
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["a, b.txt", '"[c].json', "d.jsonl:1", "own"]


def test_csv_has_a_row_for_each_sentence(cli: Run) -> None:
    for name in ("a.txt", "b.txt"):
        Path(name).write_text(TEXT)
    rows = list(csv.DictReader(io.StringIO(cli("--csv", "a.txt", "b.txt")[1], newline="")))
    assert [row["id"] for row in rows] == ["a.txt"] * 3 + ["b.txt"] * 3
    for row in rows:
        assert TEXT[int(row["start"]) : int(row["end"])] == row["text"]
        assert max(STANCES, key=lambda s: float(row[s])) == row["stance"]


def test_a_bad_article_is_named_and_the_others_go_on(cli: Run) -> None:
    bad = {
        "latin.txt": (b"caf\xe9", "byte 3 is 0xe9"),
        "empty.txt": (b"", "the article is empty"),
        "broken.json": (b"{", "Invalid JSON"),
        "list.json": (b"[]", "give {"),
        "field.json": (b'{"text": "x", "tilte": "y"}', "tilte: Extra inputs"),
        "empty.jsonl": (b"\n", "the file is empty"),
        "mixed.jsonl": (b'{"text": "Good."}\n{"text": "\xff"}\n{"text": "Good."}', "not UTF-8"),
    }
    for name, (content, _) in bad.items():
        Path(name).write_bytes(content)
    Path("folder").mkdir()
    Path("good.txt").write_text(TEXT)
    code, out, err = cli("--json", "missing.txt", "folder", *bad, "good.txt")
    assert code == 1
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["mixed.jsonl:1", "mixed.jsonl:3", "good.txt"]
    reasons = {name: reason for name, (_, reason) in bad.items()}
    for name, reason in (reasons | {"missing.txt": "No such file", "folder": "directory"}).items():
        assert re.search(f"^serving.cli: {re.escape(name)}.*: .*{re.escape(reason)}", err, re.MULTILINE), (name, err)


def test_standard_input_is_read_without_files_or_for_a_dash(cli: Run) -> None:
    Path("a.txt").write_text(TEXT)
    assert json.loads(cli("--json", stdin=b"\xef\xbb\xbf" + TEXT.encode())[1])["id"] is None
    lines = cli("--json", "a.txt", "-", stdin=TEXT.encode())[1].splitlines()
    assert [len(json.loads(line)["sentences"]) for line in lines] == [3, 3]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_first_line_is_the_title_only_if_asked_and_set_apart(cli: Run, end: str) -> None:
    apart, together = f"A title{end}{end}The text.{end}".encode(), f"A line{end}The text.{end}".encode()

    def parts(*arguments: str, stdin: bytes) -> list[str]:
        return [s["part"] for s in json.loads(cli("--json", *arguments, stdin=stdin)[1])["sentences"]]

    assert parts(stdin=apart) == ["text", "text"]
    assert parts("--title-line", stdin=apart) == ["title", "text"]
    assert parts("--title-line", stdin=together) == ["text", "text"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--min-confidence", "1.5"],
        ["--min-confidence", "nan"],
        ["--threads", "-1"],
        ["--color", "red"],
        ["--json", "--csv"],
        ["--title", "T", "a.txt", "b.txt"],
        ["--title", "T", "a.json"],
        ["--title", "T", "--title-line"],
        ["--titel", "T"],
    ],
    ids=" ".join,
)
def test_bad_usage_ends_with_2(cli: Run, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli(*arguments)
    assert stopped.value.code == 2
    assert arguments[0].lstrip("-") in capsys.readouterr().err


def test_without_an_artefact_it_ends_with_2(cli: Run, tmp_path: Path) -> None:
    code, out, err = cli("--model", str(tmp_path / "none"), stdin=b"Some text.")
    assert (code, out) == (2, "")
    assert "no artefact at" in err


def test_only_what_was_asked_for_is_in_colour(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ESCAPE not in cli(stdin=TEXT.encode())[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert ESCAPE in cli("--color", "always", stdin=TEXT.encode())[1]


@pytest.mark.parametrize(("variables", "colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_a_terminal_is_in_colour_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], colored: bool
) -> None:
    for name, value in ({"TERM": "xterm", "NO_COLOR": ""} | variables).items():
        monkeypatch.setenv(name, value)
    controller, terminal = pty.openpty()
    with os.fdopen(controller), os.fdopen(terminal, "w") as stream:
        assert Look.on(stream, "auto").color is colored
        assert not Look.on(stream, "never").color


def test_a_reader_that_leaves_gets_no_traceback(artefact: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT * 2000)
    command = [sys.executable, "-m", "serving.cli", "--model", str(artefact), "--json", str(tmp_path / "a.txt")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_stance_is_marked_with_confidence_holder_and_condition() -> None:
    marked = sentence(
        "Riga would go after a truce.",
        holder=HolderOut(name="Riga", part="text", start=0, end=4),
        condition=ConditionOut(text="after a truce", start=14, end=27),
        truncated=True,
    )
    shown = render(Article(marked.text), [marked], [], Look())
    assert "conditional 0.91 · holder: Riga · condition: after a truce · too long to be read whole" in shown


def test_what_is_not_confident_is_marked_and_left_out_of_the_table(cli: Run) -> None:
    sure, unsure = cli(stdin=TEXT.encode())[1], cli("--min-confidence", "1", stdin=TEXT.encode())[1]
    assert "uncertain" not in sure
    assert unsure.count("→ uncertain: ") == 3
    assert "Nobody takes a position.\nNot counted: 3 uncertain" in unsure


def test_paragraphs_stay_apart() -> None:
    article = Article("One. Two.\n\nThree.")
    spans = [(0, 4), (5, 9), (11, 17)]
    sentences = [sentence(article.text[a:b], Stance.NONE, start=a, end=b) for a, b in spans]
    assert render(article, sentences, [], Look()).startswith("One.\nTwo.\n\nThree.\n")


def test_the_table_says_who_stands_where_within_the_width_of_the_terminal() -> None:
    long = HolderSummary(name="a " * 40, stances={Stance.SUPPORT: 2}, sentences=[0, 1], conditions=["if asked"] * 9)
    short = HolderSummary(name="Riga", stances={Stance.CONDITIONAL: 1}, sentences=[2], conditions=["after a truce"])
    words = sentence("many words " * 20)
    plain = render(Article(words.text), [words], [long, short], Look(width=100))
    assert max(map(len, plain.splitlines())) <= 100
    assert re.search(r"^Riga +– +– +1  after a truce$", plain, re.MULTILINE)
    colored = render(Article(words.text), [words], [long, short], Look(color=True, width=100))
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain


def test_an_article_cannot_command_the_terminal(cli: Run) -> None:
    Path("a\x1b]0;owned\x07.txt").write_text("Riga \x1b[2J would \x9b2J go \x07there.\n", encoding="utf-8")
    Path("b.json").write_text(json.dumps({"text": "x", "\x1b[2J": 1}))
    code, out, err = cli("a\x1b]0;owned\x07.txt", "b.json")
    assert code == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", out + err)
