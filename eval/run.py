"""``python -m eval.run``: score an artefact, as it is served, on annotated articles and write the report.

Exit code 0 if it passes the gates, 1 if it does not, 2 where something is not usable.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, CliApp, SettingsConfigDict

import data
from data import CORPUS
from eval.baselines import BASELINES, zero_shot
from eval.behaviour import CASES, read_cases
from eval.evaluate import Exam, check, evaluate, missing_stances
from eval.gates import GATES, read_gates
from eval.report import prepare, write_report
from model.artefact import RELEASED
from model.classifier import Classifier
from model.errors import CorpusError, TroopstanceError


class EvalConfig(BaseSettings):
    """Settings of an evaluation."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, cli_kebab_case=True, cli_implicit_flags=True)

    model: Path = Field(RELEASED, description="artefact folder to score")
    against: Path | None = Field(RELEASED, description="artefact folder to compare it with; none: 'null'")
    data: Path = Field(CORPUS, description="annotated articles to score it on: a JSONL file or a folder of them")
    split: str | None = Field(
        None, description="score only this split; 'test' for the project's corpus, else all articles"
    )
    train: Path = Field(CORPUS, description="annotated articles whose 'train' split the baselines learn from")
    labels: dict[str, str] = Field(
        {}, description="data and train are labelled sentences: their labels as stances, 'agree=support'"
    )
    cases: Path | None = Field(CASES, description="behaviour cases; none: 'null'")
    gates: Path | None = Field(None, description="bounds to pass; eval/gates.toml for the project's corpus, else none")
    partial: bool = Field(False, description="accept articles in which some stance does not occur")
    nli: Path | None = Field(None, description="folder of an NLI model, for the zero-shot baseline (slow)")
    seed: int = Field(13, description="seed of the intervals")
    out: Path = Field(Path("runs/report"), description="folder for the report's files")


def run(config: EvalConfig) -> list[str]:
    """Evaluate and write the report; return the gates that fail.

    Raises:
        TroopstanceError: something is not usable; found before the long work starts.
    """
    own = config.data == CORPUS
    split = config.split or ("test" if own else None)
    articles = data.articles(config.data, *([split] if split else []), labels=config.labels)
    check(articles)
    missing = missing_stances(articles)
    if missing and not config.partial and not config.labels:
        raise CorpusError(f"no sentence is labelled {', '.join(missing)}: say --partial if that is meant")
    gates = config.gates or (GATES if own else None)
    exam = Exam(
        train=data.articles(config.train, "train", labels=config.labels),
        against=Classifier.load(config.against) if config.against else None,
        cases=read_cases(config.cases) if config.cases else (),
        gates=read_gates(gates) if gates else None,
        baselines={**BASELINES, "zero-shot NLI": zero_shot(config.nli)} if config.nli else BASELINES,
        seed=config.seed,
    )
    classifier = Classifier.load(config.model)
    prepare(config.out)
    report = evaluate(classifier, articles, exam)
    write_report(report, config.out)
    return report["failures"] or []


def main(arguments: Sequence[str]) -> int:
    """Evaluate with the given command line and print the report."""
    try:
        config = CliApp.run(EvalConfig, cli_args=list(arguments))
        failed = run(config)
    except (TroopstanceError, ValidationError) as error:
        print(f"eval.run: {error}", file=sys.stderr)
        return 2
    print((config.out / "report.md").read_text(encoding="utf-8"))
    for failure in failed:
        print(f"eval.run: gate failed: {failure}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
