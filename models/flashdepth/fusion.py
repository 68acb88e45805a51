"""How the hybrid's teacher advises: cross-attention from student to teacher features.

FlashDepth (Chou et al. 2025, section 3.3): the stream at full resolution asks, the large network's
features at low resolution answer. No position embedding and no resizing: each student cell may look
at every teacher cell.

Shapes: b batch, n student cells, m teacher cells, d and t widths of the two pyramids.
"""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torch.nn import functional as F

HEADS = 2


class CrossAttention(nn.Module):
    """Queries from the student, keys and values from the teacher."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.q = nn.Linear(width, width, bias=False)
        self.kv = nn.Linear(width, 2 * width, bias=False)
        self.proj = nn.Linear(width, width)
        nn.init.zeros_(self.proj.weight)
        nn.init.zeros_(self.proj.bias)

    def forward(self, tokens: Tensor, context: Tensor) -> Tensor:
        """(b, n, d) and (b, m, d) -> (b, n, d)."""
        q = self.q(tokens).unflatten(-1, (HEADS, -1)).transpose(1, 2)  # (b, heads, n, d / heads)
        kv = self.kv(context).unflatten(-1, (2, HEADS, -1))  # (b, m, 2, heads, d / heads)
        k, v = kv.permute(2, 0, 3, 1, 4)  # twice (b, heads, m, d / heads)
        mixed = F.scaled_dot_product_attention(q, k, v)
        advice: Tensor = self.proj(mixed.transpose(1, 2).flatten(2))
        return advice


class FusionLayer(nn.Module):
    """Cross-attention, then a perceptron. Starts as the identity.

    Every layer of the released weights has a `context_proj`; only the first layer's is used.
    """

    def __init__(self, width: int, context_width: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = CrossAttention(width)
        self.context_norm = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)
        last = nn.Linear(2 * width, width)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), last)
        self.context_proj = nn.Linear(context_width, width)

    def forward(self, tokens: Tensor, context: Tensor) -> Tensor:
        """(b, n, d) student tokens and (b, m, d) projected context -> (b, n, d)."""
        advice: Tensor = self.attention(self.norm1(tokens), self.context_norm(context))
        tokens = tokens + advice
        change: Tensor = self.mlp(self.norm2(tokens))
        return tokens + change


class Fusion(nn.Module):
    """All layers, on the student's path 4."""

    def __init__(self, width: int, context_width: int, layers: int) -> None:
        super().__init__()
        stack = nn.ModuleList(FusionLayer(width, context_width) for _ in range(layers))
        self.blocks = nn.ModuleList([stack])  # nested as in the released weights

    def forward(self, path: Tensor, teacher_path: Tensor) -> Tensor:
        """(b, d, ph, pw) and (b, t, h, w) -> (b, d, ph, pw)."""
        layers = list(cast(nn.ModuleList, self.blocks[0]))
        tokens = path.flatten(2).transpose(1, 2)  # (b, n, d)
        context = teacher_path.flatten(2).transpose(1, 2)  # (b, m, t)
        context = cast(FusionLayer, layers[0]).context_proj(context)  # (b, m, d)
        for layer in layers:
            tokens = layer(tokens, context)
        fused: Tensor = tokens.transpose(1, 2).unflatten(2, path.shape[-2:])
        return fused
