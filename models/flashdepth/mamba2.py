"""The network's memory: Mamba-2 layers that read one frame after another.

FlashDepth (Chou et al. 2025, section 3.2) keeps its depth steady by passing pooled features
through Mamba-2 layers (Dao and Gu 2024) whose state is carried from frame to frame. A token of a
frame is one cell of the pooled feature map, read row by row; the last token of a frame is followed
by the first token of the next one.

Per head, with the token's step size dt > 0, decay rate A < 0 and its projections x, B, C:

    S_t = exp(dt_t A) S_{t-1} + dt_t x_t B_t^T        (1)  the state, p x n
    y_t = S_t C_t + D x_t                             (2)  reads the updated state

Run token by token this is slow, so a frame is cut into chunks of q tokens (Dao and Gu, section 6).
With the running sum a_t of dt A within a chunk, and S the state before the chunk:

    y_t = sum_{s <= t} exp(a_t - a_s) (C_t . B_s) dt_s x_s     (3)  within the chunk
          + exp(a_t) S C_t                                     (4)  from before it
    S'  = exp(a_q) S + sum_s exp(a_q - a_s) dt_s x_s B_s^T     (5)  handed to the next chunk

All are matrix products and equal (1) and (2) up to rounding. Nothing has to be compiled.

Only S is carried between frames. The short convolution starts every frame from zeros, as in the
authors' released networks: the first three tokens of a frame see no token of the frame before.

Glossary (shapes below): b batch, l tokens of a frame, c chunks, q tokens of a chunk, d width of
the network, e inner width (expand * d), h heads, p width of a head (e = h p), n width of the state.
"""

from __future__ import annotations

import math
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.flashdepth.precision import without_autocast
from models.inside.probe import Intermediates, Part, wants
from models.inside.tensors import from_past, give_norm, half_life, parts_norms

CHUNK, LONG_CHUNK = 64, 256
"""Tokens per chunk of a short and of a long sequence: (3) grows with it, (5) shrinks."""
LONG = 2048
"""Tokens from which a sequence is long."""


class TemporalState(NamedTuple):
    """What the network remembers of a video: a value, independent of the picture's size.

    layers : one (b, h, p, n) float32 tensor per Mamba-2 layer (float64 in a float64 network).
    """

    layers: tuple[Tensor, ...]

    def detach(self) -> TemporalState:
        """The same memory without its gradient history (truncated back-propagation)."""
        return TemporalState(tuple(layer.detach() for layer in self.layers))


def chunked_scan(
    x: Tensor, log_decay: Tensor, b: Tensor, c: Tensor, state: Tensor, chunk: int | None = None
) -> tuple[Tensor, Tensor]:
    """Equations (1) and (2) without the D term, by (3), (4) and (5).

    x : (b, l, h, p), already multiplied by dt.
    log_decay : (b, l, h), dt A, <= 0.
    b, c : (b, l, n), shared by all heads.
    state : (b, h, p, n), before the first token.
    chunk : tokens per chunk; by default what suits the length. Results do not depend on it.
    Returns y (b, l, h, p) and the state after the last token.
    """
    length, heads, width = x.shape[1:]
    q = min(chunk or (CHUNK if length < LONG else LONG_CHUNK), length)
    missing = -length % q
    if missing:  # tokens with x = 0 and no decay change nothing
        x = F.pad(x, (0, 0, 0, 0, 0, missing))
        log_decay = F.pad(log_decay, (0, 0, 0, missing))
        b, c = F.pad(b, (0, 0, 0, missing)), F.pad(c, (0, 0, 0, missing))
    x = x.unflatten(1, (-1, q))  # (b, c, q, h, p)
    b, c = b.unflatten(1, (-1, q)), c.unflatten(1, (-1, q))  # (b, c, q, n)
    a = log_decay.unflatten(1, (-1, q)).cumsum(2)  # (b, c, q, h)

    across = _handed_over(x, a, b, state)  # c + 1 times (b, h, p, n)
    before = torch.stack(across[:-1], 1).flatten(2, 3)  # (b, c, h p, n)
    from_before = (c @ before.transpose(2, 3)).unflatten(-1, (heads, width))  # (b, c, q, h, p)
    y = _within(x, a, b, c) + from_before * a.exp().unsqueeze(-1)  # (3) + (4)
    return y.flatten(1, 2)[:, :length], across[-1]


def _within(x: Tensor, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """(3): what the tokens of a chunk tell each other, (b, c, q, h, p)."""
    q = x.shape[2]
    a = a.transpose(2, 3)  # (b, c, h, q)
    later = torch.ones(q, q, dtype=torch.bool, device=a.device).triu(1)
    gap = (a.unsqueeze(-1) - a.unsqueeze(-2)).masked_fill(later, -math.inf)  # (b, c, h, q, q)
    seen = (c @ b.transpose(2, 3)).unsqueeze(2) * gap.exp()  # (b, c, h, q, q)
    return (seen @ x.transpose(2, 3)).transpose(2, 3)


def _handed_over(x: Tensor, a: Tensor, b: Tensor, state: Tensor) -> list[Tensor]:
    """(5): the state before each chunk, and after the last; each (b, h, p, n)."""
    heads, width = x.shape[3:]
    left = (a[:, :, -1:] - a).exp().unsqueeze(-1)  # (b, c, q, h, 1)
    added = (x * left).flatten(3).transpose(2, 3) @ b  # (b, c, h p, n)
    kept = a[:, :, -1].exp()[..., None, None]  # (b, c, h, 1, 1)
    states = [state]
    for decay, new in zip(
        kept.unbind(1), added.unflatten(2, (heads, width)).unbind(1), strict=True
    ):
        states.append(torch.addcmul(new, decay, states[-1]))
    return states


class GatedRMSNorm(nn.Module):
    """y * silu(z), then divided by its root mean square over all of e."""

    def __init__(self, width: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, y: Tensor, z: Tensor) -> Tensor:
        """y and z (b, l, e) -> (b, l, e)."""
        y = y * F.silu(z)
        return y * torch.rsqrt(y.square().mean(-1, keepdim=True) + self.eps) * self.weight

    def gain(self, y: Tensor, z: Tensor) -> Tensor:
        """What `forward` multiplies y with, (b, l, e): it is linear in y once this is known."""
        gate = F.silu(z)
        power = (y * gate).square().mean(-1, keepdim=True)
        return gate * torch.rsqrt(power + self.eps) * self.weight


class Mamba2Layer(nn.Module):
    """One Mamba-2 layer: a pure function of the tokens of a frame and the state before it."""

    def __init__(
        self, d_model: int, expand: int, headdim: int, d_state: int = 256, d_conv: int = 4
    ) -> None:
        super().__init__()
        self.d_inner = expand * d_model
        if self.d_inner % headdim:
            raise ValueError(f"heads of {headdim} do not divide an inner width of {self.d_inner}")
        self.headdim, self.d_state, self.d_conv = headdim, d_state, d_conv
        self.heads = self.d_inner // headdim
        mixed = self.d_inner + 2 * d_state
        self.in_proj = nn.Linear(d_model, self.d_inner + mixed + self.heads, bias=False)
        self.conv1d = nn.Conv1d(mixed, mixed, d_conv, groups=mixed)
        # As in the Mamba-2 paper: dt log-uniform in [0.001, 0.1], A uniform in [1, 16].
        dt = torch.exp(torch.empty(self.heads).uniform_(math.log(1e-3), math.log(1e-1)))
        self.dt_bias = nn.Parameter(dt + torch.log(-torch.expm1(-dt)))  # softplus gives dt back
        self.A_log = nn.Parameter(torch.empty(self.heads).uniform_(1, 16).log())
        self.D = nn.Parameter(torch.ones(self.heads))
        self.norm = GatedRMSNorm(self.d_inner)
        self.out_proj = nn.Linear(self.d_inner, d_model, bias=False)

    def first_state(self, tokens: Tensor) -> Tensor:
        """(b, h, p, n) zeros to start a video with, on the device of `tokens`."""
        shape = (tokens.shape[0], self.heads, self.headdim, self.d_state)
        return tokens.new_zeros(shape, dtype=_wide(tokens.dtype))

    def forward(
        self, tokens: Tensor, state: Tensor | None, into: Intermediates | None = None
    ) -> tuple[Tensor, Tensor]:
        """(b, l, d) tokens and the (b, h, p, n) state before them; both again, after them.

        Gives HALF_LIFE (b, h), and as SHARE the norms (b, 2, l) of the two parts of its output, if
        asked; see models.inside.tensors.

        The scan and the state stay in float32 under autocast: decays close to one do not survive
        a mantissa of eight bits.
        """
        sizes = [self.d_inner, self.d_inner + 2 * self.d_state, self.heads]
        z, mixed, dt = self.in_proj(tokens).split(sizes, dim=-1)  # (b, l, e | e + 2n | h)
        mixed = F.pad(mixed.transpose(1, 2), (self.d_conv - 1, 0))  # the past of a frame is zero
        mixed = F.silu(self.conv1d(mixed)).transpose(1, 2)  # (b, l, e + 2n)
        with without_autocast(tokens.device):
            wide = _wide(tokens.dtype)
            x, b, c = mixed.to(wide).split([self.d_inner, self.d_state, self.d_state], dim=-1)
            x = x.unflatten(-1, (self.heads, self.headdim))  # (b, l, h, p)
            dt = F.softplus(dt.to(wide) + self.dt_bias)  # (b, l, h)
            rate = -torch.exp(self.A_log.float()).to(wide)  # (h,); float32 in a float64 net too
            before = self.first_state(tokens) if state is None else state
            y, state = chunked_scan(x * dt.unsqueeze(-1), dt * rate, b, c, before)
            y = y + x * self.D.unsqueeze(-1)  # (2)
            plain = y.flatten(2)
            y = self.norm(plain, z.to(wide))  # (b, l, e)
            past = None
            if into is not None and wants(into, Part.HALF_LIFE):
                into.add(Part.HALF_LIFE, half_life(dt * rate))
            if wants(into, Part.SHARE):
                gain = self.norm.gain(plain, z.to(wide))
                past = from_past(dt * rate, c, before).flatten(2) * gain
        out = self.out_proj(y)
        if into is not None and past is not None:
            into.add(Part.SHARE, parts_norms(self.out_proj(past), out))
        return out, state


class TemporalBlock(nn.Module):
    """A Mamba-2 layer and a perceptron, each behind a layer norm and around a residual."""

    def __init__(self, d_model: int, expand: int, headdim: int, d_state: int, d_conv: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(d_model)
        self.mamba = Mamba2Layer(d_model, expand, headdim, d_state, d_conv)
        self.norm2 = nn.LayerNorm(d_model)
        self.mlp = nn.Sequential(
            nn.Linear(d_model, 4 * d_model), nn.GELU(), nn.Linear(4 * d_model, d_model)
        )

    def forward(
        self, tokens: Tensor, state: Tensor | None, into: Intermediates | None = None
    ) -> tuple[Tensor, Tensor]:
        """(b, l, d) and the layer's state; both again, after the frame."""
        mixed, state = self.mamba(self.norm1(tokens), state, into)
        tokens = tokens + mixed
        return tokens + self.mlp(self.norm2(tokens)), state


class TemporalModule(nn.Module):
    """Corrects a feature map by what was seen before: pooled tokens, Mamba-2, and back.

    The last linear layer starts at zero, so an untrained module changes nothing. `downsample` is
    the size of the pooled map as a fraction of the feature map's. `enlarge_last` runs that layer
    on the pooled map, which is cheaper.
    """

    def __init__(
        self,
        d_model: int,
        *,
        layers: int = 4,
        expand: int = 4,
        headdim: int = 32,
        d_state: int = 256,
        d_conv: int = 4,
        downsample: float = 0.1,
        enlarge_last: bool = False,
    ) -> None:
        super().__init__()
        if not 0.0 < downsample <= 1.0:
            raise ValueError(f"downsample lies above 0 and up to 1, not {downsample}")
        self.downsample, self.enlarge_last = downsample, enlarge_last
        blocks = [TemporalBlock(d_model, expand, headdim, d_state, d_conv) for _ in range(layers)]
        self.blocks = nn.ModuleList([nn.ModuleList(blocks)])  # nested as in the released weights
        last = nn.Linear(d_model, d_model)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.final_layer = nn.Sequential(nn.GELU(), last)

    def forward(
        self,
        path: Tensor,
        state: TemporalState | None = None,
        into: Intermediates | None = None,
    ) -> tuple[Tensor, TemporalState]:
        """(b, d, h, w) features of the next frame and the memory before it; both, after it.

        Gives the norms of what it adds as CORRECTION, (b, h, w), and those of the layers' parts as
        SHARE on its own grid, (b, 2, h', w') per layer, if asked.
        """
        height, width = path.shape[-2:]
        pooled = max(1, int(height * self.downsample)), max(1, int(width * self.downsample))
        tokens = F.adaptive_avg_pool2d(path, pooled).flatten(2).transpose(1, 2)  # (b, l, d)
        blocks = list(cast(nn.ModuleList, self.blocks[0]))
        before = (None,) * len(blocks) if state is None else state.layers
        after = []
        for block, remembered in zip(blocks, before, strict=True):
            tokens, remembered = block(tokens, remembered, into)
            after.append(remembered)
        if into is not None and wants(into, Part.SHARE):
            into.found[Part.SHARE] = [
                norms.unflatten(-1, pooled) for norms in into.found[Part.SHARE]
            ]
        if self.enlarge_last:
            change = self.final_layer(tokens).transpose(1, 2).unflatten(2, pooled)
            change = change.contiguous(memory_format=torch.channels_last)
            larger = F.interpolate(change, (height, width), mode="bilinear", align_corners=False)
            give_norm(Part.CORRECTION, larger, into)
            return path + larger, TemporalState(tuple(after))
        change = tokens.transpose(1, 2).unflatten(2, pooled)  # (b, d, h', w')
        change = F.interpolate(change, (height, width), mode="bilinear", align_corners=True)
        change = self.final_layer(change.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        give_norm(Part.CORRECTION, change, into)
        return path + change, TemporalState(tuple(after))


def _wide(dtype: torch.dtype) -> torch.dtype:
    return torch.promote_types(dtype, torch.float32)
