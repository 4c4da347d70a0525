"""The routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi_offline import FastAPIOffline

from model.labels import STANCES
from serving import problems
from serving.engine import Engine
from serving.parsing import BatchIn, read_article, read_batch, to_article
from serving.problems import Problem, declare
from serving.schemas import ArticleIn, ArticleOut, BatchOut, HealthOut, InfoOut, ModelOut, ProblemOut, answer
from serving.settings import Settings

_ARTICLE = {
    "title": "Vilnius would send instructors, but only after a truce",
    "text": "Lithuania would send instructors to Ukraine once a truce holds, its defence ministry said on Monday.",
}


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the service. The artefact is loaded when the app starts; a damaged one stops the start."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.engine = Engine.load(settings)
        yield
        engine, app.state.engine = app.state.engine, None
        engine.close()

    app = FastAPIOffline(
        title="troopstance",
        summary="Sentence-level stance on deploying Western armed forces in Ukraine",
        description="All offsets are half-open and count Unicode code points of the title or the text.",
        version="1",
        lifespan=lifespan,
    )
    app.state.engine = None
    problems.install(app)

    def engine() -> Engine:
        if app.state.engine is None:
            raise Problem(503, "the model is not loaded, or the service is stopping")
        return app.state.engine  # type: ignore[no-any-return]

    @app.post(
        "/classify",
        response_model=ArticleOut,
        responses=declare(400, 413, 415, 422, 429, 503, 504),
        openapi_extra=_body(ArticleIn, _ARTICLE, plain=True),
        summary="Label every sentence of an article",
    )
    async def classify(request: Request) -> ArticleOut:
        article = await read_article(request, settings)
        return answer(article, await engine().classify(article), engine().manifest)

    @app.post(
        "/classify/batch",
        response_model=BatchOut,
        responses=declare(400, 413, 415, 422, 429, 503),
        openapi_extra=_body(BatchIn, {"articles": [_ARTICLE]}),
        summary="Label several articles; an error in one leaves the others alone",
    )
    async def classify_batch(request: Request) -> BatchOut:
        return BatchOut(results=[await _one(value) for value in await read_batch(request, settings)])

    async def _one(value: object) -> ArticleOut | ProblemOut:
        try:
            article = to_article(value, settings)
            return answer(article, await engine().classify(article), engine().manifest)
        except Problem as problem:
            return problem.body

    @app.get("/info", responses=declare(503), summary="The model, its figures and the limits")
    async def info() -> InfoOut:
        manifest = engine().manifest
        return InfoOut(
            model=ModelOut(name=manifest.name, version=manifest.version),
            encoder=manifest.encoder,
            stances=[str(s) for s in STANCES],
            guidelines=manifest.guidelines,
            window_tokens=manifest.window.max_tokens,
            figures=dict(manifest.figures),
            limits=settings.model_dump(include={"max_body", "max_characters", "max_batch", "queue", "deadline"}),
            software=dict(manifest.software),
        )

    @app.get("/health/live", summary="Does the process answer?")
    async def live() -> HealthOut:
        return HealthOut(status="ok")

    @app.get("/health/ready", responses=declare(503), summary="Is the model loaded?")
    async def ready() -> HealthOut:
        engine()
        return HealthOut(status="ok")

    return app


def _body(schema: type[ArticleIn] | type[BatchIn], example: dict[str, Any], *, plain: bool = False) -> dict[str, Any]:
    """Describe a request body that is parsed by hand, for the OpenAPI document."""
    content: dict[str, Any] = {"application/json": {"schema": schema.model_json_schema(), "example": example}}
    if plain:
        content["text/plain"] = {"schema": {"type": "string"}, "example": example["text"]}
    return {"requestBody": {"required": True, "content": content}}
