import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

import data
from model.artefact import load_manifest
from model.decode import BY_AUTHOR, NO_HOLDER
from model.errors import ConfigError, CorpusError
from model.labels import STANCES
from model.network import find_layers
from model.window import WindowSpec, special_ids
from tests.conftest import record
from training import fit as fitting
from training.calibrate import temperature
from training.config import TrainingConfig
from training.encoder import load_encoder
from training.features import IGNORED, batch, examples
from training.run import main, run

MakeConfig = Callable[..., TrainingConfig]


def weights(out: Path) -> dict[str, np.ndarray]:
    return load_file(out / "best.safetensors")


def test_a_seed_gives_the_same_model_twice_and_another_seed_another(make_config: MakeConfig, tmp_path: Path) -> None:
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        run(make_config(tmp_path / name, "--seed", seed))
    first, second, other = (weights(tmp_path / name) for name in "abc")
    assert all(np.array_equal(first[k], second[k]) for k in first)
    assert not all(np.array_equal(first[k], other[k]) for k in first)


def test_an_interrupted_run_ends_as_one_that_was_not(
    make_config: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(make_config(tmp_path / "whole", "--epochs", "3"))
    score = fitting.macro_f1

    def interrupted(*arguments: object) -> float:
        if (tmp_path / "parted" / "checkpoint").exists():
            raise KeyboardInterrupt
        return score(*arguments)  # type: ignore[arg-type]

    parted = make_config(tmp_path / "parted", "--epochs", "3")
    monkeypatch.setattr(fitting, "macro_f1", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(parted)
    monkeypatch.setattr(fitting, "macro_f1", score)
    run(parted)
    whole, resumed = weights(tmp_path / "whole"), weights(tmp_path / "parted")
    assert all(np.allclose(whole[k], resumed[k], atol=1e-6) for k in whole)
    assert not (tmp_path / "parted" / "checkpoint").exists()


def test_an_unfinished_run_with_other_settings_is_not_overwritten(
    make_config: MakeConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = tmp_path / "run" / "checkpoint"
    checkpoint.mkdir(parents=True)
    (checkpoint / "progress.json").write_text(json.dumps({"config": {"seed": 99}}))
    with pytest.raises(ConfigError, match=r"unfinished run with another .*seed"):
        run(make_config(tmp_path / "run"))


def test_the_manifest_tells_where_the_model_comes_from(artefact: Path) -> None:
    manifest = load_manifest(artefact)
    assert manifest.corpus["articles"] == 12
    assert len(manifest.corpus["fingerprint"]) == 16
    assert manifest.training["epochs"] == 2
    assert 0 <= manifest.figures["test"]["macro_f1"] <= 1
    assert manifest.temperature > 0


def test_the_model_card_holds_the_figures_of_the_run(artefact: Path) -> None:
    manifest, card = load_manifest(artefact), (artefact / "MODEL_CARD.md").read_text()
    test = manifest.figures["test"]
    low, high = test["intervals"]["macro_f1"]
    assert f"| macro-F1 | **{test['macro_f1']:.3f}** | {low:.3f}–{high:.3f} |" in card
    assert f"took {manifest.figures['article_milliseconds']} ms" in card
    assert f"| none | {manifest.figures['test']['classes']['none']['precision']:.3f} |" in card
    assert manifest.corpus["fingerprint"] in card


def test_targets_point_at_the_words_that_were_annotated(corpus: Path, tokenizer: Tokenizer) -> None:
    spec, special = WindowSpec(max_tokens=384), special_ids(tokenizer)
    [example] = examples(data.articles(corpus, "dev")[:1], tokenizer, spec)
    inputs, targets = batch([example], special, spec)
    pieces = [tokenizer.id_to_token(i).removeprefix("##") for i in inputs.input_ids[0]]
    for place, unit in enumerate(example.article.units):
        assert STANCES[targets.stance[0, place]] == unit.stance
        start, end = targets.holder_start[0, place], targets.holder_end[0, place]
        if unit.holder is None:
            assert (start, end) == (NO_HOLDER, IGNORED)
        else:
            assert "".join(pieces[start - 2 : end + 1]) == unit.holder.lower()
    tagged = [i for i, tag in enumerate(targets.tags[0]) if tag in (1, 2)]
    assert "".join(pieces[i] for i in tagged) == "onlyafteratruce"


def test_author_and_contested_sentences_have_their_targets(tokenizer: Tokenizer, tmp_path: Path) -> None:
    made = record(0, "train")
    made["sentences"][0]["holder"] = "author"
    made["sentences"][1]["contested"] = True
    (tmp_path / "x.jsonl").write_text(json.dumps(made))
    spec = WindowSpec(max_tokens=384)
    [example] = examples(data.articles(tmp_path), tokenizer, spec)
    _, targets = batch([example], special_ids(tokenizer), spec)
    assert targets.holder_start[0, 1] == BY_AUTHOR
    assert targets.stance[0, 2] == targets.holder_start[0, 2] == IGNORED


def test_temperature_cools_overconfident_scores() -> None:
    generator = np.random.default_rng(0)
    gold = generator.integers(0, 4, 2000)
    logits = np.eye(4, dtype=np.float32)[gold] * 2 + generator.normal(size=(2000, 4)).astype(np.float32) * 1.5
    assert temperature(logits * 5, gold) == pytest.approx(5 * temperature(logits, gold), rel=0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--colour", "red"], "colour"),
        (["--epochs", "0"], "epochs"),
        (["--config", "nowhere.toml"], "nowhere.toml"),
        (["--encoder", "no/such folder"], "no encoder at 'no/such folder'"),
        (["--layers", "9"], "2 layers, not 9"),
    ],
)
def test_a_bad_setting_is_named(
    arguments: list[str], message: str, encoder: Path, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--data", str(corpus), "--out", str(tmp_path), "--publish", "null", "--encoder", str(encoder), *arguments]
    try:
        code = main(given)
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    assert code == 2
    assert message in capsys.readouterr().err


def test_a_toml_file_is_read_and_the_command_line_wins(tmp_path: Path) -> None:
    file = tmp_path / "some.toml"
    file.write_text("epochs = 7\nseed = 5\n")
    config = TrainingConfig.load(["--config", str(file), "--seed", "6"])
    assert (config.epochs, config.seed) == (7, 6)
    file.write_text("epoch = 7\n")
    with pytest.raises(ConfigError, match="epoch"):
        TrainingConfig.load(["--config", str(file)])


@pytest.mark.parametrize("file", sorted(Path("training/configs").glob("*.toml")), ids=lambda f: f.stem)
def test_shipped_configurations_are_valid(file: Path) -> None:
    assert TrainingConfig.load(["--config", str(file)]).out != TrainingConfig.load([]).out


def test_a_corpus_with_faults_is_refused(make_config: MakeConfig, tmp_path: Path) -> None:
    faulty = record(0, "train")
    faulty["sentences"][0]["holder"] = "Nobody"
    (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, [faulty, record(1, "dev"), record(1, "test")])))
    with pytest.raises(CorpusError, match="'Nobody' stands nowhere"):
        run(make_config(tmp_path / "run", "--data", str(tmp_path / "x.jsonl")))


def test_a_corpus_without_a_split_is_refused(make_config: MakeConfig, corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no article with split 'train'"):
        run(make_config(tmp_path / "run", "--data", str(corpus / "test.jsonl")))


@pytest.mark.parametrize("choice", ["first", "spread"])
def test_layers_can_be_dropped(encoder: Path, choice: Literal["first", "spread"]) -> None:
    whole, _ = load_encoder(str(encoder))
    short, _ = load_encoder(str(encoder), layers=1, choice=choice)
    assert sum(p.numel() for p in short.parameters()) < sum(p.numel() for p in whole.parameters())
    assert len(find_layers(short)) == 1
