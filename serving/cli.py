"""``python -m serving.cli``: who stands where in an article, on the terminal, as JSON or as CSV; no server needed.

Exit code 0 if all went well, 1 if some article could not be classified (the others are printed all the same),
2 where the command line or the artefact is not usable.
"""

import argparse
import io
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from model.artefact import RELEASED
from model.classifier import Classifier
from model.errors import ArtefactError, InputError
from model.types import Article
from serving.console import Look, printable, render
from serving.options import Options
from serving.schemas import ArticleIn, answer
from serving.table import to_csv

STANDARD_INPUT: Final = "-"
_TITLE_LINE: Final = re.compile(r"([^\r\n]*\S[^\r\n]*)\r?\n[^\S\r\n]*\r?\n")


@dataclass(frozen=True, slots=True)
class Arguments:
    """A command line, parsed."""

    files: Sequence[str]
    title: str
    title_line: bool
    format: str
    color: str
    min_confidence: float
    model: Path
    threads: int


def parse(arguments: Sequence[str]) -> Arguments:
    """Parse a command line; bad usage ends the process with exit code 2 and a message."""
    # Not pydantic-settings: it takes lists apart at commas, quotes and brackets, which file names may hold.
    parser = argparse.ArgumentParser(
        "python -m serving.cli",
        description="Say of every sentence of an article what stance it takes, whose, and on what condition.",
        epilog="Exit code 1 if some article could not be classified, 2 if the command line or artefact is not usable.",
    )
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help='plain text; .json with {"title", "text"}; .jsonl with one such object a line; '
        "'-', or none at all: plain text from standard input",
    )
    title = parser.add_mutually_exclusive_group()
    title.add_argument("--title", default="", help="title of the article, which is one file of plain text")
    title.add_argument(
        "--title-line",
        action="store_true",
        help="in plain text, a first line with a blank line below is the title (offsets count from what follows); "
        "otherwise it is text like any other",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--json", action="store_const", dest="format", const="json", help="the answers of POST /classify, one a line"
    )
    form.add_argument("--csv", action="store_const", dest="format", const="csv", help="one row a sentence")
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="auto: on a terminal, unless NO_COLOR is set",
    )
    parser.add_argument(
        "--min-confidence",
        type=_probability,
        default=0.0,
        metavar="X",
        help="mark a sentence below X (0 to 1) as uncertain, and leave it out of the table",
    )
    parser.add_argument(
        "--model",
        type=Path,
        default=os.environ.get("STANCE_MODEL", RELEASED),
        metavar="DIR",
        help="artefact folder (default: STANCE_MODEL, or the released one)",
    )
    parser.add_argument(
        "--threads",
        type=_threads,
        default=os.environ.get("STANCE_THREADS", "0"),
        metavar="N",
        help="CPU threads of the network; 0: as many as there are cores (default: STANCE_THREADS, or 0)",
    )
    parser.set_defaults(format="text")
    asked = Arguments(**vars(parser.parse_args(arguments)))
    if asked.title and (len(asked.files) > 1 or any(_kind(f) in (".json", ".jsonl") for f in asked.files)):
        parser.error("--title names the one article of a plain text: give one such file, or titles in .json files")
    return asked


def read(asked: Arguments) -> Iterator[tuple[str, Article | InputError]]:
    """Read the articles one by one, each with its name, or with the reason why there is none."""
    for file in asked.files or [STANDARD_INPUT]:
        name = os.fsencode(file).decode(errors="backslashreplace")
        try:
            content = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
        except OSError as error:
            yield name, InputError(f"cannot be read: {error.strerror}")
            continue
        if file == STANDARD_INPUT:
            yield "standard input", _article(content, None, asked)
        elif _kind(file) == ".jsonl":
            yield from _lines(content, name)
        else:
            yield name, _from_json(content, name) if _kind(file) == ".json" else _article(content, name, asked)


def main(arguments: Sequence[str]) -> int:
    """Classify and print what the command line names; return the exit code."""
    asked = parse(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        classifier = Classifier.load(asked.model, asked.threads)
    except ArtefactError as error:
        print(f"serving.cli: {error}", file=sys.stderr)
        return 2
    if asked.format == "csv":
        print(to_csv([]), end="")
    code = 0
    for name, article in read(asked):
        if isinstance(article, InputError):
            print(printable(f"serving.cli: {name}: {article}"), file=sys.stderr)
            code = 1
        else:
            print(_show(article, classifier, asked), end="", flush=True)
    return code


def _show(article: Article, classifier: Classifier, asked: Arguments) -> str:
    predictions = classifier.classify(article)
    out = answer(article, predictions, classifier.manifest, Options(min_confidence=asked.min_confidence))
    if asked.format == "json":
        return out.model_dump_json() + "\n"
    if asked.format == "csv":
        return to_csv([out], header=False)
    certain = [p for p in predictions if p.confidence >= asked.min_confidence]
    holders = answer(article, certain, classifier.manifest).summary.holders
    return render(article, out.sentences, holders, Look.on(sys.stdout, asked.color))


def _article(content: bytes, name: str | None, asked: Arguments) -> Article | InputError:
    try:
        title, text = asked.title, _decode(content)
        if asked.title_line and (match := _TITLE_LINE.match(text)):
            title, text = match[1], text[match.end() :]
        return Article(text, title, name)
    except InputError as error:
        return error


def _lines(content: bytes, name: str) -> Iterator[tuple[str, Article | InputError]]:
    # Not splitlines, which would cut at a U+2028 within a string.
    lines = [(f"{name}:{i}", line) for i, line in enumerate(content.split(b"\n"), 1) if line.strip()]
    if not lines:
        yield name, InputError('the file is empty: give one {"title", "text"} a line')
    for place, line in lines:
        yield place, _from_json(line, place)


def _from_json(content: bytes, name: str) -> Article | InputError:
    try:
        given = ArticleIn.model_validate_json(_decode(content))
        return Article(given.text, given.title, given.id or name)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the article"
        return InputError(f'{field}: {first["msg"]}; give {{"title", "text"}}')
    except InputError as error:
        return error


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"byte {error.start} is 0x{error.object[error.start]:02x}"
        raise InputError(f"not UTF-8 ({byte}): save it as plain text in UTF-8") from error


def _kind(file: str) -> str:
    return Path(file).suffix.lower()


def _probability(value: str) -> float:
    with suppress(ValueError):
        if 0 <= (number := float(value)) <= 1:
            return number
    raise argparse.ArgumentTypeError(f"'{value}' is no number from 0 to 1")


def _threads(value: str) -> int:
    with suppress(ValueError):
        if (number := int(value)) >= 0:
            return number
    raise argparse.ArgumentTypeError(f"'{value}' is no whole number from 0 up")


if __name__ == "__main__":
    # Ends quietly, as other tools do, when the reader of a pipe has seen enough or the user has.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(main(sys.argv[1:]))
