"""Flow to the previous frame, and visibility there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.geometry import Intrinsics
from models.opencv import cv2
from models.scenes.runs import SurfaceRuns
from models.scenes.scene import Float64

Float32 = NDArray[np.float32]
_TOLERANCE = np.float32(0.02)


@dataclass(frozen=True, slots=True, eq=False)
class VisibleSurfaces:
    """What a picture shows.

    Attributes
    ----------
    inverse_depth
        (H, W) float32.
    surface
        (H, W) uint16.
    body_to_camera
        (bodies + 1, 4, 4) poses of bodies; the first is the world's, for the sky.
    """

    inverse_depth: Float32
    surface: NDArray[np.uint16]
    body_to_camera: Float64


def correspond(
    now: VisibleSurfaces,
    before: VisibleSurfaces,
    body: NDArray[np.intp],
    k: Intrinsics,
    top: int,
    bottom: int,
) -> tuple[Float32, NDArray[np.bool_]]:
    """Flow (rows, W, 2) to the previous picture and covisibility (rows, W) of rows [top, bottom).

    A point is covisible if it lands inside the previous picture on the same surface, or within two
    per cent of the depth there.

    Parameters
    ----------
    now, before
        Both pictures.
    body
        (S,) body of each surface, -1 for the sky.
    k
        Intrinsics of both.
    top, bottom
        Range of rows.
    """
    w = now.inverse_depth[top:bottom]
    surface = now.surface[top:bottom]
    x, y, z = _carry(now, before, body, k, top, w, surface)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        scale = 1 / z
        x *= scale
        y *= scale
        then = w * scale
    ahead = z > np.float32(1e-6)
    x *= np.float32(k.fx)
    x += np.float32(k.cx)
    y *= np.float32(k.fy)
    y += np.float32(k.cy)
    flow = np.empty((*w.shape, 2), np.float32)
    np.subtract(x, np.arange(k.width, dtype=np.float32), out=flow[..., 0])
    np.subtract(y, np.arange(top, bottom, dtype=np.float32)[:, None], out=flow[..., 1])
    if not ahead.all():
        flow[~ahead] = 0
    inside = ahead & (x >= -0.5) & (x < k.width - 0.5) & (y >= -0.5) & (y < k.height - 0.5)
    column, row = (np.where(inside, np.floor(a + np.float32(0.5)), np.float32(-1)) for a in (x, y))
    w_before = cv2.remap(before.inverse_depth, column, row, cv2.INTER_NEAREST)
    same = cv2.remap(before.surface, column, row, cv2.INTER_NEAREST) == surface
    same |= np.abs(then - w_before) <= _TOLERANCE * then
    same &= inside
    return flow, same


def _carry(
    now: VisibleSurfaces,
    before: VisibleSurfaces,
    body: NDArray[np.intp],
    k: Intrinsics,
    top: int,
    w: Float32,
    surface: NDArray[np.uint16],
) -> tuple[Float32, Float32, Float32]:
    """Each pixel's point in the previous camera's axes, divided by its depth now.

    After the division the sky, at w = 0, is no special case.
    """
    moved = before.body_to_camera @ np.linalg.inv(now.body_to_camera)
    x = ((np.arange(k.width) - k.cx) / k.fx).astype(np.float32)
    y = ((np.arange(top, top + len(w)) - k.cy) / k.fy).astype(np.float32)[:, None]
    still = moved[0].astype(np.float32)
    out = []
    for r in range(3):
        total = still[r, 0] * x + (still[r, 1] * y + still[r, 2])
        total += still[r, 3] * w
        out.append(total)
    differs = np.abs(moved - moved[0]).max(axis=(1, 2)) > 1e-12
    runs = SurfaceRuns.of(surface)
    moving = runs.some(differs[body + 1].take(runs.surface))
    if len(moving):
        which = (body + 1).take(moving.surface)
        where, column = moving.pixels()
        px, pw = x.take(column), w.ravel().take(where)
        py = moving.filled(y.ravel().take(moving.row))
        table = moved[:, :3].reshape(-1, 12).T.astype(np.float32)
        for r in range(3):
            a, b, c, d = (moving.filled(table[4 * r + j].take(which)) for j in range(4))
            out[r].ravel()[where] = a * px + b * py + c + d * pw
    return out[0], out[1], out[2]
