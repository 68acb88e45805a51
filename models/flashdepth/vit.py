"""The image encoder: a DINOv2 vision transformer (Oquab et al. 2023), as Depth Anything V2 uses it.

Shapes: b batch, H x W picture, ph x pw = H/14 x W/14 patches, n = ph pw of them, c channels.
Attention is `scaled_dot_product_attention`, so no (n, n) matrix is ever stored.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.flashdepth.config import PATCH, EncoderConfig
from models.inside.probe import Intermediates, Part, wants

TRAINED_GRID = 37
"""Patches along each side of the 518 x 518 pictures that the position embedding was trained on."""

_SIZES_KEPT = 4


class Attention(nn.Module):
    """Multi-head self-attention."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens: Tensor, into: Intermediates | None = None) -> Tensor:
        """(b, n, c) -> (b, n, c); gives queries and keys, (b, heads, n, c / heads), if asked."""
        qkv = self.qkv(tokens).unflatten(-1, (3, self.heads, -1))  # (b, n, 3, heads, c / heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # three times (b, heads, n, c / heads)
        if into is not None and wants(into, Part.ATTENTION):
            into.add(Part.ATTENTION, q, k)
        mixed = F.scaled_dot_product_attention(q, k, v)
        out: Tensor = self.proj(mixed.transpose(1, 2).flatten(2))
        return out


class LayerScale(nn.Module):
    """A learnt gain per channel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.full((width,), 1e-5))

    def forward(self, tokens: Tensor) -> Tensor:
        """(b, n, c) -> (b, n, c)."""
        return tokens * self.gamma


class Perceptron(nn.Module):
    """Two linear layers with an exact GELU between them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """(b, n, c) -> (b, n, c)."""
        out: Tensor = self.fc2(F.gelu(self.fc1(tokens)))
        return out


class Block(nn.Module):
    """Attention, then perceptron; each behind a norm, scaled, around a residual."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.ls1 = LayerScale(width)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Perceptron(width)
        self.ls2 = LayerScale(width)

    def forward(self, tokens: Tensor, into: Intermediates | None = None) -> Tensor:
        """(b, n, c) -> (b, n, c)."""
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens), into))
        change: Tensor = self.ls2(self.mlp(self.norm2(tokens)))
        return tokens + change


class PatchEmbedding(nn.Module):
    """Cuts a picture into patches and projects each."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, width, PATCH, stride=PATCH)

    def forward(self, frames: Tensor) -> Tensor:
        """(b, 3, H, W) -> (b, n, c), row by row."""
        embedded: Tensor = self.proj(frames)
        return embedded.flatten(2).transpose(1, 2)


class VisionTransformer(nn.Module):
    """Patches and a class token through `depth` blocks."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.taps = config.taps
        self.cls_token = nn.Parameter(torch.zeros(1, 1, config.width))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + TRAINED_GRID**2, config.width))
        self.mask_token = nn.Parameter(torch.zeros(1, config.width))  # for training DINOv2 alone
        self.patch_embed = PatchEmbedding(config.width)
        self.blocks = nn.ModuleList(Block(config.width, config.heads) for _ in range(config.depth))
        self.norm = nn.LayerNorm(config.width, eps=1e-6)
        nn.init.trunc_normal_(self.pos_embed, std=0.02)
        nn.init.normal_(self.cls_token, std=1e-6)
        self._positions: dict[tuple[object, ...], Tensor] = {}

    def forward(
        self,
        frames: Tensor,
        wanted: tuple[int, ...] = (0, 1, 2, 3),
        into: Intermediates | None = None,
    ) -> list[Tensor]:
        """(b, 3, H, W) normalised pictures to (b, n, c) features of the `wanted` taps.

        Each goes through the final norm; the class token is dropped.
        """
        height, width = (int(side) for side in frames.shape[-2:])  # no tensors, in a trace either
        tokens = self.patch_embed(frames)  # (b, n, c)
        first = self.cls_token.expand(tokens.shape[0], -1, -1)
        tokens = torch.cat([first, tokens], 1) + self.positions(height, width)  # (b, 1 + n, c)
        taps = [self.taps[level] for level in wanted]
        probed = -1 if into is None else min(into.probe.block, len(self.blocks) - 1)
        features = []
        for index, block in enumerate(self.blocks):
            tokens = block(tokens, into if index == probed else None)
            if index in taps:
                features.append(self.norm(tokens[:, 1:]))
        if into is not None and wants(into, Part.TOKENS):
            grid = height // PATCH, width // PATCH
            into.add(Part.TOKENS, features[-1].unflatten(1, grid))
        return features

    def positions(self, height: int, width: int) -> Tensor:
        """(1, 1 + n, c) position embedding for a picture of that size; kept for the next frame."""
        if height == width == TRAINED_GRID * PATCH:
            return self.pos_embed
        learning = torch.is_grad_enabled() and self.pos_embed.requires_grad
        if learning or torch.compiler.is_compiling():
            return self._resized_positions(height, width)
        source = self.pos_embed
        key = (height, width, source.device, source.dtype, source.data_ptr(), _version(source))
        if key not in self._positions:
            while len(self._positions) >= _SIZES_KEPT:
                del self._positions[next(iter(self._positions))]
            with torch.inference_mode(False), torch.no_grad():
                self._positions[key] = self._resized_positions(height, width)
        return self._positions[key]

    def _resized_positions(self, height: int, width: int) -> Tensor:
        """Bicubic, in float32, by the scale that DINOv2 uses.

        The tenth of a patch in the scale kept its authors' code from rounding down; it shifts
        where the grid is sampled, so the weights rely on it.
        """
        scale = ((height // PATCH + 0.1) / TRAINED_GRID, (width // PATCH + 0.1) / TRAINED_GRID)
        first, grid = self.pos_embed[:, :1], self.pos_embed[:, 1:]
        grid = grid.float().unflatten(1, (TRAINED_GRID, TRAINED_GRID)).permute(0, 3, 1, 2)
        grid = F.interpolate(grid, scale_factor=scale, mode="bicubic", align_corners=False)
        return torch.cat([first, grid.flatten(2).transpose(1, 2).to(first.dtype)], 1)


def _version(parameter: Tensor) -> int:
    """Counts changes in place; tensors made for inference alone do not count theirs."""
    return 0 if parameter.is_inference() else parameter._version
