"""Attention of one query patch, from the queries and keys of a block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.frames import Float32


@dataclass(frozen=True, slots=True, eq=False)
class QueryAttention:
    """Where one patch looks.

    Attributes
    ----------
    heads
        (heads, ph, pw) float32 weights of the patches.
    to_class
        (heads,) float32 weights of the class token; with those of the patches they sum to one.
    """

    heads: Float32
    to_class: Float32

    @property
    def mean(self) -> Float32:
        """(ph, pw): the mean over the heads."""
        return np.asarray(self.heads.mean(0), np.float32)


def attention_of(
    queries: Float32, keys: Float32, patch: tuple[int, int], grid: tuple[int, int]
) -> QueryAttention:
    """softmax(q . k / sqrt(d)) of one patch over all tokens.

    Parameters
    ----------
    queries, keys
        (heads, 1 + ph pw, d); the class token comes first.
    patch
        (row, column) of the patch that looks.
    grid
        (ph, pw).
    """
    row, column = patch
    query = queries[:, 1 + row * grid[1] + column]  # (heads, d)
    # Not a matrix product, whose threads would keep the networks' cores busy.
    logits = np.einsum("hnd,hd->hn", keys, query) / np.sqrt(np.float32(query.shape[1]))
    weights = np.exp(logits - logits.max(1, keepdims=True))
    weights /= weights.sum(1, keepdims=True)  # (heads, 1 + n)
    return QueryAttention(weights[:, 1:].reshape(-1, *grid), weights[:, 0])
