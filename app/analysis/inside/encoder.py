"""Quantities of the encoder and the pyramid behind it."""

from __future__ import annotations

import math

import numpy as np

from app.analysis.inside.quantity import (
    Given,
    Limit,
    Quantity,
    at_frame_size,
    mosaic,
    to_levels,
)
from app.core.inside_values import InsidePicture
from models.frames import Float32
from models.inside.attention import QueryAttention, attention_of
from models.inside.probe import Part
from models.inside.tokens import (
    TokenBasis,
    followed,
    patch_at,
    principal_basis,
    similarity,
)

TOKENS = frozenset({Part.TOKENS})
ATTENTION = frozenset({Part.ATTENTION, Part.TOKENS})
"""Tokens tell the grid."""
_ATTENTION_GAMMA = 0.5
"""Few patches get most of the attention; a square root shows the others too."""


class TokenColours:
    """Tokens by their first three principal components, in colours that stay put."""

    def __init__(self) -> None:
        self._basis: TokenBasis | None = None

    def paint(self, given: Given) -> InsidePicture:
        """RGB over the whole picture."""
        (tokens,) = given.inside.arrays[Part.TOKENS]
        basis = self._basis
        if basis is None or given.is_first or basis.mean.shape != tokens.shape[-1:]:
            basis = principal_basis(tokens)
        elif not given.is_again:
            basis = followed(basis, tokens)
        self._basis = basis
        rgba = np.full((*tokens.shape[:2], 4), 255, np.uint8)
        rgba[..., :3] = basis.colours(tokens)
        width, height = given.frame.size
        ground = np.zeros((height, width), np.uint8)
        rows, columns = tokens.shape[:2]
        note = f"{columns}×{rows} tokens of {tokens.shape[2]}"
        colours = at_frame_size(rgba, given.frame.size)
        return InsidePicture(ground, 0.0, 1.0, note=note, overlay=colours)


def _similarity(given: Given) -> Float32:
    (tokens,) = given.inside.arrays[Part.TOKENS]
    return similarity(tokens, patch_at(given.point, tokens.shape[:2]))


class SimilarityPainter:
    """Cosine to the query patch; below 0 all look alike."""

    def paint(self, given: Given) -> InsidePicture:
        """Levels 1 to 255 for 0 to 1."""
        levels = at_frame_size(to_levels(_similarity(given)), given.frame.size)
        return InsidePicture(levels, 0.0, 1.0, "cosine", "unlike", "alike")


def _attention(given: Given) -> QueryAttention:
    queries, keys = given.inside.arrays[Part.ATTENTION]
    grid = given.inside.arrays[Part.TOKENS][0].shape[:2]
    return attention_of(queries, keys, patch_at(given.point, grid), grid)


class AttentionPainter:
    """Where the query patch looks: the mean over the heads, or each head by itself."""

    def __init__(self, *, by_head: bool) -> None:
        self._by_head = by_head
        self._limit = Limit()

    def paint(self, given: Given) -> InsidePicture:
        """Weights of the patches; the scale is in times of an even share."""
        found = _attention(given)
        heads = found.heads if self._by_head else found.mean[None]
        even = np.float32(heads[0].size)
        weights = heads * even
        high = self._limit.follow(weights, given)
        tiles = list(to_levels((weights / np.float32(high)) ** _ATTENTION_GAMMA))
        size, columns = given.frame.size, math.ceil(math.sqrt(len(tiles)))
        levels = mosaic(tiles, size, columns) if self._by_head else at_frame_size(tiles[0], size)
        note = f"{found.to_class.mean():.1%} to the class token"
        return InsidePicture(
            levels, 0.0, high, "× even share", "ignored", "attended", note, _ATTENTION_GAMMA
        )


class PyramidPainter:
    """The decoder's four paths, coarse to fine, each to its own largest values."""

    def __init__(self) -> None:
        self._limits = [Limit() for _ in range(4)]

    def paint(self, given: Given) -> InsidePicture:
        """Two by two: paths 4 and 3 above, 2 and 1 below."""
        paths = given.inside.arrays[Part.PYRAMID]
        tiles = [
            to_levels(path / np.float32(limit.follow(path, given)))
            for path, limit in zip(paths, self._limits, strict=False)
        ]
        shapes = ", ".join(f"{path.shape[1]}×{path.shape[0]}" for path in paths)
        return InsidePicture(
            mosaic(tiles, given.frame.size, 2), 0.0, 1.0, "of its largest", "quiet", "active",
            f"paths 4 to 1: {shapes}",
        )  # fmt: skip


QUANTITIES = {
    "tokens": Quantity(TOKENS, "colours are directions, not classes", TokenColours),
    "similarity": Quantity(
        TOKENS, "alike to the encoder need not be one object", SimilarityPainter, has_query=True
    ),
    "attention": Quantity(
        ATTENTION,
        "attention is not explanation",
        lambda: AttentionPainter(by_head=False),
        has_query=True,
    ),
    "heads": Quantity(
        ATTENTION,
        "attention is not explanation",
        lambda: AttentionPainter(by_head=True),
        has_query=True,
    ),
    "pyramid": Quantity(frozenset({Part.PYRAMID}), "large does not mean important", PyramidPainter),
}
