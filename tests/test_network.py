"""Every encoder family gives the same scores exported as it does in torch, in shapes other than the traced one."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import (
    AutoModel,
    BertConfig,
    DebertaV2Config,
    ModernBertConfig,
    MPNetConfig,
    PreTrainedConfig,
    RobertaConfig,
)

from model.network import StanceNetwork
from model.runtime import Runtime
from model.window import Batch
from training.config import TrainingConfig
from training.export import export

SMALL = {
    "vocab_size": 100,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}
SPECIAL = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "cls_token_id": 1, "sep_token_id": 2}
FAMILIES: list[PreTrainedConfig] = [
    BertConfig(**SMALL),
    MPNetConfig(**SMALL),
    RobertaConfig(**SMALL, pad_token_id=1),
    DebertaV2Config(**SMALL, relative_attention=True, position_buckets=16, pos_att_type=["p2c", "c2p"]),
    ModernBertConfig(**SMALL, **SPECIAL),
]


def batch(rows: int, tokens: int, sentences: int) -> Batch:
    generator = np.random.default_rng(tokens)
    mask = np.ones((rows, tokens), dtype=np.int64)
    mask[-1, tokens // 2 :] = 0
    members = np.zeros((rows, sentences, tokens), dtype=np.float32)
    members[:, 0, 1:9] = members[:, 1, 10:20] = 1
    return Batch(generator.integers(5, 100, (rows, tokens)), mask, members)


@pytest.fixture(params=FAMILIES, ids=lambda config: config.model_type)
def network(request: pytest.FixtureRequest) -> StanceNetwork:
    torch.manual_seed(0)
    return StanceNetwork(AutoModel.from_config(request.param)).eval()


@pytest.mark.parametrize("weights", ["fp16", "int8"])
def test_the_exported_network_scores_as_torch_does(
    network: StanceNetwork, tokenizer: Tokenizer, weights: str, tmp_path: Path
) -> None:
    export(network, tokenizer, TrainingConfig.load(["--weights", weights]), {}, tmp_path)
    runtime = Runtime(tmp_path / "network.xml")
    for inputs in (batch(1, 32, 3), batch(2, 96, 5)):
        arrays = (torch.from_numpy(a) for a in (inputs.input_ids, inputs.attention_mask, inputs.sentence_mask))
        with torch.inference_mode():
            expected = network(*arrays)
        found = runtime.run(inputs)
        for name in expected._fields:
            assert np.allclose(getattr(expected, name).numpy(), getattr(found, name), atol=2e-2), name


def test_layers_and_heads_are_told_apart(network: StanceNetwork) -> None:
    assert len(network.encoder_layers()) == 2
    heads = {id(p) for p in network.head_parameters()}
    assert heads.isdisjoint(id(p) for p in network.encoder.parameters())
    assert len(heads) + len(list(network.encoder.parameters())) == len(list(network.parameters()))
