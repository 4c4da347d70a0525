"""The wire format: what requests hold and what answers look like. All offsets count Unicode code points."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from model.artefact import Manifest
from model.labels import STANCES, Stance
from model.types import Article, Prediction

PartName = Literal["title", "text"]
Offset = Field(ge=0, description="in Unicode code points")


class ArticleIn(BaseModel):
    """An article to classify."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: str | None = Field(None, max_length=200, description="given back as it is")
    title: str = Field("", description="the headline; each line of it counts as one sentence")
    text: str = Field(description="the article; a line break ends a sentence")

    def article(self) -> Article:
        """Return the article; raises InputError if it is empty or no valid Unicode."""
        return Article(text=self.text, title=self.title, id=self.id)


class ModelOut(BaseModel):
    """Which model gave the answer."""

    name: str
    version: str


class HolderOut(BaseModel):
    """Whose stance it is: a span of the article, or ``author`` without one."""

    name: str
    part: PartName | None
    start: int | None = Offset
    end: int | None = Offset


class ConditionOut(BaseModel):
    """What the stance hangs on: a span of the sentence, counted in the sentence's part."""

    text: str
    start: int = Offset
    end: int = Offset


class SentenceOut(BaseModel):
    """One sentence with its label."""

    index: int
    part: PartName
    start: int = Offset
    end: int = Offset
    text: str
    stance: Stance
    confidence: float = Field(ge=0, le=1, description="calibrated probability of the stance")
    probabilities: dict[Stance, float]
    holder: HolderOut | None
    condition: ConditionOut | None
    truncated: bool = Field(description="the sentence was too long to be read whole")


class HolderSummary(BaseModel):
    """Where one holder stands in the article."""

    name: str
    stances: dict[Stance, int]
    sentences: list[int]
    conditions: list[str]


class Summary(BaseModel):
    """The article at a glance."""

    counts: dict[Stance, int]
    holders: list[HolderSummary]


class ArticleOut(BaseModel):
    """The answer for one article."""

    id: str | None
    model: ModelOut
    sentences: list[SentenceOut]
    summary: Summary


class ProblemOut(BaseModel):
    """An error as of RFC 9457; ``field`` names the wrong field where there is one."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    field: str | None = None


class BatchOut(BaseModel):
    """The answers for a batch, in order: an article's answer or its own error."""

    results: list[ArticleOut | ProblemOut]


class InfoOut(BaseModel):
    """What is served, and within which limits."""

    model: ModelOut
    encoder: str
    stances: list[str]
    guidelines: int
    window_tokens: int
    figures: dict[str, object] = Field(description="the model's figures on its test split")
    limits: dict[str, float]
    software: dict[str, str]


class HealthOut(BaseModel):
    """Whether the service lives or is ready."""

    status: Literal["ok"]


def answer(article: Article, predictions: Sequence[Prediction], manifest: Manifest) -> ArticleOut:
    """Put an article's predictions into the wire format."""
    return ArticleOut(
        id=article.id,
        model=ModelOut(name=manifest.name, version=manifest.version),
        sentences=[_sentence(p) for p in predictions],
        summary=_summary(predictions),
    )


def _sentence(prediction: Prediction) -> SentenceOut:
    sentence, holder, condition = prediction.sentence, prediction.holder, prediction.condition
    return SentenceOut(
        index=sentence.index,
        part=sentence.part,
        start=sentence.start,
        end=sentence.end,
        text=sentence.text,
        stance=prediction.stance,
        confidence=round(prediction.confidence, 4),
        probabilities={s: round(p, 4) for s, p in prediction.probabilities.items()},
        holder=HolderOut(name=holder.name, part=holder.part, start=holder.start, end=holder.end) if holder else None,
        condition=ConditionOut(text=condition.text, start=condition.start, end=condition.end) if condition else None,
        truncated=prediction.truncated,
    )


def _summary(predictions: Sequence[Prediction]) -> Summary:
    counts = Counter(p.stance for p in predictions)
    by_holder: dict[str, list[Prediction]] = {}
    for prediction in predictions:
        if prediction.holder:
            by_holder.setdefault(prediction.holder.name, []).append(prediction)
    holders = [
        HolderSummary(
            name=name,
            stances=dict(Counter(p.stance for p in own)),
            sentences=[p.sentence.index for p in own],
            conditions=[p.condition.text for p in own if p.condition],
        )
        for name, own in by_holder.items()
    ]
    return Summary(counts={s: counts[s] for s in STANCES}, holders=holders)
