"""An artefact, scored as it is served, into a report of plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tqdm import tqdm

from data.schema import AnnotatedArticle
from data.spans import assemble
from eval.baselines import BASELINES, Baseline
from eval.behaviour import Case, behaviour
from eval.bootstrap import DRAWS, draw, intervals
from eval.compare import compare
from eval.examples import confident_mistakes, least_certain
from eval.gates import Gates, failures
from eval.metrics import Scored, figures, stance_figures
from eval.slices import slice_figures, slicers
from model.classifier import Classifier
from model.errors import CorpusError
from model.labels import AUTHOR, STANCES
from model.text import segment


@dataclass(frozen=True, slots=True)
class Exam:
    """What a model is examined on, besides the articles: all optional but the articles that baselines learn from."""

    train: Sequence[AnnotatedArticle]
    against: Classifier | None = None
    cases: Sequence[Case] = ()
    gates: Gates | None = None
    baselines: Mapping[str, Baseline] = field(default_factory=lambda: BASELINES)
    seed: int = 13
    draws: int = DRAWS


def evaluate(classifier: Classifier, articles: Sequence[AnnotatedArticle], exam: Exam) -> dict[str, Any]:
    """Return the report: the model's figures with intervals, slices, behaviour, comparison, gates, examples.

    The same artefact, articles and seed give the same report. A model that is compared with itself is scored once.
    ``check`` says beforehand whether the articles can be scored.
    """
    rows = score(classifier, articles)
    draws = draw([row.article.id for row in rows], exam.seed, exam.draws)
    dimensions = slicers(exam.train)
    comparison = None
    if exam.against is not None:
        old = exam.against.manifest
        same = old.version == classifier.manifest.version
        comparison = {"against": f"{old.name} {old.version}"} | compare(
            rows, rows if same else score(exam.against, articles), draws, dimensions
        )
    gold, texts = [row.gold.stance for row in rows], [row.gold.text for row in rows]
    lessons = [unit for article in exam.train for unit in article.units if not unit.contested]
    teachable = len({unit.stance for unit in lessons}) > 1
    report: dict[str, Any] = {
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
        "intervals": intervals(rows, draws),
        "slices": slice_figures(rows, draws, dimensions),
        "baselines": {n: stance_figures(gold, learn(lessons, texts)) for n, learn in exam.baselines.items()}
        if teachable
        else {},
        "behaviour": behaviour(classifier, exam.cases) if exam.cases else [],
        "comparison": comparison,
        "mistakes": confident_mistakes(rows),
        "uncertain": least_certain(rows),
    }
    failed = [str(failure) for failure in failures(report, exam.gates)] if exam.gates is not None else None
    return report | {"failures": failed}


def check(articles: Sequence[AnnotatedArticle]) -> None:
    """Find out before the long work whether articles can be scored at all.

    Raises:
        CorpusError: there is no labelled sentence, an id occurs twice, or a span does not lie in its text.
    """
    if not any(not unit.contested for a in articles for unit in a.units):
        raise CorpusError("no labelled sentence to score: give articles with at least one that is not contested")
    seen = set()
    for article in articles:
        if article.id in seen:
            raise CorpusError(f"article '{article.id}' occurs twice: intervals are over articles, give each its own id")
        seen.add(article.id)
        text = "\n".join(unit.text for unit in article.units)
        for span in (s for unit in article.units for s in (unit.holder, unit.condition) if s and s != AUTHOR):
            if span not in text:
                raise CorpusError(f"article '{article.id}': {span!r} stands nowhere in it; see 'python -m data.check'")


def missing_stances(articles: Sequence[AnnotatedArticle]) -> list[str]:
    """Return the stances that no scored sentence has: macro-F1 leaves them out."""
    found = {unit.stance for a in articles for unit in a.units if not unit.contested}
    return [str(stance) for stance in STANCES if stance not in found]


def score(classifier: Classifier, articles: Sequence[AnnotatedArticle]) -> list[Scored]:
    """Classify articles within their annotated sentence bounds; contested sentences are context only."""
    rows = []
    for annotated in tqdm(articles, desc="scoring", unit="article"):
        article, sentences = assemble(annotated)
        for number, prediction in enumerate(classifier.classify(article, sentences)):
            if not annotated.units[number].contested:
                rows.append(Scored(annotated, number, prediction))
    return rows


def segmentation_agreement(articles: Sequence[AnnotatedArticle]) -> float:
    """Return the share of annotated sentences that the service's own segmentation cuts out exactly."""
    found = total = 0
    for annotated in articles:
        article, sentences = assemble(annotated)
        own = {(s.part, s.start, s.end) for s in segment(article)}
        found += sum((s.part, s.start, s.end) in own for s in sentences)
        total += len(sentences)
    return found / total
