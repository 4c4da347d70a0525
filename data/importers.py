"""Annotated articles from and to the formats of annotation tools: ``python -m data.importers``.

- ``labelstudio``: Label Studio's JSON, one task an article; a region a sentence, with stance, holder and condition
- ``csv``, ``jsonl``: one sentence a row: article, date, genre, split, part, paragraph, text, stance, holder, condition
- ``brat``: standoff annotation, a ``.txt`` with a ``.ann`` beside it (brat, and what WebAnno/INCEpTION export for it)

What a format cannot hold is named in its class; everything else survives the round trip.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, CliApp, SettingsConfigDict

from data.formats import FORMATS
from data.schema import read_articles, write_articles
from data.split import assign
from model.errors import TroopstanceError


class ImportConfig(BaseSettings):
    """Settings of an import, or with ``--export`` of an export."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, cli_kebab_case=True, cli_implicit_flags=True)

    source: Path = Field(
        description="what to read: a file, or for brat a folder; with --export: a corpus file or folder"
    )
    target: Path = Field(description="what to write: a corpus JSONL file; with --export: a file, or for brat a folder")
    format: Literal["labelstudio", "csv", "jsonl", "brat"] = Field(description="format of the other side")
    split: Literal["keep", "auto", "train", "dev", "test"] = Field(
        "keep", description="keep what the source says, assign by article, or give all the same"
    )
    export: bool = Field(False, description="write the format instead of reading it")


def main(arguments: Sequence[str]) -> int:
    """Import or export with the given command line; exit code 2 with a message where something is not usable."""
    try:
        config = CliApp.run(ImportConfig, cli_args=list(arguments))
        chosen = FORMATS[config.format]
        if config.export:
            articles = list(read_articles(config.source))
            chosen.write(articles, config.target)
        else:
            articles = chosen.read(config.source)
            if config.split == "auto":
                articles = assign(articles)
            elif config.split != "keep":
                articles = [replace(article, split=config.split) for article in articles]
            write_articles(config.target, articles)
    except (TroopstanceError, ValidationError, OSError) as error:
        print(f"data.importers: {error}", file=sys.stderr)
        return 2
    print(f"{len(articles)} articles, {sum(len(a.units) for a in articles)} sentences → {config.target}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
