"""``python -m training.run``: corpus → windows → fit → export → calibrate → evaluate → model card → publish."""

import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

import data
from data import CORPUS
from data.check import article_faults
from data.schema import SPLITS, AnnotatedArticle
from data.stats import fingerprint
from eval.behaviour import read_cases
from eval.evaluate import Exam, check, evaluate
from eval.gates import GATES, read_gates
from eval.report import write_report
from eval.timing import article_milliseconds, machine
from model.artefact import MANIFEST, Manifest, write_manifest
from model.classifier import Classifier
from model.errors import ConfigError, CorpusError, GateError, TroopstanceError
from model.network import StanceNetwork
from model.window import special_ids
from training.calibrate import calibrate
from training.card import write_card
from training.config import TrainingConfig
from training.encoder import load_encoder
from training.export import export
from training.features import NO_LESSONS, examples
from training.fit import Progress, fit
from training.publish import publish
from training.teach import read_lessons


def run(config: TrainingConfig) -> Path:
    """Train, export, calibrate, evaluate and publish; return the new artefact's folder.

    Raises:
        GateError: the new artefact does not pass the gates, so it is not published.
        TroopstanceError: a setting, the corpus or the encoder is not usable. What was trained so far is kept.
    """
    begun = time.monotonic()
    train, dev, test = _splits(config)
    if config.threads:
        torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    torch.use_deterministic_algorithms(True, warn_only=True)

    encoder, tokenizer = load_encoder(config.encoder, config.layers, config.layer_choice)
    network = StanceNetwork(encoder, config.dropout)
    train_rows, dev_rows = (list(examples(part, tokenizer, config.window)) for part in (train, dev))
    lessons = read_lessons(config.teacher, train) if config.teacher else NO_LESSONS
    progress = fit(network, train_rows, dev_rows, special_ids(tokenizer), config, lessons=lessons)

    folder = config.out / "artefact"
    described = {"fingerprint": fingerprint([*train, *dev]), "articles": len(train), "sentences": _sentences(train)}
    manifest = export(network, tokenizer, config, described, folder)
    manifest = replace(manifest, temperature=calibrate(Classifier.load(folder), dev))
    write_manifest(folder, manifest)

    report = evaluate(Classifier.load(folder), test, _exam(config, train))
    write_report(report, config.out / "report")
    minutes = (time.monotonic() - begun) / 60
    _finish(folder, manifest, report, progress, minutes)
    if config.publish is not None:
        if report["failures"] and not config.force:
            raise GateError(
                f"not published to '{config.publish}': {'; '.join(report['failures'])}. The artefact is at '{folder}', "
                f"its report at '{config.out / 'report'}'; --force publishes it all the same"
            )
        publish(folder, config.publish)
    return folder


def _exam(config: TrainingConfig, train: Sequence[AnnotatedArticle]) -> Exam:
    """Compare with what is published in the place where this run would publish, if anything is."""
    own = config.data == CORPUS
    gates = config.gates or (GATES if own else None)
    published = config.publish is not None and (config.publish / MANIFEST).is_file()
    return Exam(
        train=train,
        against=Classifier.load(config.publish) if config.publish is not None and published else None,
        cases=read_cases() if own else (),
        gates=read_gates(gates) if gates else None,
    )


def _splits(config: TrainingConfig) -> tuple[list[AnnotatedArticle], ...]:
    corpus = data.load(config.data, config.labels, test=0.0 if config.test else 0.2)
    splits = {split: data.records(rows) for split, rows in corpus.items()}
    if config.test is not None:
        splits["test"] = list(data.articles(config.test, labels=config.labels))
    for split in SPLITS:
        if split not in splits:
            raise ConfigError(f"'{config.data}' has no article with split '{split}': a run needs {', '.join(SPLITS)}")
    if not config.labels:  # labelled sentences name no holders, which a corpus of ours must
        for fault in article_faults([(f"'{config.data}'", a) for a in (*splits["train"], *splits["dev"])]):
            raise CorpusError(f"{fault}; see 'python -m data.check {config.data}' for all faults")
    check(splits["test"])
    return _share(splits["train"], config), splits["dev"], splits["test"]


def _finish(folder: Path, manifest: Manifest, report: dict[str, Any], progress: Progress, minutes: float) -> None:
    confidence = {name: report["model"]["confidence"][name] for name in ("ece", "brier", "thresholds")}
    figures = {
        "test": report["model"] | {"confidence": confidence, "intervals": report["intervals"]},
        "behaviour": {b["capability"]: round(b["passed"], 3) for b in report["behaviour"]},
        "gates_failed": report["failures"] or [],
        "dev_history": progress.history,
        "minutes": round(minutes, 1),
        "machine": machine(),
        "article_milliseconds": round(article_milliseconds(Classifier.load(folder))),
    }
    manifest = replace(manifest, figures=figures)
    write_card(folder, manifest, report)
    write_manifest(folder, manifest)


def _share(articles: Sequence[AnnotatedArticle], config: TrainingConfig) -> list[AnnotatedArticle]:
    """Draw the wished share of articles, the same for a seed whatever else is configured."""
    if config.share == 1:
        return list(articles)
    count = max(1, round(len(articles) * config.share))
    return random.Random(config.seed).sample(list(articles), count)


def _sentences(articles: Sequence[AnnotatedArticle]) -> int:
    return sum(len(a.units) for a in articles)


def main(arguments: Sequence[str]) -> int:
    """Run with the given command line; exit code 1 where the gates hold it back, 2 where something is not usable."""
    try:
        config = TrainingConfig.load(arguments)
        folder = run(config)
    except TroopstanceError as error:
        print(f"training.run: {error}", file=sys.stderr)
        return 1 if isinstance(error, GateError) else 2
    figures = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["figures"]
    print(f"artefact: {folder}   test macro-F1: {figures['test']['macro_f1']:.3f}   minutes: {figures['minutes']}")
    if config.publish is not None:
        print(f"published to {config.publish}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
