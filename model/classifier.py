"""The one line that serving, evaluation and bulk scoring share: ``Classifier.load(folder).classify(article)``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from tokenizers import Tokenizer

from model.artefact import NETWORK, RELEASED, TOKENIZER, Manifest, load_manifest
from model.decode import SentenceScores, predict, read_window
from model.errors import AbandonedError
from model.runtime import Runtime
from model.text import segment
from model.types import Article, Prediction, Sentence
from model.window import Floats, build_windows, collate, special_ids, tokenize


@dataclass(frozen=True)
class Classifier:
    """A verified artefact, ready to score. Not thread-safe: one caller at a time."""

    manifest: Manifest
    tokenizer: Tokenizer
    runtime: Runtime

    @classmethod
    def load(cls, folder: Path = RELEASED, threads: int = 0) -> Self:
        """Verify and load an artefact folder.

        Raises:
            ArtefactError: the folder is missing, damaged or of another format.
        """
        manifest = load_manifest(folder)
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        return cls(manifest, tokenizer, Runtime(folder / NETWORK, threads))

    def classify(
        self,
        article: Article,
        sentences: Sequence[Sentence] | None = None,
        abandoned: Callable[[], bool] = lambda: False,
    ) -> list[Prediction]:
        """Label every sentence of an article, in order. ``sentences`` overrides the project's own segmentation.

        ``abandoned`` is asked before each window whether anybody still waits for the answer.

        Raises:
            AbandonedError: nobody does.
        """
        sentences = segment(article) if sentences is None else sentences
        scores = self._scores(sentences, abandoned)
        return [
            predict(s, sentence, sentences, self.manifest.temperature)
            for s, sentence in zip(scores, sentences, strict=True)
        ]

    def logits(self, sentences: Sequence[Sentence]) -> Floats:
        """Return the uncalibrated stance scores of an article's sentences, (sentences, stances)."""
        return np.stack([s.stance for s in self._scores(sentences)])

    def _scores(
        self, sentences: Sequence[Sentence], abandoned: Callable[[], bool] = lambda: False
    ) -> list[SentenceScores]:
        tokens = tokenize(self.tokenizer, [s.text for s in sentences])
        special = special_ids(self.tokenizer)
        spec = self.manifest.window
        result: list[SentenceScores] = []
        for window in build_windows([len(t) for t in tokens], spec):
            if abandoned():
                raise AbandonedError("nobody waits for the answer any more")
            batch = collate([window], [tokens], special, spec)
            result.extend(read_window(self.runtime.run(batch), 0, window, tokens))
        return result
