"""Which surface each pixel sees, and how far it is: closed-form rays against every surface.

Works in w = 1/z, the inverse depth: on a plane w is affine in the pixel's coordinates, and on a
quadric it is an affine term plus the root of a quadratic one, so a surface costs a handful of
array operations on the pixels it may cover. Coefficients are computed in float64 for all surfaces
at once; pixels are float32. A pixel's value does not depend on the rows drawn with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.geometry import Intrinsics
from models.scenes.atlas import LEVELS, TextureAtlas
from models.scenes.scene import Planars, Quadrics
from models.scenes.textures import SIZE

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
NEAR_M = 0.05
FAR_M = 2000.0


def pixel_to_ray(k: Intrinsics) -> Float64:
    """(3, 3) matrix from (column, row, 1) to a ray with z = 1 in camera axes."""
    return np.array([[1 / k.fx, 0, -k.cx / k.fx], [0, 1 / k.fy, -k.cy / k.fy], [0, 0, 1.0]])


@dataclass(frozen=True, slots=True, eq=False)
class FlatSet:
    """The flat surfaces in view, in pixel coordinates; n of them.

    surface : (n,) index in the scene's surfaces. plane : (n, 3), w = plane . (x, y, 1).
    edges : (n, 6, 3), inside where edges . (x, y, 1) >= 0. box : (n, 4) x0, y0, x1, y1 inclusive.
    conic : (n, 3, 3), inside where p' conic p >= 0, if disc. card : (n, 2, 3) u*w and v*w of cutouts.
    """

    surface: list[int]
    plane: Float64
    edges: Float64
    box: list[list[int]]
    conic: Float64
    disc: list[bool]
    card: Float64
    cutout: list[int]


@dataclass(frozen=True, slots=True, eq=False)
class CurvedSet:
    """The curved surfaces in view, in pixel coordinates; n of them.

    root : (n, 3, 3) and slope : (n, 3): w = slope . p + sqrt(p' root p), p = (x, y, 1).
    height : (n, 4): h*w = height[:3] . p + height[3] * w. low, high : (n,) bounds of h.
    """

    surface: list[int]
    root: Float64
    slope: Float64
    height: Float64
    low: list[float]
    high: list[float]
    bounded: list[bool]
    both: list[bool]
    box: list[list[int]]


def prepare_flat(planars: Planars, body_to_camera: Float64, k: Intrinsics, keep: NDArray[np.bool_]) -> FlatSet:
    """Bring the flat surfaces in `keep` that may be seen into pixel coordinates."""
    index = np.flatnonzero(keep)
    poses = body_to_camera[planars.body[index]]
    corners = np.einsum("pij,pcj->pci", poses[:, :3, :3], planars.corners[index])
    corners += poses[:, None, :3, 3]
    normal = np.cross(corners[:, 3] - corners[:, 0], corners[:, 1] - corners[:, 0])
    distance = np.einsum("pi,pi->p", normal, corners[:, 0])
    size = np.einsum("pi,pi->p", normal, normal)
    seen = (distance < 0) | planars.two_sided[index]
    seen &= distance**2 > 1e-14 * size
    box, inside = _boxes(corners, k)
    chosen = np.flatnonzero(seen & inside)
    index, corners, normal = index[chosen], corners[chosen], normal[chosen]
    to_ray = pixel_to_ray(k)
    plane = (normal / distance[chosen, None]) @ to_ray
    following = np.roll(corners, -1, axis=1)
    edges = np.cross(corners, following)
    edges *= np.sign(np.einsum("pei,pi->pe", edges, corners.mean(axis=1)))[..., None]
    edges = edges @ to_ray
    near, far = -plane, plane.copy()
    near[:, 2] += 1 / NEAR_M
    far[:, 2] -= 1 / FAR_M
    edges = np.concatenate([edges, near[:, None], far[:, None]], axis=1)
    conic, card = _within(corners, to_ray)
    return FlatSet(
        (index + 1).tolist(),
        plane,
        edges,
        box[chosen].tolist(),
        conic,
        planars.disc[index].tolist(),
        card,
        planars.cutout[index].tolist(),
    )


def _boxes(corners: Float64, k: Intrinsics) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(n, 4) pixel bounds of polygons, and whether they touch the picture at all."""
    z = corners[..., 2]
    ahead = z > NEAR_M
    safe = np.where(ahead, z, 1.0)
    x = corners[..., 0] / safe * k.fx + k.cx
    y = corners[..., 1] / safe * k.fy + k.cy
    whole = ahead.all(axis=1)
    low = np.stack([x.min(1), y.min(1)], 1)
    high = np.stack([x.max(1), y.max(1)], 1)
    low[~whole], high[~whole] = 0, (k.width, k.height)
    return _clip_boxes(low, high, ahead.any(axis=1), k)


def _clip_boxes(
    low: Float64, high: Float64, inside: NDArray[np.bool_], k: Intrinsics
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    last = np.array([k.width - 1, k.height - 1], np.float64)
    low = np.ceil(np.clip(low - 1e-6, 0, last + 1))
    high = np.floor(np.clip(high + 1e-6, -1, last))
    box = np.concatenate([low, high], axis=1).astype(np.int64)
    return box, inside & (low <= high).all(axis=1)


def _within(corners: Float64, to_ray: Float64) -> tuple[Float64, Float64]:
    """The inscribed ellipses as conics, and u*w, v*w (0–1 over the surface) of quads."""
    half_u = (corners[:, 1] - corners[:, 0]) / 2
    half_v = (corners[:, 3] - corners[:, 0]) / 2
    centre = corners[:, 0] + half_u + half_v
    frames = np.stack([half_u, half_v, centre], axis=-1)
    determinant = np.linalg.det(frames)
    frames[np.abs(determinant) < 1e-18] = np.eye(3)
    rows = np.linalg.inv(frames) @ to_ray
    s, r, w = rows[:, 0], rows[:, 1], rows[:, 2]
    conic = np.einsum("pi,pj->pij", w, w)
    conic -= np.einsum("pi,pj->pij", s, s) + np.einsum("pi,pj->pij", r, r)
    return conic, np.stack([(s + w) / 2, (r + w) / 2], axis=1)


def prepare_curved(quadrics: Quadrics, body_to_camera: Float64, k: Intrinsics, keep: NDArray[np.bool_], first: int) -> CurvedSet:
    """Bring the curved surfaces in `keep` that may be seen into pixel coordinates.

    first : the index of the first curved surface among all surfaces.
    """
    index = np.flatnonzero(keep)
    frames = body_to_camera[quadrics.body[index]] @ quadrics.frame[index]
    box, inside = _quadric_boxes(quadrics, index, frames, k)
    index, frames, box = index[inside], frames[inside], box[inside]
    inverse = np.linalg.inv(frames)
    form = np.swapaxes(inverse, 1, 2) @ quadrics.form[index] @ inverse
    b, c = form[:, :3, 3], form[:, 3, 3]
    c = np.where(np.abs(c) < 1e-9, 1e-9, c)
    to_ray = pixel_to_ray(k)
    root = np.einsum("pi,pj->pij", b, b) - c[:, None, None] * form[:, :3, :3]
    root = to_ray.T @ (root / (c**2)[:, None, None]) @ to_ray
    height = np.concatenate([inverse[:, 2, :3] @ to_ray, inverse[:, 2, 3:]], axis=1)
    both = quadrics.open[index] | (np.ptp(quadrics.radii[index], axis=1) > 1e-9)
    return CurvedSet(
        (index + first).tolist(),
        root,
        -(b / c[:, None]) @ to_ray,
        height,
        quadrics.low[index].tolist(),
        quadrics.high[index].tolist(),
        (~quadrics.ball[index]).tolist(),
        both.tolist(),
        box.tolist(),
    )


def _quadric_boxes(
    quadrics: Quadrics, index: NDArray[np.intp], frames: Float64, k: Intrinsics
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(n, 4) pixel bounds from the dual conics of a ball, or of the two ends of a cone."""
    count = len(index)
    ball = quadrics.ball[index]
    duals = np.zeros((count, 2, 4, 4))
    for end, level in enumerate((quadrics.low[index], quadrics.high[index])):
        centre = np.stack([level * 0, level * 0, np.where(ball, 0, level), level * 0 + 1], -1)
        squared = quadrics.radii[index, end] ** 2
        duals[:, end, 0, 0] = duals[:, end, 1, 1] = np.where(ball, 1.0, squared)
        duals[:, end, 2, 2] = np.where(ball, 1.0, 0.0)
        duals[:, end] -= np.einsum("pi,pj->pij", centre, centre)
    duals = frames[:, None] @ duals @ np.swapaxes(frames, 1, 2)[:, None]
    camera = np.array([[k.fx, 0, k.cx], [0, k.fy, k.cy], [0, 0, 1.0]])
    image = camera @ duals[..., :3, :3] @ camera.T
    depth = -duals[..., 2, 3]
    spread = np.sqrt(np.maximum(image[..., 2, 2] + depth**2, 0))
    whole = (depth - spread > NEAR_M).all(axis=1)
    denominator = np.where(whole[:, None], image[..., 2, 2], -1.0)
    bounds = []
    for axis in (0, 1):
        middle = image[..., axis, 2] / denominator
        reach = np.sqrt(np.maximum(middle**2 - image[..., axis, axis] / denominator, 0))
        bounds.append(((middle - reach).min(1), (middle + reach).max(1)))
    low = np.stack([bounds[0][0], bounds[1][0]], 1)
    high = np.stack([bounds[0][1], bounds[1][1]], 1)
    low[~whole], high[~whole] = 0, (k.width, k.height)
    return _clip_boxes(low, high, (depth + spread > NEAR_M).any(axis=1), k)


class Raster:
    """Draws prepared surfaces into rows [top, bottom) of a picture of inverse depth and surface.

    inverse_depth : (rows, W) float32, 0 where nothing is. surface : (rows, W) uint16, 0 likewise.
    """

    def __init__(self, top: int, inverse_depth: Float32, surface: NDArray[np.uint16], atlas: TextureAtlas) -> None:
        self._top = top
        self._bottom = top + len(inverse_depth)
        self._w = inverse_depth
        self._surface = surface
        self._atlas = atlas
        self._columns = np.arange(inverse_depth.shape[1], dtype=np.int16)

    def flat(self, flats: FlatSet) -> None:
        """Draw flat surfaces where they are nearer than what is there."""
        for i, (x0, y0, x1, y1) in enumerate(flats.box):
            y0, y1 = max(y0, self._top), min(y1, self._bottom - 1)
            if y0 > y1:
                continue
            rows = np.arange(y0, y1 + 1)
            left, right = _spans(flats.edges[i], rows, x0, x1)
            if flats.disc[i]:
                left, right = _conic_spans(flats.conic[i], rows, left, right)
            filled = np.flatnonzero(left <= right)
            if len(filled) == 0:
                continue
            first, last = int(filled[0]), int(filled[-1]) + 1
            left, right, rows = left[first:last], right[first:last], rows[first:last]
            self._fill(flats, i, rows, left, right)

    def _fill(self, flats: FlatSet, i: int, rows: NDArray[np.int64], left: NDArray[np.int16], right: NDArray[np.int16]) -> None:
        some = left <= right
        x0, x1 = int(left[some].min()), int(right[some].max()) + 1
        y0, y1 = int(rows[0]) - self._top, int(rows[-1]) + 1 - self._top
        target = self._w[y0:y1, x0:x1]
        columns = self._columns[x0:x1]
        a, b, c = flats.plane[i]
        w = np.add.outer((b * rows + c).astype(np.float32), (a * columns).astype(np.float32))
        mask = w > target
        mask &= columns >= left[:, None]
        mask &= columns <= right[:, None]
        if flats.cutout[i] >= 0:
            mask &= self._outline(flats, i, rows, columns, w)
        np.copyto(target, w, where=mask)
        np.copyto(self._surface[y0:y1, x0:x1], np.uint16(flats.surface[i]), where=mask)

    def _outline(self, flats: FlatSet, i: int, rows: NDArray[np.int64], columns: NDArray[np.int16], w: Float32) -> NDArray[np.bool_]:
        (ua, ub, uc), (va, vb, vc) = flats.card[i]
        x0, y0, x1, y1 = flats.box[i]
        extent = max(x1 - x0, y1 - y0, 1)
        level = int(np.clip(np.floor(np.log2(SIZE / extent)), 0, LEVELS - 2))
        outline = self._atlas.masks[flats.cutout[i]][level]
        size = len(outline)
        with np.errstate(all="ignore"):
            scale = size / w
        u = np.add.outer((ub * rows + uc).astype(np.float32), (ua * columns).astype(np.float32))
        v = np.add.outer((vb * rows + vc).astype(np.float32), (va * columns).astype(np.float32))
        column = np.clip(u * scale, 0, size - 1).astype(np.intp)
        row = np.clip(v * scale, 0, size - 1).astype(np.intp)
        return outline[row, column] > 127

    def curved(self, curves: CurvedSet) -> None:
        """Draw curved surfaces where they are nearer than what is there."""
        for i, (x0, y0, x1, y1) in enumerate(curves.box):
            middle = ((x0 + x1) // 2, (y0 + y1) // 2)
            y0, y1 = max(y0, self._top), min(y1, self._bottom - 1)
            if y0 <= y1:
                self._bulge(curves, i, (x0, y0, x1 + 1, y1 + 1), middle)

    def _bulge(self, curves: CurvedSet, i: int, box: tuple[int, int, int, int], middle: tuple[int, int]) -> None:
        x0, y0, x1, y1 = box
        # Coordinates from the middle of the surface keep the quadratic accurate in float32.
        shift = np.array([[1.0, 0, middle[0]], [0, 1, middle[1]], [0, 0, 1]])
        root = shift.T @ curves.root[i] @ shift
        slope = curves.slope[i] @ shift
        x, y = np.arange(x0, x1) - middle[0], np.arange(y0, y1) - middle[1]
        square = np.multiply.outer((2 * root[0, 1] * y).astype(np.float32), x.astype(np.float32))
        square += ((root[1, 1] * y + 2 * root[1, 2]) * y + root[2, 2]).astype(np.float32)[:, None]
        square += ((root[0, 0] * x + 2 * root[0, 2]) * x).astype(np.float32)
        mask = square >= 0
        np.maximum(square, 0, out=square)
        half = np.sqrt(square, out=square)
        base = np.add.outer((slope[1] * y + slope[2]).astype(np.float32), (slope[0] * x).astype(np.float32))
        target = self._w[y0 - self._top : y1 - self._top, x0:x1]
        surface = self._surface[y0 - self._top : y1 - self._top, x0:x1]
        for w in (base + half, base - half) if curves.both[i] else (base + half,):
            visible = mask & (w > target)
            visible &= w < 1 / NEAR_M
            if curves.bounded[i]:
                visible &= _between(curves, i, shift, x, y, w)
            np.copyto(target, w, where=visible)
            np.copyto(surface, np.uint16(curves.surface[i]), where=visible)


def _between(curves: CurvedSet, i: int, shift: Float64, x: NDArray[np.int64], y: NDArray[np.int64], w: Float32) -> NDArray[np.bool_]:
    """Where a curved surface's own height lies within its bounds."""
    a, b, c = curves.height[i, :3] @ shift
    offset = curves.height[i, 3]
    scaled = np.add.outer((b * y + c).astype(np.float32), (a * x).astype(np.float32))
    above: NDArray[np.bool_] = scaled + np.float32(offset - curves.low[i]) * w >= 0
    above &= scaled + np.float32(offset - curves.high[i]) * w <= 0
    return above


def _spans(edges: Float64, rows: NDArray[np.int64], x0: int, x1: int) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """First and last column inside all edges, for each row."""
    slope = edges[:, 0]
    slope = np.where(np.abs(slope) < 1e-15, 1e-15, slope)
    at = (edges[:, 1:2] * rows + edges[:, 2:3]) / -slope[:, None]
    rising = (slope > 0)[:, None]
    left = np.where(rising, at, x0).max(axis=0)
    right = np.where(rising, x1, at).min(axis=0)
    left = np.ceil(np.clip(left, x0, x1 + 1))
    right = np.floor(np.clip(right, x0 - 1, x1))
    return left.astype(np.int16), right.astype(np.int16)


def _conic_spans(
    conic: Float64, rows: NDArray[np.int64], left: NDArray[np.int16], right: NDArray[np.int16]
) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Narrow spans to the inside of an ellipse."""
    a = conic[0, 0]
    if a >= 0:
        return left, right
    b = conic[0, 1] * rows + conic[0, 2]
    c = (conic[1, 1] * rows + 2 * conic[1, 2]) * rows + conic[2, 2]
    square = b * b - a * c
    reach = np.sqrt(np.maximum(square, 0)) / -a
    low = np.clip(np.ceil(b / -a - reach), left, right.astype(np.int32) + 1)
    high = np.clip(np.floor(b / -a + reach), left.astype(np.int32) - 1, right)
    high = np.where(square >= 0, high, low - 1)
    return low.astype(np.int16), high.astype(np.int16)
