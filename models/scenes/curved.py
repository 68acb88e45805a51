"""Terms of curved surfaces over their boxes, by row and by column, for the raster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.scenes.projection import CurvedSet
from models.scenes.runs import counted

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int = NDArray[np.int64]
_BOUNDLESS = 1e30
_FAR_OUT = 1e9
_ROUNDING = 1e-6
"""Of float32 sums of three terms, relative to their size, with some to spare."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Terms of curved surfaces by row, rows of all surfaces one after another; (R,) float32.

    `which` is the surface's place in the terms, `y` the row of the picture, (R,) int64. Rays may
    meet the surface in columns `first` to `last`, (R,) int64, none if the first is behind the last.
    `low` and `high` bound the height. The square of half the distance of both intersections is
    mixed * u + down + across.
    """

    which: Int
    y: Int
    first: Int
    last: Int
    mixed: Float32
    down: Float32
    base: Float32
    height: Float32
    low: Float32
    high: Float32


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Terms by column, likewise; (C,)."""

    u: Float32
    across: Float32
    base: Float32
    height: Float32


@dataclass(frozen=True, slots=True, eq=False)
class CurvedTerms:
    """Terms of curved surfaces within their boxes, n of them.

    Attributes
    ----------
    row_start
        (n + 1,) where each surface's rows start.
    column_start
        (n,) where each surface's columns start, less the first one's place in the picture.
    number, bounded, both
        (n,) its number in the scene, whether its height is bounded, whether both sides are visible.
    """

    rows: Rows
    columns: Columns
    row_start: Int
    column_start: Int
    number: NDArray[np.uint16]
    bounded: NDArray[np.bool_]
    both: NDArray[np.bool_]

    @staticmethod
    def of(curves: CurvedSet, top: int, bottom: int) -> CurvedTerms:
        """The terms in rows [top, bottom)."""
        y0, y1 = np.maximum(curves.box[:, 1], top), np.minimum(curves.box[:, 3], bottom - 1)
        count, width = np.maximum(y1 - y0 + 1, 0), curves.box[:, 2] - curves.box[:, 0] + 1
        which, y = counted(y0, count)
        # Heights do not matter where they are not bounded.
        tall = curves.height * curves.bounded[:, None]
        return CurvedTerms(
            _rows(curves, tall, which, y),
            _columns(curves, tall, width),
            np.append(0, np.cumsum(count)),
            np.cumsum(width) - width - curves.box[:, 0],
            curves.surface,
            curves.bounded,
            curves.both,
        )


def _rows(curves: CurvedSet, tall: Float64, which: Int, y: Int) -> Rows:
    x0, y0, x1, y1 = curves.box.T
    middle, root = (x0 + x1) // 2, curves.root
    low = np.where(curves.bounded, tall[:, 3] - curves.low, _BOUNDLESS)
    high = np.where(curves.bounded, tall[:, 3] - curves.high, -_BOUNDLESS)
    mixed, curvature, linear, constant = (
        table.take(which)
        for table in (2 * root[:, 0, 1], root[:, 1, 1], 2 * root[:, 1, 2], root[:, 2, 2])
    )
    v = y - ((y0 + y1) // 2).take(which)
    mixed *= v
    down = (curvature * v + linear) * v + constant
    first, last = _reach(root[:, 0, 0], 2 * root[:, 0, 2], x1 - middle + 1, which, mixed, down)
    return Rows(
        which,
        y,
        np.maximum(first + middle.take(which), x0.take(which)),
        np.minimum(last + middle.take(which), x1.take(which)),
        mixed.astype(np.float32),
        down.astype(np.float32),
        _line(curves.slope, which, v),
        _line(tall, which, v),
        low.astype(np.float32).take(which),
        high.astype(np.float32).take(which),
    )


def _columns(curves: CurvedSet, tall: Float64, width: Int) -> Columns:
    x0, x1 = curves.box[:, 0], curves.box[:, 2]
    of_column, x = counted(x0, width)
    u = x - ((x0 + x1) // 2).take(of_column)
    curvature = curves.root[:, 0, 0].take(of_column)
    linear = (2 * curves.root[:, 0, 2]).take(of_column)
    return Columns(
        u.astype(np.float32),
        ((curvature * u + linear) * u).astype(np.float32),
        (curves.slope[:, 0].take(of_column) * u).astype(np.float32),
        (tall[:, 0].take(of_column) * u).astype(np.float32),
    )


def _line(terms: Float64, which: Int, v: Int) -> Float32:
    """(R,) terms[1] * v + terms[2] of each row's surface."""
    return (terms[:, 1].take(which) * v + terms[:, 2].take(which)).astype(np.float32)


def _reach(
    curvature: Float64, linear: Float64, widest: Int, which: Int, mixed: Float64, down: Float64
) -> tuple[Int, Int]:
    """(R,) first and last u at which curvature * u * u + (linear + mixed) * u + down >= 0 may hold.

    Pixels between them are tested; those beyond need no test, also with the rounding of float32.
    `widest` is the largest u of each surface.
    """
    largest = widest.astype(np.float64)
    size = ((np.abs(curvature) * largest + np.abs(linear)) * largest).take(which)
    size += np.abs(mixed) * largest.take(which) + np.abs(down)
    a, b = curvature.take(which), linear.take(which) + mixed
    square = b * b - 4 * a * (down + _ROUNDING * size)
    reach, divisor = np.sqrt(np.maximum(square, 0)), np.where(a < 0, 2 * a, -1.0)
    first, last = (reach - b) / divisor - 0.5, (-reach - b) / divisor + 0.5
    anywhere, nowhere = a >= 0, (a < 0) & (square < 0)
    first = np.where(anywhere, -widest.take(which), np.where(nowhere, 1.0, first))
    last = np.where(anywhere, widest.take(which), np.where(nowhere, -1.0, last))
    return (
        np.floor(np.clip(first, -_FAR_OUT, _FAR_OUT)).astype(np.int64),
        np.ceil(np.clip(last, -_FAR_OUT, _FAR_OUT)).astype(np.int64),
    )
