"""Geometry of a rendered clip that repeats: exact disparity, poses and flow, without rendering.

A file holds, for each frame, which surface each pixel shows, as runs along the rows, and the poses
of camera and bodies. Inverse depth follows from them in closed form: it is affine in the pixel's
coordinates on a plane, and one of two roots on a curved surface. Nothing is quantised.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.geometry import Intrinsics

if TYPE_CHECKING:  # importing the renderer takes longer than opening a loop
    from models.scenes.correspondence import VisibleSurfaces
    from models.scenes.renderer import RenderedFrame
    from models.scenes.scene import Scene

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    """Runs of pixels that show one surface; n of them, each within a row, in reading order.

    Attributes
    ----------
    code
        (n,) 0 is the sky; then come flat surfaces, curved ones, and the far sides of curved ones.
    row
        (n,) int64.
    first
        (n,) int64 index of the first pixel, counted through all rows.
    length
        (n,) int64 pixels.
    """

    code: NDArray[np.int64]
    row: NDArray[np.int64]
    first: NDArray[np.int64]
    length: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SceneLoop:
    """The geometry of N frames; the first follows the last. Made by `SceneLoopWriter`.

    Attributes
    ----------
    camera
        (4,) fx, fy, cx, cy in pixels.
    size
        (2,) int64 width, height.
    fps
        () float64 frames per second.
    camera_to_world
        (N, 4, 4); camera x right, y down, z forward; metres.
    body_to_world
        (N, B, 4, 4).
    body
        (1 + P + K,) int64 body of each surface, -1 for the sky, surface 0.
    planes
        (P, 4) n, d of flat surfaces, n . X = d in the axes of their bodies.
    forms
        (K, 4, 4) of curved surfaces, X'FX = 0 in the axes of their bodies.
    packed, ends
        (bytes,) uint8 and (N,) int64: each frame's runs, and where they end.
    """

    camera: Float64
    size: NDArray[np.int64]
    fps: Float64
    camera_to_world: Float64
    body_to_world: Float64
    body: NDArray[np.int64]
    planes: Float64
    forms: Float64
    packed: NDArray[np.uint8]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ends)

    @staticmethod
    def load(path: Path) -> SceneLoop:
        """Read a file that `save` wrote."""
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return SceneLoop(**{field.name: arrays[field.name] for field in fields(SceneLoop)})

    def save(self, path: Path) -> None:
        """Write everything into one .npz file."""
        with path.open("wb") as file:
            np.savez(file, **{field.name: getattr(self, field.name) for field in fields(self)})

    @cached_property
    def intrinsics(self) -> Intrinsics:
        """Of the camera, the same for all frames."""
        fx, fy, cx, cy = self.camera.tolist()
        width, height = self.size.tolist()
        return Intrinsics(fx, fy, cx, cy, width, height)

    def disparity(self, index: int) -> Float32:
        """(H, W) float32 1/depth of frame `index`, 1/m, 0 in the sky."""
        return self._inverse_depth(index, self._runs(index))

    def surfaces(self, index: int) -> VisibleSurfaces:
        """What frame `index` shows, as the renderer states it."""
        from models.scenes.correspondence import VisibleSurfaces

        runs, curved = self._runs(index), len(self.forms)
        sides = np.where(runs.code >= len(self.body), runs.code - curved, runs.code)
        surface = np.repeat(sides.astype(np.uint16), runs.length)
        bodies = self._body_to_camera(index)
        sky = np.linalg.inv(self.camera_to_world[index])
        return VisibleSurfaces(
            self._inverse_depth(index, runs),
            surface.reshape(self.size[::-1]),
            np.concatenate([sky[None], bodies]),
        )

    def flow(
        self, now: VisibleSurfaces, before: VisibleSurfaces
    ) -> tuple[Float32, NDArray[np.bool_]]:
        """(H, W, 2) flow in pixels from one frame to another, and (H, W) covisibility."""
        from models.scenes.correspondence import correspond

        return correspond(now, before, self.body, self.intrinsics, 0, int(self.size[1]))

    def _body_to_camera(self, index: int) -> Float64:
        world_to_camera = np.linalg.inv(self.camera_to_world[index])
        moved: Float64 = world_to_camera @ self.body_to_world[index]
        return moved

    def _runs(self, index: int) -> _Runs:
        start = self.ends[index - 1] if index else 0
        pairs = np.frombuffer(
            zlib.decompress(self.packed[start : self.ends[index]].tobytes()), np.uint16
        )
        code, column = pairs.reshape(2, -1).astype(np.int64)
        row = np.cumsum(column == 0) - 1
        first = row * self.size[0] + column
        length = np.diff(first, append=self.size[0] * self.size[1])
        return _Runs(code, row, first, length)

    def _inverse_depth(self, index: int, runs: _Runs) -> Float32:
        bodies, flat = self._body_to_camera(index), len(self.planes)
        # Curved runs are filled in below; the table gives them the sky's zero meanwhile.
        table = np.zeros((1 + flat + 2 * len(self.forms), 3))
        table[1 : 1 + flat] = self._affine(bodies)
        slope, down, base = table[runs.code].T
        base = (base + down * runs.row).astype(np.float32)
        w = np.repeat(slope.astype(np.float32), runs.length)
        w *= self._columns
        w += np.repeat(base, runs.length)
        self._fill_curved(w, bodies, runs)
        return w.reshape(self.size[::-1])

    @cached_property
    def _columns(self) -> Float32:
        return np.tile(np.arange(self.size[0], dtype=np.float32), self.size[1])

    @cached_property
    def _to_ray(self) -> Float64:
        fx, fy, cx, cy = self.camera.tolist()
        return np.array([[1 / fx, 0, -cx / fx], [0, 1 / fy, -cy / fy], [0, 0, 1.0]])

    def _affine(self, bodies: Float64) -> Float64:
        """(P, 3) c of flat surfaces: inverse depth is c . (column, row, 1)."""
        poses = bodies[self.body[1 : 1 + len(self.planes)]]
        normal = np.einsum("pij,pj->pi", poses[:, :3, :3], self.planes[:, :3])
        distance = self.planes[:, 3] + np.einsum("pi,pi->p", normal, poses[:, :3, 3])
        distance[np.abs(distance) < 1e-12] = 1e-12  # seen edge on: in no run
        coefficients: Float64 = (normal / distance[:, None]) @ self._to_ray
        return coefficients

    def _fill_curved(self, w: Float32, bodies: Float64, runs: _Runs) -> None:
        """Write curved surfaces into `w`, which is flat: mean +- root of a quadratic function."""
        count, first = len(self.forms), 1 + len(self.planes)
        here = np.flatnonzero(runs.code >= first)
        if len(here) == 0:
            return
        which, far = (runs.code[here] - first) % count, runs.code[here] >= first + count
        root, mean = self._quadratics(bodies)
        root, mean = root[which], mean[which]
        y, length = runs.row[here], runs.length[here]
        a = root[:, 0, 0]
        b = 2 * (root[:, 0, 1] * y + root[:, 0, 2])
        c = (root[:, 1, 1] * y + 2 * root[:, 1, 2]) * y + root[:, 2, 2]
        start = mean[:, 1] * y + mean[:, 2]
        sign = np.where(far, -1.0, 1.0)
        within = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        at = within + np.repeat(runs.first[here], length)
        x = at - np.repeat(y * self.size[0], length)
        a, b, c, p, q, sign = (np.repeat(v, length) for v in (a, b, c, mean[:, 0], start, sign))
        w[at] = p * x + q + sign * np.sqrt(np.maximum((a * x + b) * x + c, 0))

    def _quadratics(self, bodies: Float64) -> tuple[Float64, Float64]:
        """(K, 3, 3) R and (K, 3) m: inverse depth is m . p +- sqrt(p'Rp), p = (column, row, 1)."""
        inverse = np.linalg.inv(bodies[self.body[1 + len(self.planes) :]])
        form = np.swapaxes(inverse, 1, 2) @ self.forms @ inverse
        b, c = form[:, :3, 3], form[:, 3, 3]
        c = np.where(np.abs(c) < 1e-9, 1e-9, c)
        root = np.einsum("pi,pj->pij", b, b) - c[:, None, None] * form[:, :3, :3]
        root = self._to_ray.T @ (root / (c**2)[:, None, None]) @ self._to_ray
        return root, -(b / c[:, None]) @ self._to_ray


class SceneLoopWriter:
    """Collects the geometry of rendered frames.

    Parameters
    ----------
    scene
        The scene that they show.
    fps
        Frames per second.
    """

    def __init__(self, scene: Scene, fps: float) -> None:
        planars, quadrics = scene.planars, scene.quadrics
        corners = planars.corners
        normal = np.cross(corners[:, 3] - corners[:, 0], corners[:, 1] - corners[:, 0])
        distance = np.einsum("pi,pi->p", normal, corners[:, 0])
        inverse = np.linalg.inv(quadrics.frame)
        self._scene = scene
        self._fps = fps
        self._body = np.concatenate([[-1], planars.body, quadrics.body]).astype(np.int64)
        self._planes = np.concatenate([normal, distance[:, None]], axis=1)
        self._forms = np.swapaxes(inverse, 1, 2) @ quadrics.form @ inverse
        self._cameras: list[Float64] = []
        self._bodies: list[Float64] = []
        self._packed: list[bytes] = []

    def add(self, frame: RenderedFrame, time_s: float) -> None:
        """Append a frame of the scene at `time_s`."""
        self._cameras.append(frame.camera_to_world)
        self._bodies.append(self._scene.body_to_world(time_s))
        surface = frame.surface.astype(np.int64)
        far_side = np.where(surface > len(self._planes), surface + len(self._forms), surface)
        near, far = (
            self._loop(frame, [_pack(codes)], self._cameras[-1:], self._bodies[-1:]).disparity(0)
            for codes in (surface, far_side)
        )
        is_far = np.abs(far - frame.disparity) < np.abs(near - frame.disparity)
        self._packed.append(_pack(np.where(is_far, far_side, surface)))
        self._last = frame

    def finish(self) -> SceneLoop:
        """The loop of all frames added; at least one."""
        return self._loop(self._last, self._packed, self._cameras, self._bodies)

    def _loop(
        self,
        frame: RenderedFrame,
        packed: list[bytes],
        cameras: list[Float64],
        bodies: list[Float64],
    ) -> SceneLoop:
        k = frame.intrinsics
        return SceneLoop(
            np.array([k.fx, k.fy, k.cx, k.cy]),
            np.array([k.width, k.height], np.int64),
            np.array(self._fps),
            np.stack(cameras),
            np.stack(bodies),
            self._body,
            self._planes,
            self._forms,
            np.frombuffer(b"".join(packed), np.uint8),
            np.cumsum([len(one) for one in packed]),
        )


def _pack(codes: NDArray[np.int64]) -> bytes:
    """The runs of (H, W) codes, compressed: all codes, then all first columns, as uint16."""
    begins = np.ones(codes.shape, np.bool_)
    begins[:, 1:] = codes[:, 1:] != codes[:, :-1]
    column = np.nonzero(begins)[1]
    return zlib.compress(np.stack([codes[begins], column]).astype("<u2").tobytes(), 9)
