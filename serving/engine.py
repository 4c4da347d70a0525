"""One bounded queue before one worker: the event loop never computes, and the network has one caller at a time.

An article fills the cores by itself (batching across requests was measured to gain 5 to 15 %), so articles are scored
one after the other, each as if it were alone: an answer does not depend on what else is being served.
"""

import asyncio
import logging
import math
import queue
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from model.artefact import Manifest, load_manifest
from model.classifier import Classifier
from model.errors import AbandonedError, ArtefactError
from model.types import Article, Prediction
from serving.metrics import Metrics
from serving.problems import Problem
from serving.settings import Settings

_log = logging.getLogger("serving.engine")


@dataclass(frozen=True, slots=True)
class Scored:
    """An article's predictions, and the one model that made them all."""

    predictions: list[Prediction]
    manifest: Manifest


@dataclass(slots=True)
class _Job:
    article: Article
    answer: asyncio.Future[Scored]
    loop: asyncio.AbstractEventLoop
    arrived: float = field(default_factory=time.perf_counter)
    abandoned: threading.Event = field(default_factory=threading.Event)

    def settle(self, answer: Scored | Exception) -> None:
        """Hand the answer over to the event loop, where somebody may have stopped waiting for it."""

        def hand_over() -> None:
            if self.answer.done():
                return
            if isinstance(answer, Exception):
                self.answer.set_exception(answer)
            else:
                self.answer.set_result(answer)

        self.loop.call_soon_threadsafe(hand_over)


class Engine:
    """Scores articles one after the other, in the order of their arrival, with a model that can be swapped."""

    def __init__(self, classifier: Classifier, settings: Settings, metrics: Metrics) -> None:
        self._classifier = classifier
        self._settings = settings
        self._metrics = metrics
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._slots = asyncio.Semaphore(settings.queue)
        self._taken = 0
        self._seconds = 0.1
        self._swapping = threading.Lock()
        self.swap_failure: str | None = None
        """Why the newest artefact is not the one that is served."""
        metrics.model(classifier.manifest)
        self._worker = threading.Thread(target=self._work, name="classifier", daemon=True)
        self._worker.start()

    @classmethod
    def load(cls, settings: Settings, metrics: Metrics) -> Self:
        """Load the artefact and warm it up.

        Raises:
            ArtefactError: the artefact is missing, damaged or of another format.
        """
        return cls(_load(settings.model, settings.threads), settings, metrics)

    @property
    def manifest(self) -> Manifest:
        """What the artefact says of itself."""
        return self._classifier.manifest

    async def classify(self, article: Article, *, patient: bool = False) -> Scored:
        """Classify an article when its turn comes. Whoever stops waiting (cancels) takes the article back.

        ``patient`` waits for a place in the queue instead of being refused one.

        Raises:
            Problem: 429 if the queue is full, 504 if the deadline passed.
        """
        if self._slots.locked() and not patient:
            wait = max(1, math.ceil(self._seconds * self._taken))
            raise Problem(
                429,
                f"{self._taken} articles are waiting already: try again in {wait} s",
                headers={"Retry-After": str(wait)},
            )
        async with self._slots:
            self._taken += 1
            self._metrics.queue.set(self._taken)
            loop = asyncio.get_running_loop()
            job = _Job(article, loop.create_future(), loop)
            self._jobs.put(job)
            try:
                async with asyncio.timeout(self._settings.deadline):
                    return await job.answer
            except TimeoutError as error:
                raise Problem(
                    504, f"the article was not scored within {self._settings.deadline:g} seconds: try again later"
                ) from error
            finally:
                job.abandoned.set()
                self._taken -= 1
                self._metrics.queue.set(self._taken)

    def swap(self, folder: Path) -> bool:
        """Verify, load and warm another artefact, then serve it from the next article on; False if it is the same.

        Runs in the caller's thread, while articles are being scored. A folder that cannot be served leaves everything
        as it is; ``swap_failure`` tells why.

        Raises:
            ArtefactError: the artefact is missing, damaged or of another format.
        """
        with self._swapping:
            try:
                if load_manifest(folder).version == self.manifest.version:
                    self.swap_failure = None
                    return False
                classifier = _load(folder, self._settings.threads)
            except ArtefactError as error:
                self.swap_failure = str(error)
                _log.exception("the new artefact is refused, the old one goes on")
                raise
            old, self._classifier, self.swap_failure = self._classifier, classifier, None
            self._metrics.model(classifier.manifest)
            _log.info("model swapped", extra={"old": old.manifest.version, "new": classifier.manifest.version})
            return True

    def close(self) -> None:
        """Finish what was taken and stop."""
        self._jobs.put(None)
        self._worker.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if job.abandoned.is_set():
                continue
            begun = time.perf_counter()
            self._metrics.stage("queue", begun - job.arrived)
            classifier = self._classifier
            try:
                predictions = classifier.classify(job.article, abandoned=job.abandoned.is_set)
            except AbandonedError:
                continue
            except Exception as error:  # whatever it is, the one who waits must hear of it
                job.settle(error)
                continue
            took = time.perf_counter() - begun
            self._metrics.stage("score", took)
            self._seconds += 0.1 * (took - self._seconds)
            job.settle(Scored(predictions, classifier.manifest))


def _load(folder: Path, threads: int) -> Classifier:
    classifier = Classifier.load(folder, threads)
    try:
        classifier.classify(Article("A first article, so that no reader waits for the network to be set up."))
    except Exception as error:
        raise ArtefactError(f"the artefact at '{folder}' cannot score an article: {error}") from error
    return classifier
