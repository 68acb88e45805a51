"""Surface and inverse depth of each pixel: closed-form rays against every surface.

A surface costs a few array operations on the pixels it may cover (see projection.py for the
formulas). A pixel's value does not depend on the rows that are drawn with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.scenes.atlas import LEVELS, TextureAtlas
from models.scenes.projection import NEAR_M, CurvedSet, FlatSet
from models.scenes.textures import SIZE

Float32 = NDArray[np.float32]
Int = NDArray[np.int64]
_NONE = 32000


@dataclass(frozen=True, slots=True, eq=False)
class _Spans:
    """The rows of each flat surface, rows of all surfaces one after another.

    Attributes
    ----------
    left, right
        (rows,) int16 first and last column.
    base
        (rows,) float32 inverse depth at column 0.
    items
        Per visible surface: index, start, stop (rows in here), x0, x1, y0 (in the picture).
    """

    left: NDArray[np.int16]
    right: NDArray[np.int16]
    base: Float32
    items: list[list[int]]


class Raster:
    """Draws prepared surfaces into rows [top, bottom) of a picture of inverse depth and surface.

    Parameters
    ----------
    inverse_depth
        (rows, W) float32, 0 where there is no surface.
    surface
        (rows, W) uint16, 0 likewise.
    """

    def __init__(
        self,
        top: int,
        inverse_depth: Float32,
        surface: NDArray[np.uint16],
        atlas: TextureAtlas,
    ) -> None:
        self._top = top
        self._bottom = top + len(inverse_depth)
        self._w = inverse_depth
        self._surface = surface
        self._atlas = atlas
        self._columns = np.arange(inverse_depth.shape[1], dtype=np.int16)
        self._places = self._columns.astype(np.float32)

    def flat(self, flats: FlatSet) -> None:
        """Draw flat surfaces where they are nearer than previous ones."""
        spans = _spans(flats, self._top, self._bottom)
        slopes = flats.plane[:, 0].astype(np.float32)
        for i, start, stop, x0, x1, y0 in spans.items:
            rows = slice(y0 - self._top, y0 - self._top + stop - start)
            target = self._w[rows, x0:x1]
            columns = self._columns[x0:x1]
            w = spans.base[start:stop, None] + slopes[i] * self._places[x0:x1]
            mask = w > target
            if not mask.any():
                continue
            mask &= columns >= spans.left[start:stop, None]
            mask &= columns <= spans.right[start:stop, None]
            if flats.cutout[i] >= 0:
                mask &= self._outline(flats, i, np.arange(y0, y0 + stop - start), x0, x1, w)
            np.copyto(target, w, where=mask)
            np.copyto(self._surface[rows, x0:x1], np.uint16(flats.surface[i]), where=mask)

    def _outline(
        self, flats: FlatSet, i: int, rows: Int, x0: int, x1: int, w: Float32
    ) -> NDArray[np.bool_]:
        """Where a cutout's mask is set, at the halving that suits its size in the picture."""
        (ua, ub, uc), (va, vb, vc) = flats.card[i]
        extent = max(
            int(flats.box[i, 2] - flats.box[i, 0]), int(flats.box[i, 3] - flats.box[i, 1]), 1
        )
        level = int(np.clip(np.floor(np.log2(SIZE / extent)), 0, LEVELS - 2))
        outline = self._atlas.masks[flats.cutout[i]][level]
        size = len(outline)
        columns = self._places[x0:x1]
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            scale = size / w
            u = (ub * rows + uc).astype(np.float32)[:, None] + np.float32(ua) * columns
            v = (vb * rows + vc).astype(np.float32)[:, None] + np.float32(va) * columns
            u *= scale
            v *= scale
        np.clip(u, 0, size - 1, out=u)
        np.clip(v, 0, size - 1, out=v)
        inside: NDArray[np.bool_] = outline[v.astype(np.intp), u.astype(np.intp)] > 127
        return inside

    def curved(self, curves: CurvedSet) -> None:
        """Draw curved surfaces where they are nearer than previous ones."""
        for i, (x0, y0, x1, y1) in enumerate(curves.box):
            first, last = max(y0, self._top), min(y1, self._bottom - 1)
            if first <= last:
                x = np.arange(x0, x1 + 1) - (x0 + x1) // 2
                y = np.arange(first, last + 1) - (y0 + y1) // 2
                self._bulge(
                    curves, i, x, y, np.s_[first - self._top : last + 1 - self._top, x0 : x1 + 1]
                )

    def _bulge(self, curves: CurvedSet, i: int, x: Int, y: Int, at: tuple[slice, slice]) -> None:
        (a, b, c), (_, d, e), (_, _, f) = curves.root[i].tolist()
        p, q, r = curves.slope[i].tolist()
        across = x.astype(np.float32)
        square = (2 * b * y).astype(np.float32)[:, None] * across
        square += ((d * y + 2 * e) * y + f).astype(np.float32)[:, None]
        square += ((a * x + 2 * c) * x).astype(np.float32)
        mask = square >= 0
        np.maximum(square, 0, out=square)
        half = np.sqrt(square, out=square)
        base = (q * y + r).astype(np.float32)[:, None] + (p * x).astype(np.float32)
        target, surface = self._w[at], self._surface[at]
        for w in (base + half, base - half) if curves.both[i] else (base + half,):
            visible = w > target
            visible &= mask
            if not visible.any():
                continue
            visible &= w < 1 / NEAR_M
            if curves.bounded[i]:
                _keep_between(visible, curves, i, x, y, w)
            np.copyto(target, w, where=visible)
            np.copyto(surface, np.uint16(curves.surface[i]), where=visible)


def _keep_between(
    visible: NDArray[np.bool_], curves: CurvedSet, i: int, x: Int, y: Int, w: Float32
) -> None:
    """Clear `visible` where a curved surface's own height is out of bounds."""
    a, b, c, offset = curves.height[i].tolist()
    scaled = (b * y + c).astype(np.float32)[:, None] + (a * x).astype(np.float32)
    visible &= scaled + np.float32(offset - curves.low[i]) * w >= 0
    visible &= scaled + np.float32(offset - curves.high[i]) * w <= 0


def _spans(flats: FlatSet, top: int, bottom: int) -> _Spans:
    """The spans of all flat surfaces in rows [top, bottom), computed together."""
    first = np.maximum(flats.box[:, 1], top)
    count = np.maximum(np.minimum(flats.box[:, 3], bottom - 1) - first + 1, 0)
    shown = np.flatnonzero(count)
    count = count[shown]
    starts = np.concatenate([[0], np.cumsum(count)])[:-1]
    which = np.repeat(shown, count)
    rows = np.arange(len(which)) - np.repeat(starts, count) + np.repeat(first[shown], count)
    low, high = flats.box[which, 0], flats.box[which, 2]
    y = rows[:, None]
    left = np.ceil((flats.left[which, 0] * y + flats.left[which, 1]).max(axis=1, initial=-1e9))
    right = np.floor((flats.right[which, 0] * y + flats.right[which, 1]).min(axis=1, initial=1e9))
    left, right = np.maximum(left, low), np.minimum(right, high)
    _narrow_to_discs(flats, which, rows, left, right)
    empty = left > right
    left[empty], right[empty] = _NONE, -1
    base = (flats.plane[which, 1] * rows + flats.plane[which, 2]).astype(np.float32)
    items: list[list[int]] = []
    if len(shown):
        x0 = np.minimum.reduceat(left, starts).astype(np.int64)
        x1 = np.maximum.reduceat(right, starts).astype(np.int64) + 1
        y0 = np.minimum.reduceat(np.where(empty, _NONE, rows), starts)
        y1 = np.maximum.reduceat(np.where(empty, -1, rows), starts) + 1
        start = starts + y0 - first[shown]
        table = np.stack([shown, start, start + y1 - y0, x0, x1, y0], axis=1)
        items = table[x0 < x1].tolist()
    return _Spans(left.astype(np.int16), right.astype(np.int16), base, items)


def _narrow_to_discs(
    flats: FlatSet,
    which: NDArray[np.intp],
    rows: Int,
    left: NDArray[np.float64],
    right: NDArray[np.float64],
) -> None:
    """Narrow the spans of discs to the insides of their ellipses, in place."""
    conic = flats.conic
    here = np.flatnonzero(flats.disc[which] & (conic[which, 0, 0] < 0))
    if len(here) == 0:
        return
    y, conic = rows[here], conic[which[here]]
    a = conic[:, 0, 0]
    b = conic[:, 0, 1] * y + conic[:, 0, 2]
    c = (conic[:, 1, 1] * y + 2 * conic[:, 1, 2]) * y + conic[:, 2, 2]
    square = b * b - a * c
    reach = np.sqrt(np.maximum(square, 0)) / -a
    left[here] = np.maximum(left[here], np.ceil(b / -a - reach))
    right[here] = np.where(square < 0, -1, np.minimum(right[here], np.floor(b / -a + reach)))
