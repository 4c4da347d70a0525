"""The wire format: what requests hold and what answers look like. All offsets count Unicode code points."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from model.artefact import Manifest
from model.labels import STANCES, Stance
from model.types import Article, Prediction
from serving.options import EVERYTHING, Options

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
    probabilities: dict[Stance, float] | None = Field(None, description="of every stance; missing if not asked for")
    uncertain: bool = Field(description="the confidence is below the least that was asked for")
    holder: HolderOut | None
    condition: ConditionOut | None
    truncated: bool = Field(description="the sentence was too long to be read whole")

    @model_serializer(mode="wrap")
    def _without_what_was_not_asked_for(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _without(serialize(self), "probabilities")


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


class ExtractedOut(BaseModel):
    """The article that was found in a web page; offsets refer to it."""

    title: str
    text: str


class ArticleOut(BaseModel):
    """The answer for one article. ``article`` is there only where the service extracted it from a web page."""

    id: str | None
    model: ModelOut
    article: ExtractedOut | None = None
    sentences: list[SentenceOut]
    summary: Summary

    @model_serializer(mode="wrap")
    def _without_what_was_sent(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _without(serialize(self), "article")


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
    """Whether the service lives or is ready; ``detail`` tells why a newer artefact is not the one served."""

    status: Literal["ok"]
    detail: str | None = None


def _without(content: dict[str, Any], field: str) -> dict[str, Any]:
    return {k: v for k, v in content.items() if k != field or v is not None}


def answer(
    article: Article,
    predictions: Sequence[Prediction],
    manifest: Manifest,
    options: Options = EVERYTHING,
    *,
    extracted: bool = False,
) -> ArticleOut:
    """Put an article's predictions into the wire format, cut as asked for."""
    wanted = set(options.stances or STANCES)
    return ArticleOut(
        id=article.id,
        model=ModelOut(name=manifest.name, version=manifest.version),
        article=ExtractedOut(title=article.title, text=article.text) if extracted else None,
        sentences=[_sentence(p, options) for p in predictions if p.stance in wanted],
        summary=_summary(predictions),
    )


def _sentence(prediction: Prediction, options: Options) -> SentenceOut:
    sentence, holder, condition = prediction.sentence, prediction.holder, prediction.condition
    chances = {s: round(p, 4) for s, p in prediction.probabilities.items()}
    return SentenceOut(
        index=sentence.index,
        part=sentence.part,
        start=sentence.start,
        end=sentence.end,
        text=sentence.text,
        stance=prediction.stance,
        confidence=round(prediction.confidence, 4),
        probabilities=chances if options.probabilities else None,
        uncertain=prediction.confidence < options.min_confidence,
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
