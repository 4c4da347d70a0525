"""Temperature scaling: make the served confidence mean what it says (Guo et al. 2017, section 4.2)."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize_scalar
from tqdm import tqdm

from data.schema import AnnotatedArticle
from data.spans import assemble
from model.classifier import Classifier
from model.decode import probabilities
from model.labels import STANCES
from model.window import Floats, Ints


def calibrate(classifier: Classifier, articles: Sequence[AnnotatedArticle]) -> float:
    """Find the temperature that makes the artefact's scores on articles most likely, contested sentences left out."""
    logits, gold = [], []
    for article in tqdm(articles, desc="calibrating", unit="article"):
        scored = classifier.logits(assemble(article)[1])
        for unit, row in zip(article.units, scored, strict=True):
            if not unit.contested:
                logits.append(row)
                gold.append(STANCES.index(unit.stance))
    return temperature(np.stack(logits), np.array(gold))


def temperature(logits: Floats, gold: Ints) -> float:
    """Return the temperature in [0.05, 20] with the least negative log-likelihood; logits are (n, stances)."""

    def loss(log_temperature: float) -> float:
        chances = probabilities(logits, float(np.exp(log_temperature)))
        return float(-np.log(chances[np.arange(len(gold)), gold] + 1e-12).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(np.log(0.05), np.log(20.0)), method="bounded").x))
