import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from model.window import WindowSpec, build_windows, collate, special_ids, tokenize

LENGTHS = st.lists(st.integers(1, 90), max_size=40)
SPECS = st.builds(WindowSpec, max_tokens=st.integers(8, 80), context=st.integers(0, 3), pad_to=st.integers(1, 16))


@given(LENGTHS, SPECS)
def test_every_sentence_is_a_target_once_and_in_order(lengths: list[int], spec: WindowSpec) -> None:
    windows = list(build_windows(lengths, spec))
    assert [t for w in windows for t in w.targets] == list(range(len(lengths)))


@given(LENGTHS, SPECS)
def test_windows_fit_and_cut_only_what_no_window_could_hold(lengths: list[int], spec: WindowSpec) -> None:
    for window in build_windows(lengths, spec):
        assert window.length <= spec.max_tokens
        for sentence, taken in window.pieces:
            assert taken == lengths[sentence] or (taken == spec.max_tokens - 2 and len(window.pieces) == 1)


@given(LENGTHS, SPECS)
def test_context_comes_from_before_the_targets(lengths: list[int], spec: WindowSpec) -> None:
    for window in build_windows(lengths, spec):
        order = [sentence for sentence, _ in window.pieces]
        assert order == sorted(set(order))
        assert len(order) - len(window.targets) <= spec.context + 1


def test_a_batch_holds_each_token_in_its_sentence(tokenizer: Tokenizer) -> None:
    texts = ["paris wants troops", "rome does not", "x"]
    tokens = tokenize(tokenizer, texts)
    spec = WindowSpec(max_tokens=64, pad_to=16)
    [window] = build_windows([len(t) for t in tokens], spec)
    batch = collate([window], [tokens], special_ids(tokenizer), spec)
    assert batch.input_ids.shape == batch.attention_mask.shape
    assert batch.input_ids.shape[1] % 16 == 0
    assert batch.attention_mask.sum() == window.length
    for place, own in enumerate(tokens):
        assert tuple(batch.input_ids[0][batch.sentence_mask[0, place] == 1]) == own.ids
    assert np.all(batch.sentence_mask.sum(axis=1) <= 1)


def test_a_sentence_without_tokens_gets_the_unknown_one(tokenizer: Tokenizer) -> None:
    [own] = tokenize(tokenizer, ["\u200b"])
    assert own.ids == (special_ids(tokenizer).unknown,)
