"""What an answer is to hold: query parameters of the classifying routes, the same for every kind of body."""

from typing import Annotated, Final

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from model.labels import Stance


class Options(BaseModel):
    """How an answer is cut. The summary always counts the whole article."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stances: list[Stance] = Field(
        [], description="return only sentences with these stances; repeat it for several, all by default"
    )
    min_confidence: float = Field(0.0, ge=0, le=1, description="sentences below it are marked as uncertain")
    probabilities: bool = Field(True, description="whether each sentence shows all four probabilities")


EVERYTHING: Final = Options()
Asked = Annotated[Options, Query()]
