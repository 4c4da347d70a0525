"""What a training run can be told: TOML files, overridden on the command line.

``python -m training.run --config training/configs/smoke.toml --epochs 3``. A field that does not exist is
an error in either place.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    CliApp,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from data import CORPUS
from model.artefact import RELEASED
from model.errors import ConfigError
from model.window import WindowSpec


class TrainingConfig(BaseSettings):
    """Settings of a training run. The defaults are the released model's recipe."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, cli_kebab_case=True, cli_implicit_flags=True)

    name: str = Field("troopstance-mpnet8", description="name of the model, in its manifest and in answers")
    data: Path = Field(CORPUS, description="annotated articles: a JSONL file or a folder of them")
    labels: dict[str, str] = Field(
        {}, description="data is labelled sentences ({text, label} a line): their labels as stances, 'agree=support'"
    )
    test: Path | None = Field(None, description="what to score at the end instead of the data's own test split")
    share: float = Field(1.0, gt=0, le=1, description="share of the training articles to use")
    out: Path = Field(Path("runs/default"), description="folder of the run: checkpoints, the new artefact, its report")
    publish: Path | None = Field(RELEASED, description="folder to publish the artefact to; none: 'null'")
    gates: Path | None = Field(None, description="bounds to pass; eval/gates.toml for the project's corpus, else none")
    force: bool = Field(False, description="publish even what does not pass the gates; the manifest says so")
    seed: int = Field(13, description="seed of everything random")

    encoder: str = Field("mpnet", description="'minilm', 'mpnet', a folder, or a hub id (needs the network)")
    layers: int | None = Field(8, ge=1, description="keep only so many of the encoder's layers; all of them: 'null'")
    layer_choice: Literal["first", "spread"] = Field(
        "first",
        description="which layers 'layers' keeps: the first ones, or evenly spread ones with the first and last",
    )
    weights: Literal["fp16", "int8"] = Field("int8", description="weights of the artefact: 16 or 8 bits")
    max_tokens: int = Field(384, ge=32, le=510, description="tokens of a window")
    context: int = Field(2, ge=0, description="sentences of context before a window's first labelled sentence")

    epochs: int = Field(3, ge=1, description="passes over the training articles, at most")
    patience: int = Field(3, ge=1, description="epochs without a better dev macro-F1 before training stops")
    batch_tokens: int = Field(1024, ge=32, description="tokens an optimiser step, padding counted")
    freeze_embeddings: bool = Field(False, description="leave the encoder's word embeddings as they are")
    learning_rate: float = Field(1e-4, gt=0, description="peak learning rate of the encoder's top layer")
    head_learning_rate: float = Field(1e-3, gt=0, description="peak learning rate of the heads")
    layer_decay: float = Field(0.9, gt=0, le=1, description="factor on the learning rate from a layer to the one below")
    weight_decay: float = Field(0.01, ge=0, description="decoupled weight decay")
    warmup: float = Field(0.1, ge=0, lt=1, description="share of the steps in which the learning rates rise")
    clip: float = Field(1.0, gt=0, description="largest gradient norm")
    dropout: float = Field(0.1, ge=0, lt=1, description="dropout in the heads")
    label_smoothing: float = Field(0.05, ge=0, lt=1, description="label smoothing of the stance loss")
    condition_weight: float = Field(0.3, ge=0, description="weight of the condition loss beside the stance loss")
    holder_weight: float = Field(0.3, ge=0, description="weight of the holder loss beside the stance loss")
    teacher: Path | None = Field(None, description="a teacher's probabilities, from training.teach; none: no teacher")
    teacher_weight: float = Field(0.5, ge=0, le=1, description="share of the teacher in the stance loss")
    threads: int = Field(0, ge=0, description="CPU threads; 0: as many as torch chooses")

    @property
    def window(self) -> WindowSpec:
        """How windows are built, in training and in the artefact."""
        return WindowSpec(self.max_tokens, self.context)

    @classmethod
    def load(cls, arguments: Sequence[str]) -> "TrainingConfig":
        """Read ``--config FILE`` where given, then the other arguments.

        Raises:
            ConfigError: an unknown field, a value out of range, a file that is not there or no TOML.
        """
        parser = argparse.ArgumentParser(add_help=False)
        parser.add_argument("--config", type=Path)
        known, rest = parser.parse_known_args(arguments)
        if known.config is not None and not known.config.is_file():
            raise ConfigError(f"no configuration at '{known.config}': see training/configs/ for examples")

        class WithFile(cls):  # type: ignore[valid-type,misc]
            __doc__ = cls.__doc__

            @classmethod
            def settings_customise_sources(
                cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, **_: object
            ) -> tuple[PydanticBaseSettingsSource, ...]:
                return (init_settings, TomlConfigSettingsSource(settings_cls, known.config))

        try:
            settings = CliApp.run(WithFile, cli_args=list(rest))
            return cls.model_construct(**settings.model_dump())
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"]))
            raise ConfigError(f"setting '{field}': {first['msg']} (got {first['input']!r}); see --help") from error
        except ValueError as error:
            raise ConfigError(f"'{known.config}' cannot be read as TOML: {error}") from error
