"""A tiny random encoder, a tiny corpus and a tiny artefact, made on the spot: no download, no released weights."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from model.classifier import Classifier
from serving.app import create_app
from serving.settings import Settings
from training.config import TrainingConfig
from training.run import run

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LETTERS = [chr(c) for c in range(ord("a"), ord("z") + 1)] + list("0123456789.,;:'\"!?-()")

POSITIONS = {
    "support": ("{who} wants to send troops.", None),
    "oppose": ("{who} rejects any soldiers there.", None),
    "conditional": ("{who} would go only after a truce.", "only after a truce"),
    "none": ("The harvest near {who} was good.", None),
}
HOLDERS = ["Paris", "Berlin", "Rome", "Oslo", "Riga", "Vilnius"]


def record(number: int, split: str, **changes: Any) -> dict[str, Any]:
    """One article with a sentence of each stance."""

    def unit(stance: str, who: str) -> dict[str, Any]:
        text, condition = POSITIONS[stance]
        holder = None if stance == "none" else who
        return {"text": text.format(who=who), "stance": stance, "holder": holder, "condition": condition}

    who = HOLDERS[number % len(HOLDERS)]
    stances = list(POSITIONS)
    return {
        "id": f"{split}{number}",
        "date": "2025-03-01",
        "genre": "newswire",
        "split": split,
        "title": unit(stances[number % 4], who),
        "sentences": [unit(s, HOLDERS[(number + i) % len(HOLDERS)]) for i, s in enumerate(stances)],
    } | changes


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for split, count in (("train", 12), ("dev", 4), ("test", 4)):
        lines = [json.dumps(record(i, split)) for i in range(count)]
        (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    """WordPiece over letters, so that every ASCII text has tokens and words have several."""
    pieces = SPECIAL + LETTERS + [f"##{c}" for c in LETTERS]
    made = Tokenizer(models.WordPiece({p: i for i, p in enumerate(pieces)}, unk_token="[UNK]"))  # noqa: S106
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return made


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer) -> Path:
    """A folder with a random two-layer BERT."""
    folder = tmp_path_factory.mktemp("encoder")
    size = tokenizer.get_vocab_size()
    config = BertConfig(
        vocab_size=size,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    names = dict(pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")  # noqa: S106, C408
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def make_config(encoder: Path, corpus: Path) -> Callable[..., TrainingConfig]:
    """Make a tiny training configuration for a run in the given folder."""

    def make(out: Path, *more: str) -> TrainingConfig:
        small = ["--epochs", "2", "--max-tokens", "64", "--context", "1", "--publish", "null", "--layers", "null"]
        return TrainingConfig.load(["--encoder", f"{encoder}", "--data", f"{corpus}", "--out", f"{out}", *small, *more])

    return make


@pytest.fixture(scope="session")
def artefact(tmp_path_factory: pytest.TempPathFactory, make_config: Callable[..., TrainingConfig]) -> Path:
    """An artefact that the whole pipeline made of the tiny encoder and the tiny corpus."""
    return run(make_config(tmp_path_factory.mktemp("run")))


@pytest.fixture(scope="session")
def classifier(artefact: Path) -> Classifier:
    return Classifier.load(artefact)


@pytest.fixture
def client(artefact: Path) -> Iterator[TestClient]:
    settings = Settings(model=artefact, max_body=100_000, max_characters=60_000, max_batch=3)
    with TestClient(create_app(settings)) as made:
        yield made


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Serve the app from a thread on a free port."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()
