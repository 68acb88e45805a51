"""The temporal module: at every position, the new frame attends to that position's past.

Keys and values are linear in what is remembered and in the slot's position, so a frame's part of
both is computed once, when it is new, and the 32 positions' parts once per frame. The authors' code
computes both again for all 32 slots at every frame; the results agree to rounding.

Shapes: b batch, c channels, h x w the map, n = h w positions, s slots, a heads of d = c / a
channels. Inside attention the positions come last, in one piece of memory per channel: what is
remembered of a frame is then added slot by slot without being copied into a window.
"""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.video_depth_anything.memory import SLOTS, Remembered, VideoState

HEADS = 8
LAYERS = 2
"""Attention layers over time in one module."""
_GROUPS = 32


class PositionTable(nn.Module):
    """Sinusoids by slot, a buffer that checkpoints contain."""

    pe: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        slots = torch.arange(SLOTS).unsqueeze(1)
        rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
        table = torch.stack([torch.sin(slots * rates), torch.cos(slots * rates)], 2)
        self.register_buffer("pe", table.flatten(1).unsqueeze(0))  # (1, s, c), sine first


class TimeAttention(nn.Module):
    """Multi-head attention of the new frame to the slots of its window."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(width, width, bias=False)
        self.to_v = nn.Linear(width, width, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(width, width)])
        self.pos_encoder = PositionTable(width)

    def forward(
        self, tokens: Tensor, state: VideoState | None, layer: int
    ) -> tuple[Tensor, Remembered]:
        """(b, n, c) normalised tokens of the new frame to (b, n, c), and what to remember of it.

        Parameters
        ----------
        state
            None for the first frame, which sees itself alone, in slot 0.
        layer
            Which of an entry's layers this is.
        """
        table = self.pos_encoder.pe[0]  # (s, c)
        plain = tokens.mT  # (b, c, n)
        new = Remembered(self.to_k.weight @ plain, self.to_v.weight @ plain)
        if state is None:
            mixed = new.values + F.linear(table[0], self.to_v.weight).unsqueeze(1)
        else:
            query = self.to_q.weight @ (tokens + table[-1]).mT
            mixed = self._mix(query, table, [*state.window(layer), (slice(SLOTS - 1, SLOTS), new)])
        return self.to_out[0](mixed.mT), _kept(new)

    def _mix(self, query: Tensor, table: Tensor, window: list[tuple[slice, Remembered]]) -> Tensor:
        """(b, c, n) query of the new frame to the mixed values (b, c, n)."""
        heads = query.unflatten(1, (HEADS, -1))  # (b, a, d, n)
        key_table = self.to_k(table).unflatten(1, (HEADS, -1))  # (s, a, d)
        value_table = self.to_v(table).unflatten(1, (HEADS, -1))
        logits = torch.einsum("badn,sad->bsan", heads, key_table)
        for slots, frame in window:
            alike = (query * frame.keys).unflatten(1, (HEADS, -1)).sum(2)  # (b, a, n)
            logits[:, slots] += alike.unsqueeze(1)
        weights = (logits / math.sqrt(heads.shape[2])).softmax(1)
        mixed = torch.einsum("bsan,sad->badn", weights, value_table).contiguous()
        for slots, frame in window:
            values = frame.values.unflatten(1, (HEADS, -1)).to(mixed.dtype)
            mixed.addcmul_(weights[:, slots].sum(1).unsqueeze(2).to(mixed.dtype), values)
        return mixed.flatten(1, 2)


class FeedForward(nn.Module):
    """Two linear layers with a gated GELU between them (GEGLU)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        gate = nn.ModuleDict({"proj": nn.Linear(width, 8 * width)})
        self.net = nn.ModuleList([gate, nn.Identity(), nn.Linear(4 * width, width)])

    def forward(self, tokens: Tensor) -> Tensor:
        """(b, n, c) -> (b, n, c)."""
        gates = cast(nn.ModuleDict, self.net[0])
        carried, gate = gates["proj"](tokens).chunk(2, -1)
        out: Tensor = self.net[2](carried * F.gelu(gate))
        return out


class TemporalBlock(nn.Module):
    """Two attention layers over time and a feed-forward layer, each around a residual."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attention_blocks = nn.ModuleList(TimeAttention(width) for _ in range(LAYERS))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(LAYERS))
        self.ff = FeedForward(width)
        self.ff_norm = nn.LayerNorm(width)

    def forward(
        self, tokens: Tensor, state: VideoState | None, first_layer: int
    ) -> tuple[Tensor, tuple[Remembered, ...]]:
        """(b, n, c) -> (b, n, c), and what both layers remember."""
        kept = []
        for at, (attend, norm) in enumerate(zip(self.attention_blocks, self.norms, strict=True)):
            change, remembered = attend(norm(tokens), state, first_layer + at)
            tokens = tokens + change
            kept.append(remembered)
        return tokens + self.ff(self.ff_norm(tokens)), tuple(kept)


class TemporalTransformer(nn.Module):
    """The residual branch of a temporal module."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(_GROUPS, width, eps=1e-6)
        self.proj_in = nn.Linear(width, width)
        self.transformer_blocks = nn.ModuleList([TemporalBlock(width)])
        self.proj_out = nn.Linear(width, width)
        nn.init.zeros_(self.proj_out.weight)
        nn.init.zeros_(self.proj_out.bias)

    def forward(
        self, maps: Tensor, state: VideoState | None, first_layer: int
    ) -> tuple[Tensor, tuple[Remembered, ...]]:
        """(b, c, h, w) -> (b, c, h, w), and what is remembered of this frame."""
        tokens = self.proj_in(self.norm(maps).flatten(2).mT)  # (b, n, c)
        tokens, kept = self.transformer_blocks[0](tokens, state, first_layer)
        return maps + self.proj_out(tokens).mT.unflatten(2, maps.shape[-2:]), kept


class TemporalModule(nn.Module):
    """Corrects one map of the decoder by what the same position showed before.

    Parameters
    ----------
    width
        Channels of the map, a multiple of 32.
    number
        Which of the network's modules this is, 0 to 3.
    """

    def __init__(self, width: int, number: int) -> None:
        super().__init__()
        self.temporal_transformer = TemporalTransformer(width)
        self._first_layer = number * LAYERS

    def forward(
        self, maps: Tensor, state: VideoState | None
    ) -> tuple[Tensor, tuple[Remembered, ...]]:
        """(b, c, h, w) map of one frame -> the corrected map, and what is remembered of it."""
        corrected: tuple[Tensor, tuple[Remembered, ...]] = self.temporal_transformer(
            maps, state, self._first_layer
        )
        return corrected


def _kept(new: Remembered) -> Remembered:
    """In half precision on a GPU, where memory is scarce; costs at most 1.1e-3 of the spread."""
    if not new.keys.is_cuda:
        return new
    return Remembered(new.keys.half(), new.values.half())
