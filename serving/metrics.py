"""Figures for Prometheus. Each app has a registry of its own."""

from collections import Counter as Count
from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from model.artefact import Manifest
from model.types import Prediction

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """What the service counts and times. No text and no name of anybody is among it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.queue = Gauge("stance_queue_articles", "articles waiting or being scored", registry=self.registry)
        self._stages = Histogram(
            "stance_stage_seconds", "time by stage", ["stage"], buckets=_SECONDS, registry=self.registry
        )
        self._requests = Counter(
            "stance_requests_total", "requests by route and status", ["route", "status"], registry=self.registry
        )
        self._refusals = Counter("stance_refusals_total", "refusals by status", ["status"], registry=self.registry)
        self._sentences = Counter("stance_sentences_total", "sentences by stance", ["stance"], registry=self.registry)
        self._truncated = Counter("stance_truncated_total", "sentences too long to be read", registry=self.registry)
        self._batch = Histogram(
            "stance_batch_articles", "articles of a batch", buckets=(1, 2, 4, 8, 16, 32, 64), registry=self.registry
        )
        self._model = Gauge("stance_model_info", "the model served", ["name", "version"], registry=self.registry)

    def stage(self, name: str, seconds: float) -> None:
        """Time one stage of one article."""
        self._stages.labels(name).observe(seconds)

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count and time a request; an error counts as a refusal, too."""
        self._requests.labels(route, str(status)).inc()
        self._stages.labels("request").observe(seconds)
        if status >= 400:
            self._refusals.labels(str(status)).inc()

    def answered(self, predictions: Sequence[Prediction]) -> None:
        """Count an article's sentences by stance."""
        for stance, count in Count(p.stance for p in predictions).items():
            self._sentences.labels(str(stance)).inc(count)
        self._truncated.inc(sum(p.truncated for p in predictions))

    def batch(self, articles: int) -> None:
        """Count a batch's articles."""
        self._batch.observe(articles)

    def model(self, manifest: Manifest) -> None:
        """Name the model that is served from now on."""
        self._model.clear()
        self._model.labels(manifest.name, manifest.version).set(1)

    def render(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self.registry)
