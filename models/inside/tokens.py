"""Patch features as colours, and how alike they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.frames import Float32, UInt8

COMPONENTS = 3
FOLLOW = 0.05
"""Share of a frame's own basis, mean and spread in those that are used: they follow in a second."""
_SPREADS = 2.5
"""Standard deviations from the middle of a colour channel to its ends."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenBasis:
    """The axes on which tokens become colours.

    Attributes
    ----------
    axes
        (c, 3) orthonormal columns.
    mean
        (c,) subtracted from tokens.
    spread
        (3,) standard deviation of the tokens along each axis.
    """

    axes: Float32
    mean: Float32
    spread: Float32

    def components(self, tokens: Float32) -> Float32:
        """(h, w, c) tokens to their (h, w, 3) coordinates."""
        return np.asarray(_projected(tokens, self.axes) - self.mean @ self.axes, np.float32)

    def colours(self, tokens: Float32) -> UInt8:
        """(h, w, c) tokens to (h, w, 3) RGB; the middle of each channel is the mean."""
        unit = self.components(tokens) / (2 * _SPREADS * np.maximum(self.spread, 1e-12)) + 0.5
        return (np.clip(unit, 0, 1) * 255 + 0.5).astype(np.uint8)


def principal_basis(tokens: Float32) -> TokenBasis:
    """The first three principal components of (h, w, c) tokens, exactly.

    The largest entry of each axis is positive, so that equal tokens give equal signs. PyTorch does
    it, since its threads are those of the networks; NumPy's would compete with them.
    """
    import torch

    flat = tokens.reshape(-1, tokens.shape[-1])
    mean = flat.mean(0)
    centred = (flat - mean).astype(np.float64)
    given = torch.from_numpy(centred)
    vectors = torch.linalg.eigh(given.T @ given).eigenvectors.numpy()
    axes = vectors[:, : -COMPONENTS - 1 : -1]  # eigenvalues ascend
    largest = np.abs(axes).argmax(0)
    axes = axes * np.sign(axes[largest, np.arange(COMPONENTS)])
    spread = _projected(centred, axes).std(0)
    return TokenBasis(*(np.asarray(values, np.float32) for values in (axes, mean, spread)))


def followed(basis: TokenBasis, tokens: Float32, share: float = FOLLOW) -> TokenBasis:
    """`basis` after one more frame: turned a little towards the plane of that frame's components.

    One step of subspace iteration finds the frame's plane, in a sixth of the time of an exact
    decomposition. Within it, axes are turned as close to the old ones as possible (orthogonal
    Procrustes), so that colours neither flip nor swap where two components are equally strong.
    """
    flat = tokens.reshape(-1, tokens.shape[-1])
    mean = flat.mean(0)
    along = _projected(flat, basis.axes) - mean @ basis.axes  # (n, 3), centred
    spanned = [np.einsum("nc,n->c", flat, column) for column in along.T]
    plane, _ = np.linalg.qr(np.stack(spanned, 1))  # (c, 3); the mean drops out of the product
    left, _, right = np.linalg.svd(plane.T @ basis.axes)
    turned = plane @ (left @ right)
    axes, triangle = np.linalg.qr(basis.axes + share * (turned - basis.axes))
    axes = axes * np.sign(np.diagonal(triangle))
    spread = basis.spread + share * (along.std(0) - basis.spread)
    mean = basis.mean + share * (mean - basis.mean)
    return TokenBasis(*(np.asarray(values, np.float32) for values in (axes, mean, spread)))


def similarity(tokens: Float32, patch: tuple[int, int]) -> Float32:
    """Cosine of the angle between every token and that of one patch, (h, w), -1 to 1.

    Parameters
    ----------
    tokens
        (h, w, c).
    patch
        (row, column).
    """
    query = tokens[patch]
    lengths = np.sqrt(np.einsum("hwc,hwc->hw", tokens, tokens))
    products = lengths * np.float32(np.linalg.norm(query))
    dots = np.einsum("hwc,c->hw", tokens, query)
    return np.asarray(dots / np.maximum(products, 1e-12), np.float32)


def _projected(tokens: Float32, axes: Float32) -> Float32:
    """(..., c) tokens times (c, 3) axes.

    A matrix product would wake BLAS's threads, which then keep the networks' cores busy for longer
    than this takes.
    """
    return np.stack([np.einsum("...c,c->...", tokens, axis) for axis in axes.T], -1)


def patch_at(point: tuple[float, float], grid: tuple[int, int]) -> tuple[int, int]:
    """(row, column) of the patch at a point of the picture.

    Parameters
    ----------
    point
        (x, y) as shares of the picture.
    grid
        (ph, pw) patches.
    """
    x, y = point
    rows, columns = grid
    return (
        min(rows - 1, max(0, int(y * rows))),
        min(columns - 1, max(0, int(x * columns))),
    )
