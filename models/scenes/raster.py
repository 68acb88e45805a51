"""Surface and inverse depth of each pixel: closed-form rays against every surface.

A surface costs a few array operations on the pixels it may cover (see projection.py for the
formulas). A pixel's value does not depend on the rows that are drawn with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.opencv import cv2
from models.scenes.atlas import LEVELS, TextureAtlas
from models.scenes.curved import CurvedTerms, MetPixels
from models.scenes.projection import NEAR_M, CurvedSet, FlatSet
from models.scenes.textures import SIZE

Float32 = NDArray[np.float32]
Int = NDArray[np.int64]
_NONE = 32000
_BATCH_PIXELS = 40_000
_LARGE_PIXELS = 6_000


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
                mask &= self._outline(flats, i, x0, y0, mask.shape)
            np.copyto(target, w, where=mask)
            np.copyto(self._surface[rows, x0:x1], np.uint16(flats.surface[i]), where=mask)

    def _outline(
        self, flats: FlatSet, i: int, x0: int, y0: int, shape: tuple[int, ...]
    ) -> NDArray[np.bool_]:
        """Where a cutout's mask is set, at the halving that suits its size in the picture."""
        extent = max(
            int(flats.box[i, 2] - flats.box[i, 0]), int(flats.box[i, 3] - flats.box[i, 1]), 1
        )
        level = int(np.clip(np.floor(np.log2(SIZE / extent)), 0, LEVELS - 2))
        outline = self._atlas.masks[flats.cutout[i]][level]
        plane = flats.plane[i]
        to_outline = np.stack([*(len(outline) * flats.card[i] - 0.5 * plane), plane])
        to_outline[:, 2] += to_outline[:, 0] * x0 + to_outline[:, 1] * y0
        warped = cv2.warpPerspective(
            outline,
            to_outline,
            (shape[1], shape[0]),
            flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        inside: NDArray[np.bool_] = warped > 127
        return inside

    def curved(self, curves: CurvedSet) -> None:
        """Draw curved surfaces where they are nearer than previous ones."""
        box = np.array(curves.box, np.int64).reshape(-1, 4)
        box[:, 1] = np.maximum(box[:, 1], self._top)
        box[:, 3] = np.minimum(box[:, 3], self._bottom - 1)
        area = (box[:, 2] - box[:, 0] + 1) * np.maximum(box[:, 3] - box[:, 1] + 1, 0)
        whole = np.array(curves.box, np.int64).reshape(-1, 4)
        # Whole boxes decide, so that a pixel does not depend on the rows that are drawn with it.
        is_large = (whole[:, 2:] - whole[:, :2] + 1).prod(axis=1) > _LARGE_PIXELS
        shown = np.flatnonzero((area > 0) & ~is_large)
        batch = np.cumsum(area[shown]) // _BATCH_PIXELS
        for number in np.unique(batch):
            self._draw_curved(MetPixels.of(CurvedTerms.of(curves, box, shown[batch == number])))
        for one in np.flatnonzero((area > 0) & is_large):
            self._draw_large(CurvedTerms.of(curves, box, np.array([one])))

    def _draw_large(self, terms: CurvedTerms) -> None:
        """Draw one surface over its whole box, which saves finding the pixels that it meets."""
        rows, columns, bounded = terms.rows, terms.columns, terms.bounded[0]
        across = slice(columns.x[0], columns.x[-1] + 1)
        step = max(1, _BATCH_PIXELS // len(columns.x))
        for first in range(0, len(rows.y), step):
            part = slice(first, first + step)
            square = rows.mixed[part, None] * columns.u
            square += rows.down[part, None]
            square += columns.across
            met = square >= 0
            if not met.any():
                continue
            half = np.sqrt(np.maximum(square, 0, out=square), out=square)
            base = rows.base[part, None] + columns.base
            scaled = rows.height[part, None] + columns.height if bounded else None
            top = rows.y[first] - self._top
            w = self._w[top : top + len(base), across]
            surface = self._surface[top : top + len(base), across]
            for inverse in (base + half, base - half)[: 1 + terms.both[0]]:
                nearer = inverse > w
                nearer &= met
                if not nearer.any():
                    break  # the other side is farther
                nearer &= inverse < 1 / NEAR_M
                if scaled is not None:
                    nearer &= scaled + rows.low[0] * inverse >= 0
                    nearer &= scaled + rows.high[0] * inverse <= 0
                np.copyto(w, inverse, where=nearer)
                np.copyto(surface, np.uint16(terms.numbers[0]), where=nearer)

    def _draw_curved(self, batch: MetPixels) -> None:
        """Solve a batch of surfaces together, then draw one after another."""
        columns, rows, top = batch.columns, batch.rows, self._top
        at = (rows.y[batch.row] - top) * self._w.shape[1] + columns.x[batch.column]
        base = rows.base[batch.row] + columns.base[batch.column]
        scaled = rows.height[batch.row] + columns.height[batch.column]
        low, high = rows.low[batch.row], rows.high[batch.row]
        w, surface = self._w.reshape(-1), self._surface.reshape(-1)
        sides = []
        for inverse in (base + batch.half, base - batch.half):
            inside = inverse < 1 / NEAR_M
            inside &= scaled + low * inverse >= 0
            inside &= scaled + high * inverse <= 0
            sides.append((inverse, inside))
        for start, stop, number, both in batch.items:
            for inverse, inside in sides[: 1 + both]:
                here = start + np.flatnonzero(inside[start:stop])
                place, value = at[here], inverse[here]
                nearer = value > w[place]
                place = place[nearer]
                w[place] = value[nearer]
                surface[place] = number


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
