"""One bounded queue before one worker: the event loop never computes, and the network has one caller at a time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from model.artefact import Manifest
from model.classifier import Classifier
from model.types import Article, Prediction
from serving.problems import Problem
from serving.settings import Settings


class Engine:
    """Scores articles one after the other, in the order of their arrival."""

    def __init__(self, classifier: Classifier, settings: Settings) -> None:
        self._classifier = classifier
        self._settings = settings
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="classifier")
        self._taken = 0

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """Load the artefact and warm it up.

        Raises:
            ArtefactError: the artefact is missing, damaged or of another format.
        """
        classifier = Classifier.load(settings.model, settings.threads)
        classifier.classify(Article("A first article, so that no reader waits for the network to be set up."))
        return cls(classifier, settings)

    @property
    def manifest(self) -> Manifest:
        """What the artefact says of itself."""
        return self._classifier.manifest

    async def classify(self, article: Article) -> list[Prediction]:
        """Classify an article when its turn comes.

        Raises:
            Problem: 429 if the queue is full, 504 if the deadline passed.
        """
        if self._taken >= self._settings.queue:
            raise Problem(
                429, f"{self._taken} articles are waiting already: try again in a second", headers={"Retry-After": "1"}
            )
        self._taken += 1
        try:
            async with asyncio.timeout(self._settings.deadline):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._worker, self._classifier.classify, article)
        except TimeoutError as error:
            raise Problem(
                504, f"the article was not scored within {self._settings.deadline:g} seconds: try again later"
            ) from error
        finally:
            self._taken -= 1

    def close(self) -> None:
        """Finish what was taken and stop."""
        self._worker.shutdown()
