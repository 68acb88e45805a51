"""Surfaces in pixel coordinates: the coefficients that the raster evaluates.

In w = 1/z, the inverse depth, a plane is affine in the pixel's coordinates, and a quadric is an
affine term plus the root of a quadratic one. All surfaces are prepared together, in float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.geometry import Intrinsics
from models.scenes.scene import Planars, Quadrics

Float64 = NDArray[np.float64]
NEAR_M = 0.05
FAR_M = 2000.0


def pixel_to_ray(k: Intrinsics) -> Float64:
    """(3, 3) matrix from (column, row, 1) to a ray with z = 1 in camera axes."""
    return np.array([[1 / k.fx, 0, -k.cx / k.fx], [0, 1 / k.fy, -k.cy / k.fy], [0, 0, 1.0]])


@dataclass(frozen=True, slots=True, eq=False)
class FlatSet:
    """The flat surfaces in view, in pixel coordinates; n of them.

    Attributes
    ----------
    surface
        (n,) index in the scene's surfaces.
    plane
        (n, 3), w = plane . (x, y, 1).
    left, right
        (2, 6, n), inside where left[0] * y + left[1] <= x <= right[0] * y + right[1] for all six.
    box
        (n, 4) x0, y0, x1, y1 inclusive.
    conic
        (n, 3, 3), inside where p' conic p >= 0, of discs.
    disc
        (n,) bool, only the inscribed ellipse is drawn.
    card
        (n, 2, 3) u*w and v*w of cutouts.
    cutout
        (n,) texture whose mask outlines the surface, or -1.
    """

    surface: NDArray[np.uint16]
    plane: Float64
    left: Float64
    right: Float64
    box: NDArray[np.int64]
    conic: Float64
    disc: NDArray[np.bool_]
    card: Float64
    cutout: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class CurvedSet:
    """The curved surfaces in view, in pixel coordinates; n of them.

    Attributes
    ----------
    surface
        (n,) index in the scene's surfaces.
    root, slope
        (n, 3, 3) and (n, 3): w = slope . p + sqrt(p' root p), p = (x, y, 1) counted from the middle
        of the box, which keeps the quadratic accurate in float32.
    height
        (n, 4): h*w = height[:3] . p + height[3] * w.
    low, high
        (n,) bounds of h.
    bounded
        (n,) whether the bounds apply.
    both
        (n,) whether both sides are visible.
    box
        (n, 4) x0, y0, x1, y1 inclusive.
    """

    surface: NDArray[np.uint16]
    root: Float64
    slope: Float64
    height: Float64
    low: Float64
    high: Float64
    bounded: NDArray[np.bool_]
    both: NDArray[np.bool_]
    box: NDArray[np.int64]


def prepare_flat(
    planars: Planars, body_to_camera: Float64, k: Intrinsics, keep: NDArray[np.bool_]
) -> FlatSet:
    """Convert the flat surfaces in `keep`, (P,) bool, that may be visible to pixel coordinates.

    `body_to_camera` is (bodies, 4, 4).
    """
    index = np.flatnonzero(keep)
    corners = _placed(planars.corners[index], body_to_camera, planars.body[index])
    normal = _cross(corners[:, 3] - corners[:, 0], corners[:, 1] - corners[:, 0])
    distance = _dot(normal, corners[:, 0])
    visible = (distance < 0) | planars.two_sided[index]
    visible &= distance**2 > 1e-14 * _dot(normal, normal)
    box, inside = _boxes(corners, k)
    chosen = np.flatnonzero(visible & inside)
    index, corners, normal = index[chosen], corners.take(chosen, 2), normal.take(chosen, 1)
    to_ray = pixel_to_ray(k)
    plane = np.ascontiguousarray((normal / distance[chosen]).T) @ to_ray
    edges = _cross(corners, corners.take((1, 2, 3, 0), 1))
    edges *= np.sign(_dot(edges, corners.mean(axis=1)))
    edges = np.ascontiguousarray(edges.T) @ to_ray
    near, far = -plane, plane.copy()
    near[:, 2] += 1 / NEAR_M
    far[:, 2] -= 1 / FAR_M
    edges = np.concatenate([edges, near[:, None], far[:, None]], axis=1)
    disc, cutout = planars.disc[index], planars.cutout[index]
    conic, card = np.zeros((len(index), 3, 3)), np.zeros((len(index), 2, 3))
    outlined = np.flatnonzero(disc | (cutout >= 0))
    if len(outlined):
        conic[outlined], card[outlined] = _within(corners.T[outlined], to_ray)
    left, right = _bounds(edges)
    surface = (index + 1).astype(np.uint16)
    return FlatSet(surface, plane, left, right, box[chosen], conic, disc, card, cutout)


def _bounds(edges: Float64) -> tuple[Float64, Float64]:
    """(2, 6, n) columns as functions of the row that bound the inside of all edges."""
    slope, *lines = np.ascontiguousarray(edges.T)
    slope = np.where(np.abs(slope) < 1e-15, 1e-15, slope)
    line = np.stack(lines) / -slope
    rising = slope > 0
    nowhere = np.array([0.0, 1e9])[:, None, None]
    return np.where(rising, line, -nowhere), np.where(rising, nowhere, line)


def _placed(points: Float64, poses: Float64, body: NDArray[np.intp]) -> Float64:
    """(3, m, n) x, y and z of (n, m, 3) points of bodies, in the axes that `poses` lead to."""
    x, y, z = np.ascontiguousarray(points.T)
    pose = np.ascontiguousarray(poses.transpose(1, 2, 0)).take(body, 2)
    return np.stack([(a * x + c * z + b * y) + d for a, b, c, d in pose[:3]])


def _cross(a: Float64, b: Float64) -> Float64:
    """(3, ...) vector products."""
    return np.stack(
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    )


def _dot(a: Float64, b: Float64) -> Float64:
    """(...) scalar products of (3, ...) vectors."""
    product: Float64 = a[0] * b[0] + a[2] * b[2] + a[1] * b[1]
    return product


def _boxes(corners: Float64, k: Intrinsics) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(n, 4) pixel bounds of (3, 4, n) polygons, and whether they touch the picture at all."""
    x, y, z = corners
    ahead = z > NEAR_M
    safe = np.where(ahead, z, 1.0)
    x = x / safe * k.fx + k.cx
    y = y / safe * k.fy + k.cy
    whole = ahead.all(axis=0)
    low = np.where(whole, [x.min(axis=0), y.min(axis=0)], 0.0)
    high = np.where(whole, [x.max(axis=0), y.max(axis=0)], [[k.width], [k.height]])
    return _clip_boxes(low, high, np.asarray(ahead.any(axis=0)), k)


def _clip_boxes(
    low: Float64, high: Float64, inside: NDArray[np.bool_], k: Intrinsics
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(n, 4) from (2, n) corners."""
    last = np.array([[k.width - 1], [k.height - 1]], np.float64)
    low = np.ceil(np.minimum(np.maximum(low - 1e-6, 0), last + 1))
    high = np.floor(np.minimum(np.maximum(high + 1e-6, -1), last))
    box = np.ascontiguousarray(np.concatenate([low, high]).T).astype(np.int64)
    return box, inside & (low <= high).all(axis=0)


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


def prepare_curved(
    quadrics: Quadrics, body_to_camera: Float64, k: Intrinsics, keep: NDArray[np.bool_], first: int
) -> CurvedSet:
    """Convert the curved surfaces in `keep`, (K,) bool, that may be visible to pixel coordinates.

    `body_to_camera` is (bodies, 4, 4); `first` is the index of the first curved surface among all
    surfaces.
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
    shift = np.tile(np.eye(3), (len(index), 1, 1))
    shift[:, 0, 2], shift[:, 1, 2] = (box[:, 0] + box[:, 2]) // 2, (box[:, 1] + box[:, 3]) // 2
    root = np.swapaxes(shift, 1, 2) @ root @ shift
    slope = np.einsum("pi,pij->pj", -(b / c[:, None]) @ to_ray, shift)
    height = np.einsum("pi,pij->pj", inverse[:, 2, :3] @ to_ray, shift)
    height = np.concatenate([height, inverse[:, 2, 3:]], axis=1)
    both = quadrics.open[index] | (np.ptp(quadrics.radii[index], axis=1) > 1e-9)
    return CurvedSet(
        (index + first).astype(np.uint16),
        root,
        slope,
        height,
        quadrics.low[index],
        quadrics.high[index],
        ~quadrics.ball[index],
        both,
        box,
    )


@lru_cache(maxsize=4)
def _duals(quadrics: Quadrics) -> Float64:
    """(K, 2, 4, 4) dual conics of balls, twice, or of both ends of cones, in their own frames."""
    ball = quadrics.ball
    duals = np.zeros((len(ball), 2, 4, 4))
    for end, level in enumerate((quadrics.low, quadrics.high)):
        centre = np.stack([level * 0, level * 0, np.where(ball, 0, level), level * 0 + 1], -1)
        squared = quadrics.radii[:, end] ** 2
        duals[:, end, 0, 0] = duals[:, end, 1, 1] = np.where(ball, 1.0, squared)
        duals[:, end, 2, 2] = np.where(ball, 1.0, 0.0)
        duals[:, end] -= np.einsum("pi,pj->pij", centre, centre)
    return duals


def _quadric_boxes(
    quadrics: Quadrics, index: NDArray[np.intp], frames: Float64, k: Intrinsics
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(n, 4) pixel bounds from the dual conics of a ball, or of the two ends of a cone."""
    duals = _duals(quadrics)[index]
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
    low = np.where(whole, [bounds[0][0], bounds[1][0]], 0.0)
    high = np.where(whole, [bounds[0][1], bounds[1][1]], [[k.width], [k.height]])
    return _clip_boxes(low, high, (depth + spread > NEAR_M).any(axis=1), k)
