"""The service: what is around the routes, and the routes that classify."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi_offline import FastAPIOffline

from model.types import Article
from serving import problems, stream, table
from serving.access import Access
from serving.engine import Engine
from serving.metrics import Metrics
from serving.openapi import BATCH, CLASSIFY, STREAM
from serving.options import Asked, Options
from serving.parsing import read_article, read_batch, to_article
from serving.problems import GONE, Problem
from serving.reload import watching
from serving.schemas import ArticleOut, BatchOut, ProblemOut, answer
from serving.settings import Settings
from serving.site import add_page
from serving.status import add_status, engine_of

Answer = TypeVar("Answer")
_GONE_AFTER: Final = 0.25
"""Seconds between looks whether the client is still there."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the service. The artefact is loaded when the app starts; a damaged one stops the start."""
    settings = settings or Settings()
    metrics = Metrics()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.engine = Engine.load(settings, metrics)
        async with watching(app.state.engine, settings):
            yield
        engine, app.state.engine = app.state.engine, None
        await asyncio.to_thread(engine.close)

    app = FastAPIOffline(
        title="troopstance",
        summary="Sentence-level stance on deploying Western armed forces in Ukraine",
        description="All offsets are half-open and count Unicode code points of the title or the text.",
        version="1",
        lifespan=lifespan,
    )
    app.state.engine = None
    problems.install(app)
    if settings.cors:
        app.add_middleware(CORSMiddleware, allow_origins=settings.cors, allow_methods=["GET", "POST"])
    app.add_middleware(Access, settings=settings, metrics=metrics)

    def engine() -> Engine:
        return engine_of(app)

    async def score(
        article: Article, options: Options, *, extracted: bool = False, patient: bool = False
    ) -> ArticleOut:
        scored = await engine().classify(article, patient=patient)
        metrics.answered(scored.predictions)
        return answer(article, scored.predictions, scored.manifest, options, extracted=extracted)

    async def one(value: object, options: Options) -> ArticleOut | ProblemOut:
        try:
            return await score(to_article(value, settings), options, patient=True)
        except Problem as problem:
            return problem.body

    @app.post("/classify", **CLASSIFY)
    async def classify(request: Request, options: Asked) -> Any:
        begun = time.perf_counter()
        article, extracted = await read_article(request, settings)
        metrics.stage("parse", time.perf_counter() - begun)
        answered = await while_connected(request, score(article, options, extracted=extracted))
        return _csv([answered]) if _wants_csv(request) else answered

    @app.post("/classify/batch", **BATCH)
    async def classify_batch(request: Request, options: Asked) -> Any:
        values = await read_batch(request, settings)
        metrics.batch(len(values))
        results = [await while_connected(request, one(value, options)) for value in values]
        if not _wants_csv(request):
            return BatchOut(results=results)
        for number, result in enumerate(results):
            if isinstance(result, ProblemOut):
                raise Problem(result.status, f"articles.{number}: {result.detail}; CSV has no place for errors")
        return _csv([result for result in results if isinstance(result, ArticleOut)])

    @app.post("/classify/stream", **STREAM)
    async def classify_stream(request: Request, options: Asked) -> stream.Duplex:
        engine()
        return stream.Duplex(stream.answers(request, settings.max_body, lambda value: one(value, options)))

    add_status(app, settings, metrics)
    add_page(app)
    return app


async def while_connected(request: Request, work: Coroutine[Any, Any, Answer]) -> Answer:
    """Await an answer, but drop the work when the client has gone. The request's body must have been read.

    Raises:
        Problem: 499, the client went away.
    """
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait({task}, timeout=_GONE_AFTER))[0]:
            if await request.is_disconnected():
                raise Problem(GONE, "the client went away")
        return task.result()
    finally:
        task.cancel()


def _wants_csv(request: Request) -> bool:
    return request.headers.get("accept", "").partition(",")[0].partition(";")[0].strip() == "text/csv"


def _csv(answers: list[ArticleOut]) -> Response:
    return Response(table.to_csv(answers), media_type=table.MEDIA_TYPE)
