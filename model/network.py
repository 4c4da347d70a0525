"""The torch network: an encoder over a window, and three heads on its token vectors.

Only training imports this module; serving runs its exported form (``model.runtime``).
"""

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from model.labels import STANCES, TAGS

_MASKED = -1e4


class Scores(NamedTuple):
    """Unnormalised scores for B windows of T tokens with S sentences each."""

    stance: Tensor
    """(B, S, stances)"""
    condition: Tensor
    """(B, T, tags)"""
    holder_start: Tensor
    """(B, S, T): does the holder's name start at this token?"""
    holder_end: Tensor
    """(B, S, T): does it end with this token?"""
    holder_special: Tensor
    """(B, S, 2): no holder at all; the author."""


class StanceNetwork(nn.Module):
    """Encode a window once; pool each sentence; score its stance, its condition and its holder.

    A sentence's vector is an attention-weighted mean of its tokens (weights start equal, so training
    starts from mean pooling). The holder is found as in extractive question answering (Devlin et al.
    2019, section 4.2), with the sentence's vector as the question.
    """

    def __init__(self, encoder: PreTrainedModel, dropout: float = 0.1, pointer_size: int = 128) -> None:
        super().__init__()
        size = int(encoder.config.hidden_size)
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.pool = nn.Linear(size, 1)
        self.stance = nn.Sequential(
            nn.Linear(size, size), nn.GELU(), nn.Dropout(dropout), nn.Linear(size, len(STANCES))
        )
        self.condition = nn.Linear(size, len(TAGS))
        self.question = nn.Linear(size, 2 * pointer_size)
        self.answer = nn.Linear(size, 2 * pointer_size)
        self.holder_special = nn.Linear(size, 2)
        nn.init.zeros_(self.pool.weight)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, sentence_mask: Tensor) -> Scores:
        """Score a batch; see ``model.window.Batch`` for the shapes of the arguments."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        hidden = self.dropout(hidden)
        weights = self.pool(hidden).transpose(1, 2) + (1.0 - sentence_mask) * _MASKED
        sentences = torch.softmax(weights, dim=-1) @ hidden
        question_start, question_end = self.question(sentences).chunk(2, dim=-1)
        answer_start, answer_end = self.answer(hidden).chunk(2, dim=-1)
        scale = question_start.shape[-1] ** -0.5
        return Scores(
            stance=self.stance(sentences),
            condition=self.condition(hidden),
            holder_start=scale * question_start @ answer_start.transpose(1, 2),
            holder_end=scale * question_end @ answer_end.transpose(1, 2),
            holder_special=self.holder_special(sentences),
        )

    def head_parameters(self) -> list[nn.Parameter]:
        """Return the parameters that are not the encoder's."""
        return [p for name, p in self.named_parameters() if not name.startswith("encoder.")]

    def encoder_layers(self) -> list[nn.Module]:
        """Return the encoder's transformer layers, lowest first."""
        return list(find_layers(self.encoder))


def find_layers(encoder: PreTrainedModel) -> nn.ModuleList:
    """Find the list of transformer layers of a BERT-, MPNet-, DeBERTa- or ModernBERT-like encoder.

    Raises:
        ValueError: the encoder has none where these architectures keep theirs.
    """
    for path in ("encoder.layer", "transformer.layer", "layers"):
        try:
            return cast(nn.ModuleList, encoder.get_submodule(path))
        except AttributeError:
            continue
    raise ValueError(f"{type(encoder).__name__} keeps its layers in an unknown place: use a BERT-like encoder")
