"""``python -m eval.run``: score an artefact, as it is served, on annotated articles and write the report."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, CliApp, SettingsConfigDict
from tqdm import tqdm

import data
from data import CORPUS
from data.schema import AnnotatedArticle
from data.spans import assemble
from eval.baselines import BASELINES
from eval.metrics import Scored, figures, stance_figures
from eval.report import write_report
from model.artefact import RELEASED
from model.classifier import Classifier
from model.errors import ConfigError, CorpusError, TroopstanceError
from model.text import segment


class EvalConfig(BaseSettings):
    """Settings of an evaluation."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, cli_kebab_case=True)

    model: Path = Field(RELEASED, description="artefact folder to score")
    data: Path = Field(CORPUS, description="annotated articles to score it on: a JSONL file or a folder of them")
    split: str | None = Field(
        None, description="score only this split; 'test' for the project's corpus, else all articles"
    )
    train: Path = Field(CORPUS, description="annotated articles whose 'train' split the baselines learn from")
    labels: dict[str, str] = Field(
        {}, description="data and train are labelled sentences: their labels as stances, 'agree=support'"
    )
    out: Path = Field(Path("runs/report"), description="folder for report.json and report.md")


def score(classifier: Classifier, articles: Sequence[AnnotatedArticle]) -> list[Scored]:
    """Classify articles within their annotated sentence bounds; contested sentences are context only."""
    rows = []
    for annotated in tqdm(articles, desc="scoring", unit="article"):
        article, sentences = assemble(annotated)
        for unit, prediction in zip(annotated.units, classifier.classify(article, sentences), strict=True):
            if not unit.contested:
                rows.append(Scored(annotated.id, prediction.sentence.index, annotated.source, unit, prediction))
    return rows


def evaluate(
    classifier: Classifier, articles: Sequence[AnnotatedArticle], train: Sequence[AnnotatedArticle]
) -> dict[str, Any]:
    """Return the report as plain data: the model's figures, and the baselines' beside them.

    Raises:
        CorpusError: there is nothing to score, or nothing that the baselines could learn from.
    """
    if not any(not unit.contested for a in articles for unit in a.units):
        raise CorpusError("no labelled sentence to score: give articles with at least one that is not contested")
    lessons = [unit for article in train for unit in article.units if not unit.contested]
    if len({unit.stance for unit in lessons}) < 2:
        raise CorpusError("the baselines have no training sentences of two stances: give --train a corpus with some")
    rows = score(classifier, articles)
    gold, texts = [row.gold.stance for row in rows], [row.gold.text for row in rows]
    return {
        "artefact": {
            "name": classifier.manifest.name,
            "version": classifier.manifest.version,
            "encoder": classifier.manifest.encoder,
        },
        "data": {
            "articles": len(articles),
            "sentences": len(rows),
            "contested": sum(unit.contested for a in articles for unit in a.units),
            "segmentation": segmentation_agreement(articles),
        },
        "model": figures(rows),
        "baselines": {name: stance_figures(gold, learn(lessons, texts)) for name, learn in BASELINES.items()},
    }


def segmentation_agreement(articles: Sequence[AnnotatedArticle]) -> float:
    """Return the share of annotated sentences that the service's own segmentation cuts out exactly."""
    found = total = 0
    for annotated in articles:
        article, sentences = assemble(annotated)
        own = {(s.part, s.start, s.end) for s in segment(article)}
        found += sum((s.part, s.start, s.end) in own for s in sentences)
        total += len(sentences)
    return found / total


def main(arguments: Sequence[str]) -> int:
    """Evaluate with the given command line; exit code 0, or 2 with a message where something is not usable."""
    try:
        config = CliApp.run(EvalConfig, cli_args=list(arguments))
        split = config.split or ("test" if config.data == CORPUS else None)
        articles = data.articles(config.data, *([split] if split else []), labels=config.labels)
        report = evaluate(
            Classifier.load(config.model), articles, data.articles(config.train, "train", labels=config.labels)
        )
        write_report(report, config.out)
    except (TroopstanceError, ValidationError) as error:
        print(f"eval.run: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"eval.run: {ConfigError(f'the report cannot be written: {error}')}", file=sys.stderr)
        return 2
    print((config.out / "report.md").read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
