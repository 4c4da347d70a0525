"""The routes that tell of the service itself: model, limits, health, figures."""

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST

from model.labels import STANCES
from serving.engine import Engine
from serving.metrics import Metrics
from serving.problems import Problem, declare
from serving.schemas import HealthOut, InfoOut, ModelOut
from serving.settings import Settings

_LIMITS = {"max_body", "max_characters", "max_sentences", "max_batch", "queue", "deadline"}


def engine_of(app: FastAPI) -> Engine:
    """Return the app's engine.

    Raises:
        Problem: 503, it is not loaded yet, or closed already.
    """
    if app.state.engine is None:
        raise Problem(503, "the model is not loaded, or the service is stopping")
    return app.state.engine  # type: ignore[no-any-return]


def add_status(app: FastAPI, settings: Settings, metrics: Metrics) -> None:
    """Add the routes to the app."""

    @app.get("/info", responses=declare(503), summary="The model, its figures and the limits")
    async def info() -> InfoOut:
        manifest = engine_of(app).manifest
        return InfoOut(
            model=ModelOut(name=manifest.name, version=manifest.version),
            encoder=manifest.encoder,
            stances=[str(s) for s in STANCES],
            guidelines=manifest.guidelines,
            window_tokens=manifest.window.max_tokens,
            figures=dict(manifest.figures),
            limits=settings.model_dump(include=_LIMITS),
            software=dict(manifest.software),
        )

    @app.get("/health/live", summary="Does the process answer?")
    async def live() -> HealthOut:
        return HealthOut(status="ok")

    @app.get("/health/ready", responses=declare(503), summary="Is the model loaded?")
    async def ready() -> HealthOut:
        return HealthOut(status="ok", detail=engine_of(app).swap_failure)

    @app.get("/metrics", summary="Figures for Prometheus", response_class=Response)
    async def figures() -> Response:
        return Response(metrics.render(), media_type=CONTENT_TYPE_LATEST)
