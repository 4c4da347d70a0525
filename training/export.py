"""The trained network into an artefact folder that serving can load without torch."""

import os
import platform
import warnings
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import openvino as ov
import torch
from openvino.tools.ovc import telemetry_stub, telemetry_utils
from tokenizers import Tokenizer

from model.artefact import NETWORK, TOKENIZER, Manifest, sha256, write_manifest
from model.network import StanceNetwork
from training.config import TrainingConfig


def export(
    network: StanceNetwork, tokenizer: Tokenizer, config: TrainingConfig, corpus: Mapping[str, Any], folder: Path
) -> Manifest:
    """Write network (weights in 16 or 8 bits), tokenizer and manifest into a folder. Uncalibrated: temperature 1."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / TOKENIZER))
    converted = _convert(network)
    if config.weights == "int8":
        converted = _in_8_bits(converted)
    ov.save_model(converted, folder / NETWORK, compress_to_fp16=True)
    manifest = Manifest(
        name=config.name,
        version=f"{version('troopstance')}-{sha256(folder / NETWORK.replace('.xml', '.bin'))[:8]}",
        window=config.window,
        temperature=1.0,
        encoder=config.encoder,
        corpus=corpus,
        training=config.model_dump(mode="json", exclude={"data", "test", "out", "publish", "threads", "name"}),
        software={"python": platform.python_version()}
        | {name: version(name) for name in ("torch", "transformers", "tokenizers", "openvino", "nncf")},
    )
    write_manifest(folder, manifest)
    return manifest


def _in_8_bits(converted: ov.Model) -> ov.Model:
    os.environ.setdefault("NNCF_CI", "1")  # nncf would otherwise report its use over the network
    import nncf

    return nncf.compress_weights(converted, mode=nncf.CompressWeightsMode.INT8_SYM)


def _convert(network: StanceNetwork) -> ov.Model:
    telemetry_utils.tm = telemetry_stub  # the converter would otherwise report its use over the network
    b, s, t = 2, 3, 64
    example = {
        "input_ids": torch.ones(b, t, dtype=torch.int64),
        "attention_mask": torch.tensor([[1] * t, [1] * (t // 2) + [0] * (t // 2)]),
        "sentence_mask": torch.zeros(b, s, t),
    }
    example["sentence_mask"][:, 0, 1:9] = 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of branches on shapes that stay the same for every batch
        return ov.convert_model(network.cpu().eval(), example_input=example)
