"""Fine-tune the network on windows: the training loop, early stopping, and resuming.

Every epoch starts from a random state derived from the seed and the epoch's number, so a run that was
interrupted and resumed at an epoch's start ends with the same weights as one that was not. Checkpoints are
safetensors and JSON, which is why this is not ``transformers.Trainer``: it pickles its optimiser state.
"""

import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from sklearn.metrics import f1_score
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from model.errors import ConfigError
from model.labels import STANCES
from model.network import Scores, StanceNetwork
from model.window import Batch, SpecialIds
from training.config import TrainingConfig
from training.features import IGNORED, NO_LESSONS, Example, Lessons, Targets, batch

_NOT_FOR_RESUMING: Final = {"publish", "threads", "name"}


@dataclass(slots=True)
class Progress:
    """Where a run stands: epochs done, and dev macro-F1 and loss after each."""

    config: dict[str, Any]
    epoch: int = 0
    best: float = -1.0
    best_epoch: int = -1
    history: list[dict[str, float]] = field(default_factory=list)


def device() -> torch.device:
    """Return the GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def fit(
    network: StanceNetwork,
    train: Sequence[Example],
    dev: Sequence[Example],
    special: SpecialIds,
    config: TrainingConfig,
    *,
    lessons: Lessons = NO_LESSONS,
) -> Progress:
    """Train until dev macro-F1 stops rising; leave the network with its best epoch's weights.

    ``lessons`` are a teacher's probabilities for training articles, where it has one.

    Raises:
        ConfigError: the run's folder holds an unfinished run with other settings.
    """
    folder = config.out / "checkpoint"
    network.to(device())
    network.encoder.get_input_embeddings().requires_grad_(not config.freeze_embeddings)
    optimizer = torch.optim.AdamW(_parameter_groups(network, config), betas=(0.9, 0.98), eps=1e-6, fused=True)
    progress = _resume(folder, network, optimizer, config)
    lengths = [example.window.length for example in train]
    total = config.epochs * sum(lengths)
    with tqdm(
        total=total, initial=progress.epoch * sum(lengths), unit="token", unit_scale=True, desc="training"
    ) as bar:
        while progress.epoch < config.epochs and progress.epoch - progress.best_epoch <= config.patience:
            _seed(config.seed, progress.epoch)
            losses = []
            for rows in _batches(lengths, config.batch_tokens):
                _set_learning_rates(optimizer, bar.n / total, config.warmup)
                inputs, targets = batch([train[i] for i in rows], special, config.window, lessons)
                losses.append(_step(network, optimizer, inputs, targets, config))
                bar.update(sum(lengths[i] for i in rows))
            score = macro_f1(network, dev, special, config)
            progress.history.append({"loss": float(np.mean(losses)), "dev_macro_f1": score})
            bar.set_postfix(epoch=progress.epoch + 1, loss=f"{np.mean(losses):.3f}", dev_macro_f1=f"{score:.4f}")
            if score > progress.best:
                progress.best, progress.best_epoch = score, progress.epoch
                save_file(_weights(network), config.out / "best.safetensors")
            progress.epoch += 1
            _checkpoint(folder, network, optimizer, progress)
    network.load_state_dict(load_file(config.out / "best.safetensors"))
    shutil.rmtree(folder)
    return progress


def loss(scores: Scores, targets: Targets, attention: Tensor, config: TrainingConfig) -> Tensor:
    """Sum the weighted losses of stance, condition and holder; a head without any target in the batch adds none.

    With a teacher, the stance's loss is mixed with the cross-entropy against its probabilities (Hinton et al. 2015,
    section 2, at temperature 1: the teacher's probabilities are calibrated already).
    """

    def entropy(logits: Tensor, wanted: np.ndarray[Any, Any], smoothing: float = 0.0) -> Tensor:
        if not (wanted != IGNORED).any():
            return logits.sum() * 0.0
        target = torch.from_numpy(wanted).to(logits.device).flatten()
        return functional.cross_entropy(
            logits.flatten(0, -2).float(), target, ignore_index=IGNORED, label_smoothing=smoothing
        )

    padding = (1.0 - attention[:, None, :]) * -1e4
    start = torch.cat([scores.holder_special, scores.holder_start + padding], dim=-1)
    holder = (entropy(start, targets.holder_start) + entropy(scores.holder_end + padding, targets.holder_end)) / 2
    stance = entropy(scores.stance, targets.stance, config.label_smoothing)
    if targets.teacher.any():
        taught = torch.from_numpy(targets.teacher).to(scores.stance.device)
        lesson = -(taught * torch.log_softmax(scores.stance.float(), dim=-1)).sum() / taught.sum()
        stance = (1 - config.teacher_weight) * stance + config.teacher_weight * lesson
    return stance + config.condition_weight * entropy(scores.condition, targets.tags) + config.holder_weight * holder


def macro_f1(network: StanceNetwork, rows: Sequence[Example], special: SpecialIds, config: TrainingConfig) -> float:
    """Score the network's stances on windows, for choosing the epoch; the report scores the exported artefact."""
    network.eval()
    gold: list[int] = []
    guessed: list[int] = []
    for i in range(0, len(rows), 16):
        inputs, targets = batch(rows[i : i + 16], special, config.window)
        with torch.inference_mode():
            stance = _forward(network, inputs.input_ids, inputs.attention_mask, inputs.sentence_mask).stance
        scored = targets.stance != IGNORED
        gold += targets.stance[scored].tolist()
        guessed += stance.argmax(-1).cpu().numpy()[scored].tolist()
    return float(f1_score(gold, guessed, labels=range(len(STANCES)), average="macro", zero_division=0))


def _forward(network: StanceNetwork, *arrays: np.ndarray[Any, Any]) -> Scores:
    where = device()
    with torch.autocast(where.type, torch.bfloat16, enabled=where.type == "cuda"):
        return network(*(torch.from_numpy(a).to(where) for a in arrays))  # type: ignore[no-any-return]


def _step(
    network: StanceNetwork,
    optimizer: torch.optim.Optimizer,
    inputs: Batch,
    targets: Targets,
    config: TrainingConfig,
) -> float:
    network.train()
    scores = _forward(network, inputs.input_ids, inputs.attention_mask, inputs.sentence_mask)
    total = loss(scores, targets, torch.from_numpy(inputs.attention_mask).to(device()), config)
    optimizer.zero_grad(set_to_none=True)
    total.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), config.clip)
    optimizer.step()
    return float(total.detach())


def _parameter_groups(network: StanceNetwork, config: TrainingConfig) -> list[dict[str, Any]]:
    """Give each layer its learning rate (Howard & Ruder 2018, section 3.2); embeddings count as the lowest layer."""
    layers = network.encoder_layers()
    rates = {
        id(p): config.learning_rate * config.layer_decay ** (len(layers) - 1 - depth)
        for depth, layer in enumerate(layers)
        for p in layer.parameters()
    }
    heads = {id(p) for p in network.head_parameters()}
    lowest = config.learning_rate * config.layer_decay ** len(layers)
    return [
        {
            "params": [p],
            "lr": rate,
            "peak": rate,
            "weight_decay": config.weight_decay if p.ndim > 1 else 0.0,
        }
        for p in network.parameters()
        if p.requires_grad
        for rate in [config.head_learning_rate if id(p) in heads else rates.get(id(p), lowest)]
    ]


def _set_learning_rates(optimizer: torch.optim.Optimizer, done: float, warmup: float) -> None:
    scale = done / warmup if done < warmup else (1 - done) / (1 - warmup)
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * scale


def _seed(seed: int, epoch: int) -> None:
    value = seed * 10_007 + epoch
    random.seed(value)
    torch.manual_seed(value)


def _batches(lengths: Sequence[int], budget: int, pool: int = 64) -> list[list[int]]:
    """Shuffle rows into batches of similar length that fill the budget of tokens: random order, little padding."""
    order = random.sample(range(len(lengths)), len(lengths))
    batches: list[list[int]] = []
    for first in range(0, len(order), pool):
        batches.append([])
        for row in sorted(order[first : first + pool], key=lambda row: lengths[row]):
            if batches[-1] and (len(batches[-1]) + 1) * lengths[row] > budget:
                batches.append([])
            batches[-1].append(row)
    return random.sample(batches, len(batches))


def _weights(network: StanceNetwork) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().clone().contiguous() for name, tensor in network.state_dict().items()}


def _checkpoint(folder: Path, network: StanceNetwork, optimizer: torch.optim.Optimizer, progress: Progress) -> None:
    fresh = folder.with_name("checkpoint.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    save_file(_weights(network), fresh / "network.safetensors")
    moments = {
        f"{i}.{key}": value for i, state in optimizer.state_dict()["state"].items() for key, value in state.items()
    }
    save_file(moments, fresh / "optimizer.safetensors")
    (fresh / "progress.json").write_text(json.dumps(asdict(progress)), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _resume(folder: Path, network: StanceNetwork, optimizer: torch.optim.Optimizer, config: TrainingConfig) -> Progress:
    settings = json.loads(config.model_dump_json(exclude=_NOT_FOR_RESUMING))
    if not (folder / "progress.json").is_file():
        config.out.mkdir(parents=True, exist_ok=True)
        return Progress(settings)
    progress = Progress(**json.loads((folder / "progress.json").read_text(encoding="utf-8")))
    if progress.config != settings:
        changed = sorted(k for k in settings if progress.config.get(k) != settings[k])
        raise ConfigError(
            f"'{folder}' holds an unfinished run with another {', '.join(changed)}: "
            "give its settings to resume it, delete the folder, or choose another --out"
        )
    network.load_state_dict(load_file(folder / "network.safetensors"))
    state = optimizer.state_dict()
    for name, value in load_file(folder / "optimizer.safetensors").items():
        index, key = name.split(".")
        state["state"].setdefault(int(index), {})[key] = value
    optimizer.load_state_dict(state)
    return progress
