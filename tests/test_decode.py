from itertools import combinations_with_replacement

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from model.decode import best_condition, probabilities
from model.labels import STANCES
from model.window import Tokens

SCORES = st.floats(-20, 20, width=32)


def tokens(count: int) -> Tokens:
    """Words of one letter and a space each, so that token i stands at character 2 i."""
    return Tokens((1,) * count, tuple((2 * i, 2 * i + 1) for i in range(count)), tuple(range(count)))


@given(st.integers(1, 8).flatmap(lambda n: arrays.arrays(np.float32, (n, 3), elements=SCORES)))
def test_the_condition_is_the_best_of_all_spans(tags: np.ndarray) -> None:
    def score(first: int, last: int) -> float:
        labels = [0] * len(tags)
        labels[first : last + 1] = [1] + [2] * (last - first)
        return float(sum(tags[i, label] for i, label in enumerate(labels)))

    best = max(score(*span) for span in combinations_with_replacement(range(len(tags)), 2))
    span = best_condition(tags, tokens(len(tags)))
    assert span is not None
    assert np.isclose(score(span[0] // 2, (span[1] - 1) // 2), best, atol=1e-3)


def test_a_span_is_widened_to_whole_words() -> None:
    tags = np.zeros((3, 3), dtype=np.float32)
    tags[1, 1] = 9
    pieces = Tokens((1, 1, 1), ((0, 2), (2, 4), (5, 7)), (0, 0, 1))
    assert best_condition(tags, pieces) == (0, 4)


@given(arrays.arrays(np.float32, (4,), elements=SCORES), st.floats(0.05, 20))
def test_temperature_keeps_the_order_of_stances(logits: np.ndarray, temperature: float) -> None:
    chances = probabilities(logits, temperature)
    assert chances.shape == (len(STANCES),)
    assert np.isclose(chances.sum(), 1, atol=1e-5)
    assert chances[int(np.argmax(logits))] == chances.max()
