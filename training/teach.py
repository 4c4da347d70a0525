"""``python -m training.teach``: what a teacher thinks of the training articles, as a file that a student learns from.

The teacher is one artefact, or several whose probabilities are averaged. The file is JSON, in thousandths, so that a
distillation can be repeated without the teacher: ``python -m training.run --config training/configs/distil.toml``.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError
from pydantic_settings import BaseSettings, CliApp, SettingsConfigDict
from tqdm import tqdm

import data
from data import CORPUS
from data.schema import AnnotatedArticle
from data.spans import assemble
from model.classifier import Classifier
from model.errors import ConfigError, TroopstanceError
from model.labels import STANCES
from training.features import Lessons


@dataclass(frozen=True, slots=True)
class Teaching:
    """A file of lessons: the teachers' versions, the stances in order, and thousandths by article and sentence."""

    teachers: tuple[str, ...]
    stances: tuple[str, ...]
    articles: dict[str, tuple[tuple[int, ...], ...]]


class TeachConfig(BaseSettings):
    """Settings of a teaching run."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, cli_kebab_case=True)

    model: list[Path] = Field(description="artefact folders of the teachers, averaged")
    data: Path = Field(CORPUS, description="annotated articles; those of the train split are taught")
    out: Path = Field(Path("data/teacher.json"), description="file to write")


def teach(teachers: Sequence[Classifier], articles: Sequence[AnnotatedArticle]) -> Teaching:
    """Average the teachers' calibrated probabilities for every sentence of the articles."""
    lessons = {}
    for annotated in tqdm(articles, desc="teaching", unit="article"):
        article, sentences = assemble(annotated)
        said = [
            [[p.probabilities[s] for s in STANCES] for p in teacher.classify(article, sentences)]
            for teacher in teachers
        ]
        thousandths = np.rint(1000 * np.mean(said, axis=0)).astype(int)
        lessons[annotated.id] = tuple(tuple(map(int, row)) for row in thousandths)
    versions = tuple(f"{t.manifest.name} {t.manifest.version}" for t in teachers)
    return Teaching(versions, tuple(map(str, STANCES)), lessons)


def read_lessons(path: Path, articles: Sequence[AnnotatedArticle]) -> Lessons:
    """Read a file of lessons for training articles; articles that it does not hold go without.

    Raises:
        ConfigError: the file is missing or damaged, has other stances, or was made for other texts of these articles.
    """
    try:
        teaching = TypeAdapter(Teaching).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ConfigError(f"no lessons at '{path}': make them with 'python -m training.teach' ({error})") from error
    if teaching.stances != tuple(STANCES):
        raise ConfigError(f"'{path}' teaches {teaching.stances}, this version has {tuple(STANCES)}: make it again")
    lessons = {}
    for article in articles:
        rows = np.array(teaching.articles.get(article.id, ()), dtype=np.float32)
        if not len(rows):
            continue
        if rows.shape != (len(article.units), len(STANCES)):
            raise ConfigError(f"'{path}' does not fit article '{article.id}', which has changed: make it again")
        lessons[article.id] = rows / rows.sum(axis=1, keepdims=True)
    return lessons


def main(arguments: Sequence[str]) -> int:
    """Teach with the given command line; exit code 2 with a message where something is not usable."""
    try:
        config = CliApp.run(TeachConfig, cli_args=list(arguments))
        teaching = teach([Classifier.load(folder) for folder in config.model], data.articles(config.data, "train"))
        config.out.write_text(json.dumps(asdict(teaching), separators=(",", ":")) + "\n", encoding="utf-8")
    except (TroopstanceError, ValidationError, OSError) as error:
        print(f"training.teach: {error}", file=sys.stderr)
        return 2
    print(f"{len(teaching.articles)} articles taught by {', '.join(teaching.teachers)} → {config.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
