"""How long an article takes, on the machine at hand."""

import os
import time
from typing import Final

import numpy as np
import openvino as ov

from model.classifier import Classifier
from model.types import Article

SENTENCES: Final = 20
_WARM: Final = 2
_RUNS: Final = 9
_TEXT: Final = " ".join(
    f"On day {number} of the talks the defence ministry in the capital said that sending soldiers to the country, "
    "which some allies had asked for, would need a vote in parliament."
    for number in range(1, SENTENCES + 1)
)


def article_milliseconds(classifier: Classifier) -> float:
    """Return the median time to classify an article of 20 sentences with about 30 words each, in milliseconds."""
    took = []
    for _ in range(_WARM + _RUNS):
        begun = time.perf_counter()
        classifier.classify(Article(_TEXT))
        took.append(1000 * (time.perf_counter() - begun))
    return float(np.median(took[_WARM:]))


def machine() -> str:
    """Describe the processor: its cores, and whether it computes in bf16."""
    bf16 = "BF16" in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return f"{os.cpu_count()}-core CPU {'with' if bf16 else 'without'} bf16 units"
