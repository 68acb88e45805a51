"""Surface and inverse depth of each pixel: closed-form rays against every surface.

A surface costs a few array operations on the pixels it may cover (see projection.py for the
formulas); small ones are drawn together. The nearest surface is seen, of equally near ones the
first, so that a pixel depends neither on the order nor on the rows that are drawn with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.opencv import cv2
from models.scenes.atlas import LEVELS, TextureAtlas
from models.scenes.curved import CurvedTerms
from models.scenes.points import at_least_0
from models.scenes.projection import NEAR_M, CurvedSet, FlatSet
from models.scenes.runs import counted
from models.scenes.spans import FlatSpans
from models.scenes.textures import SIZE

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
_BATCH_PIXELS = 40_000
_SMALL_FLAT_PIXELS = 2_500
_LARGE_CURVED_PIXELS = 6_000


class Raster:
    """Draws prepared surfaces into rows [top, bottom) of a picture of inverse depth and surface.

    Parameters
    ----------
    inverse_depth
        (rows, W) float32, C-contiguous, 0 where there is no surface.
    surface
        (rows, W) uint16, likewise.
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
        self._places = np.arange(inverse_depth.shape[1], dtype=np.float32)
        self._pattern = np.tile((False, True, False), len(inverse_depth))

    def flat(self, flats: FlatSet) -> None:
        """Draw flat surfaces where they are nearer than previous ones."""
        spans = FlatSpans.of(flats, self._top, self._bottom)
        boxes = spans.boxes
        slopes = flats.plane[:, 0].astype(np.float32)
        area = (boxes[:, 2] - boxes[:, 1]) * (boxes[:, 4] - boxes[:, 3])
        is_cutout = flats.cutout[boxes[:, 0]] >= 0
        small = (area < _SMALL_FLAT_PIXELS) & ~is_cutout
        large = _in_parts(boxes[~small], is_cutout[~small])
        outlines = _Outlines.of(flats, large)
        for n, (i, start, stop, x0, x1, y0) in enumerate(large.tolist()):
            rows = slice(y0 - self._top, y0 - self._top + stop - start)
            w = spans.base[start:stop, None] + slopes[i] * self._places[x0:x1]
            nearer = w > self._w[rows, x0:x1]
            if not cv2.hasNonZero(nearer.view(np.uint8)):
                continue
            inside = self._pattern[: 3 * (stop - start)].repeat(spans.steps[start:stop].ravel())
            nearer &= inside.reshape(nearer.shape)
            if outlines.cutout[n] >= 0:
                nearer &= outlines.inside(self._atlas, n, nearer.shape)
            self._put(rows, slice(x0, x1), w, nearer, flats.surface[i])
        self._draw_small(flats, spans, slopes, boxes[small, 0])

    def _put(self, rows: slice, columns: slice, w: Float32, where: Bool, number: np.uint16) -> None:
        mask = where.view(np.uint8)
        cv2.copyTo(w, mask, self._w[rows, columns])
        numbers = np.empty(w.shape, np.uint16)
        numbers.fill(number)
        cv2.copyTo(numbers, mask, self._surface[rows, columns])

    def _draw_small(self, flats: FlatSet, spans: FlatSpans, slopes: Float32, chosen: Int) -> None:
        """Draw some flat surfaces together, pixel by pixel of their rows."""
        is_chosen = np.zeros(len(slopes), np.bool_)
        is_chosen[chosen] = True
        rows = np.flatnonzero(is_chosen.take(spans.which))
        left = spans.left.take(rows)
        length = np.maximum(spans.right.take(rows) - left + 1, 0)
        row, column = counted(left, length)
        which = spans.which.take(rows)
        w = slopes.take(which).take(row) * self._places.take(column)
        w += spans.base.take(rows).take(row)
        at = column + ((spans.y.take(rows) - self._top) * self._w.shape[1]).take(row)
        self._settle(at, w, flats.surface.take(which).take(row))

    def _settle(self, at: Int, w: Float32, number: NDArray[np.uint16]) -> None:
        """Draw pixels `at` of several surfaces at once, in the order of their numbers."""
        inverse_depth, surface = self._w.reshape(-1), self._surface.reshape(-1)
        before = inverse_depth.take(at)
        nearer = w > before
        nearer |= (w == before) & (number < surface.take(at))
        some = np.flatnonzero(nearer)
        at, w, number = at.take(some), w.take(some), number.take(some)
        np.maximum.at(inverse_depth, at, w)
        # Of equally near ones, the first is written last.
        seen = np.flatnonzero(w == inverse_depth.take(at))[::-1]
        surface[at.take(seen)] = number.take(seen)

    def curved(self, curves: CurvedSet) -> None:
        """Draw curved surfaces where they are nearer than previous ones."""
        terms = CurvedTerms.of(curves, self._top, self._bottom)
        # Whole boxes decide, so that a pixel does not depend on the rows that are drawn with it.
        area = (curves.box[:, 2:] - curves.box[:, :2] + 1).prod(axis=1)
        is_large = area > _LARGE_CURVED_PIXELS
        rows = terms.rows
        length = np.maximum(rows.last - rows.first + 1, 0)
        small = np.flatnonzero((length > 0) & ~is_large.take(rows.which))
        batch = np.cumsum(length.take(small)) // _BATCH_PIXELS
        for number in range(int(batch[-1]) + 1 if len(batch) else 0):
            self._draw_curved(terms, small[batch == number])
        for one in np.flatnonzero(is_large).tolist():
            self._draw_large(terms, one)

    def _draw_large(self, terms: CurvedTerms, one: int) -> None:
        """Draw one surface over the rows and columns that its rays may meet."""
        start, stop = terms.row_start[one : one + 2].tolist()
        step = max(1, _BATCH_PIXELS // max(1, self._w.shape[1]))
        for begin in range(start, stop, step):
            first, last = (
                terms.rows.first[begin : begin + step],
                terms.rows.last[begin : begin + step],
            )
            met = np.flatnonzero(first[: stop - begin] <= last[: stop - begin])
            if len(met):
                rows = slice(begin + int(met[0]), begin + int(met[-1]) + 1)
                columns = slice(int(first[met].min()), int(last[met].max()) + 1)
                self._draw_part(terms, one, rows, columns)

    def _draw_part(self, terms: CurvedTerms, one: int, part: slice, across: slice) -> None:
        rows, columns = terms.rows, terms.columns
        shift = int(terms.column_start[one])
        place = slice(across.start + shift, across.stop + shift)
        square = rows.mixed[part, None] * columns.u[place]
        square += rows.down[part, None]
        square += columns.across[place]
        met = square >= 0
        if not cv2.hasNonZero(met.view(np.uint8)):
            return
        at_least_0(square)
        half = cv2.sqrt(square)
        base = rows.base[part, None] + columns.base[place]
        bounded = bool(terms.bounded[one])
        scaled = rows.height[part, None] + columns.height[place] if bounded else None
        y = slice(int(rows.y[part.start]) - self._top, int(rows.y[part.stop - 1]) + 1 - self._top)
        w = self._w[y, across]
        for inverse in (base + half, base - half)[: 1 + int(terms.both[one])]:
            nearer = inverse > w
            nearer &= met
            if not cv2.hasNonZero(nearer.view(np.uint8)):
                break  # the other side is farther
            nearer &= inverse < 1 / NEAR_M
            if scaled is not None:
                nearer &= scaled + rows.low[part.start] * inverse >= 0
                nearer &= scaled + rows.high[part.start] * inverse <= 0
            self._put(y, across, inverse, nearer, terms.number[one])

    def _draw_curved(self, terms: CurvedTerms, chosen: Int) -> None:
        """Draw some rows of several surfaces together."""
        rows, columns = terms.rows, terms.columns
        first, which = rows.first.take(chosen), rows.which.take(chosen)
        row, x = counted(first, rows.last.take(chosen) - first + 1)
        column = x + terms.column_start.take(which).take(row)
        row_of = chosen.take(row)
        square = rows.mixed.take(row_of) * columns.u.take(column)
        square += rows.down.take(row_of)
        square += columns.across.take(column)
        met = square >= 0
        at_least_0(square)
        half = cv2.sqrt(square).ravel()
        base = rows.base.take(row_of) + columns.base.take(column)
        scaled = rows.height.take(row_of) + columns.height.take(column)
        low, high = rows.low.take(row_of), rows.high.take(row_of)

        def inside(inverse: Float32) -> Bool:
            within = inverse < 1 / NEAR_M
            within &= met
            within &= scaled + low * inverse >= 0
            within &= scaled + high * inverse <= 0
            return within

        inverse = base + half
        seen = inside(inverse)
        both = terms.both.take(which)
        if both.any():
            far = base - half
            behind = inside(far) & ~seen & both.take(row)
            np.copyto(inverse, far, where=behind)
            seen |= behind
        some = np.flatnonzero(seen)
        at = x + ((rows.y.take(chosen) - self._top) * self._w.shape[1]).take(row)
        number = terms.number.take(which).take(row)
        self._settle(at.take(some), inverse.take(some), number.take(some))


def _in_parts(boxes: Int, whole: Bool) -> Int:
    """`boxes`, as of FlatSpans, cut into parts whose arrays fit the cache, but for the `whole`."""
    rows, width = boxes[:, 2] - boxes[:, 1], boxes[:, 4] - boxes[:, 3]
    step = np.where(whole, rows, np.maximum(_BATCH_PIXELS // width, 1))
    which, begin = counted(np.zeros(len(boxes), np.intp), -(-rows // step))
    parts, step = boxes[which], step[which]
    stop, begin = parts[:, 2].copy(), begin * step
    parts[:, 1] += begin
    parts[:, 2] = np.minimum(parts[:, 1] + step, stop)
    parts[:, 5] += begin
    return parts


@dataclass(frozen=True, slots=True, eq=False)
class _Outlines:
    """How the masks of cutouts lie in boxes of the picture, n of them.

    Attributes
    ----------
    cutout
        Per box the texture whose mask it is, or -1.
    level
        Per box the halving that suits its size in the picture.
    to_mask
        (n, 3, 3) from pixels of the box to those of the mask.
    """

    cutout: list[int]
    level: list[int]
    to_mask: Float64

    @staticmethod
    def of(flats: FlatSet, boxes: Int) -> _Outlines:
        """The outlines in `boxes`, as of FlatSpans."""
        i, x0, y0 = boxes[:, 0], boxes[:, 3], boxes[:, 5]
        extent = np.maximum(flats.box[i, 2:] - flats.box[i, :2], 1).max(axis=1, initial=1)
        level = np.floor(np.log2(SIZE / extent)).clip(0, LEVELS - 2).astype(np.intp)
        plane = flats.plane[i, None]
        card = (SIZE >> level)[:, None, None] * flats.card[i] - 0.5 * plane
        to_mask = np.concatenate([card, plane], axis=1)
        to_mask[..., 2] += to_mask[..., 0] * x0[:, None] + to_mask[..., 1] * y0[:, None]
        return _Outlines(flats.cutout[i].tolist(), level.tolist(), to_mask)

    def inside(self, atlas: TextureAtlas, n: int, shape: tuple[int, ...]) -> Bool:
        """(rows, columns) where the mask of box `n` is set."""
        warped = cv2.warpPerspective(
            atlas.masks[self.cutout[n]][self.level[n]],
            self.to_mask[n],
            (shape[1], shape[0]),
            flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        inside: Bool = warped > 127
        return inside
