"""Settings of the service: environment variables ``STANCE_…``, or options of ``python -m serving``."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from model.artefact import RELEASED


class Settings(BaseSettings):
    """What the service can be told."""

    model_config = SettingsConfigDict(env_prefix="STANCE_", extra="forbid", frozen=True, cli_kebab_case=True)

    model: Path = Field(RELEASED, description="artefact folder to serve")
    host: str = Field("127.0.0.1", description="address to listen on; loopback unless told otherwise")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on")
    threads: int = Field(0, ge=0, description="CPU threads of the network; 0: as many as the container may use")
    max_body: int = Field(4_000_000, ge=1_000, description="largest request body in bytes")
    max_characters: int = Field(400_000, ge=100, description="longest article (title and text together) in characters")
    max_batch: int = Field(64, ge=1, description="most articles of one request to /classify/batch")
    max_sentences: int = Field(20_000, ge=1, description="most sentences of an article")
    queue: int = Field(
        32, ge=1, description="most articles that wait or are being scored; one more is refused with 429"
    )
    deadline: float = Field(
        60.0, gt=0, description="seconds after which an article that is not scored is given up with 504"
    )
    watch: float = Field(
        5.0, ge=0, description="seconds between looks for a newly published artefact; 0: only at SIGHUP"
    )
    grace: int = Field(30, ge=0, description="seconds that a stopping service gives to what it has taken")
    keys: Path | None = Field(None, description="file of API keys; none: nobody needs one")
    cors: list[str] = Field([], description="origins whose pages may call the service; none by default")
