"""The visible points of a band of rows, in camera axes, without an array per axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.geometry import Intrinsics
from models.opencv import cv2
from models.scenes.runs import SurfaceRuns

Float32 = NDArray[np.float32]
FARTHEST_M = 1e4


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points p = z * (across, down, 1).

    Attributes
    ----------
    z
        (rows, W) depth, metres.
    across, down
        (W,) and (rows, 1), the rays' x and y at z = 1.
    """

    z: Float32
    across: Float32
    down: Float32

    @staticmethod
    def of(k: Intrinsics, top: int, inverse_depth: Float32) -> Points:
        """The points of rows from `top` on; none is farther than FARTHEST_M."""
        rows, columns = inverse_depth.shape
        across = ((np.arange(columns) - k.cx) / k.fx).astype(np.float32)
        down = ((np.arange(top, top + rows) - k.cy) / k.fy).astype(np.float32)
        z = np.clip(inverse_depth, 1 / FARTHEST_M, np.inf)
        return Points(np.reciprocal(z, out=z), across, down[:, None])

    def thinned(self) -> Points:
        """Every second point of every second row."""
        z = np.ascontiguousarray(self.z[::2, ::2])
        return Points(z, self.across[::2], self.down[::2])

    def affine(self, row: Sequence[float] | NDArray[np.float64], offset: float) -> Float32:
        """(rows, W) row . p + offset."""
        a, b, c = (np.float32(value) for value in row)
        total = (self.across * a + c) + self.down * b
        total *= self.z
        total += np.float32(offset)
        return total

    def square(self) -> Float32:
        """(rows, W) p . p."""
        total = (self.across * self.across + np.float32(1)) + self.down * self.down
        total *= self.z
        total *= self.z
        return total


def at_least_0(values: Float32) -> None:
    """Replace negative ones by 0, in place; NumPy takes four times as long."""
    cv2.threshold(values, 0.0, 0.0, cv2.THRESH_TOZERO, values)


def filled_in(thinned: Float32, shape: tuple[int, ...]) -> Float32:
    """(rows, W) values at all points, interpolated between those at `Points.thinned`."""
    rows, columns = thinned.shape
    full = cv2.resize(thinned, (2 * columns, 2 * rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(full[: shape[0], : shape[1]])


@dataclass(frozen=True, slots=True, eq=False)
class CurvedPixels:
    """The pixels of curved surfaces, n of them.

    Attributes
    ----------
    where
        (n,) their indices, counted through the rows.
    normal
        (n,) x, y, z each, towards the camera.
    offset
        (n,) normal . p.
    """

    where: NDArray[np.intp]
    normal: tuple[Float32, Float32, Float32]
    offset: Float32


@dataclass(frozen=True, slots=True, eq=False)
class Facing:
    """Which way the visible surfaces face: one normal per flat surface, one per curved pixel.

    Attributes
    ----------
    runs
        The surfaces.
    normal, offset
        (3, S) and (S,) of each surface: normal . p, the same all over a flat surface.
    curved
        The pixels for which the tables do not hold.
    """

    runs: SurfaceRuns
    normal: Float32
    offset: Float32
    curved: CurvedPixels | None

    def dot(
        self, direction: Sequence[float] | NDArray[np.float64], own: float, constant: float = 0.0
    ) -> Float32:
        """(rows, W) direction . normal + own * (normal . p) + constant."""
        table = self._combine(self.normal, self.offset, direction, own, constant)
        out = self.runs.spread(table)
        if self.curved is not None:
            some = self.curved
            values = self._combine(some.normal, some.offset, direction, own, constant)
            out.ravel()[some.where] = values
        return out

    @staticmethod
    def _combine(
        normal: Float32 | tuple[Float32, ...],
        offset: Float32,
        direction: Sequence[float] | NDArray[np.float64],
        own: float,
        constant: float,
    ) -> Float32:
        x, y, z = map(float, direction)
        total = cv2.addWeighted(normal[0], x, normal[1], y, constant)
        cv2.scaleAdd(normal[2], z, total, total)
        cv2.scaleAdd(offset, own, total, total)
        return np.asarray(total).ravel()
