"""The behaviour suite: what a model must be able to do, case by case, after CheckList (Ribeiro et al. 2020).

Three kinds of case: ``minimum`` (the stance of a clear sentence), ``invariance`` (variants that must keep the stance:
other names, genders, countries, wordings, typing errors) and ``direction`` (variants that must make a stance more
likely). ``eval/cases.jsonl`` was written by other hands than the training data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError
from tqdm import tqdm

from model.classifier import Classifier
from model.errors import CorpusError
from model.labels import Stance
from model.types import Article, Prediction, Sentence

CASES: Final = Path(__file__).parent / "cases.jsonl"


@dataclass(frozen=True, slots=True)
class Case:
    """One case: sentences of context, then the text whose stance is asked for, and its variants."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    capability: str
    kind: Literal["minimum", "invariance", "direction"]
    text: str
    expected: Stance
    context: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    toward: Stance | None = None

    def __post_init__(self) -> None:
        if (self.kind == "minimum") != (not self.variants):
            raise ValueError("an invariance or direction case has variants, a minimum case has none")
        if (self.kind == "direction") != (self.toward is not None):
            raise ValueError("a direction case says with 'toward' which stance must become more likely, no other does")


_CASE: Final = TypeAdapter(Case)


def read_cases(path: Path = CASES) -> list[Case]:
    """Read a suite, one case a line of JSON.

    Raises:
        CorpusError: the file is not there, or a line is no case.
    """
    if not path.is_file():
        raise CorpusError(f"no behaviour cases at '{path}': give a JSONL file")
    cases = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            cases.append(_CASE.validate_json(line))
        except ValidationError as error:
            raise CorpusError(f"{path}:{number}: {error.errors()[0]['msg']}") from error
    return cases


def behaviour(classifier: Classifier, cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Return each capability's kinds, number of cases, pass rate and failing cases, the worst first.

    An invariance case passes if every variant gets the stance that the text itself got, right or wrong: what it
    tests is that the change makes no difference. A direction case passes if every variant makes the stance likelier.
    """
    failures: dict[str, list[dict[str, Any]]] = {}
    counts: dict[str, int] = {}
    kinds: dict[str, set[str]] = {}
    for case in tqdm(cases, desc="behaviour", unit="case"):
        counts[case.capability] = counts.get(case.capability, 0) + 1
        kinds.setdefault(case.capability, set()).add(case.kind)
        if (failure := _failure(classifier, case)) is not None:
            failures.setdefault(case.capability, []).append(failure)
    found = [
        {
            "capability": capability,
            "kinds": sorted(kinds[capability]),
            "n": n,
            "passed": 1 - len(failures.get(capability, ())) / n,
            "failures": failures.get(capability, []),
        }
        for capability, n in counts.items()
    ]
    return sorted(found, key=lambda f: (f["passed"], f["capability"]))


def _failure(classifier: Classifier, case: Case) -> dict[str, Any] | None:
    said = _ask(classifier, case, case.text)
    about = {"id": case.id, "kind": case.kind, "context": list(case.context), "text": case.text, "variant": ""}
    if case.kind == "minimum":
        wrong = said.stance != case.expected
        return about | {"expected": str(case.expected), "said": str(said.stance)} if wrong else None
    for variant in case.variants:
        other = _ask(classifier, case, variant)
        if case.toward is None and other.stance != said.stance:
            return about | {"variant": variant, "expected": f"{said.stance}, as before", "said": str(other.stance)}
        if case.toward is not None and other.probabilities[case.toward] <= said.probabilities[case.toward]:
            before, after = said.probabilities[case.toward], other.probabilities[case.toward]
            return about | {
                "variant": variant,
                "expected": f"more {case.toward} than {before:.2f}",
                "said": f"{after:.2f}",
            }
    return None


def _ask(classifier: Classifier, case: Case, text: str) -> Prediction:
    sentences: list[Sentence] = []
    start = 0
    for number, sentence in enumerate((*case.context, text)):
        sentences.append(Sentence(number, "text", start, start + len(sentence), sentence))
        start += len(sentence) + 1
    article = Article(text=" ".join(s.text for s in sentences), id=case.id)
    return classifier.classify(article, sentences)[-1]
