"""Builder of scenes: places solids with materials on bodies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from models.scenes.atlas import TextureAtlas
from models.scenes.motion import CameraPath, Matrix, Motion, Point, cross, pose
from models.scenes.scene import Body, Float64, Lighting, Material, Planars, Quadrics, Scene
from models.scenes.textures import Rng

_BALL = np.diag([1.0, 1, 1, -1])


class SceneBuilder:
    """Collects surfaces, then builds a Scene.

    Everything is placed in the current frame, which at() and moving() change temporarily. A frame's
    z axis is up; things face its -y side.
    """

    def __init__(self, rng: Rng, atlas: TextureAtlas) -> None:
        self.rng = rng
        self.atlas = atlas
        self.frame: Matrix = np.eye(4)
        self._body = 0
        self._bodies = [Body(np.eye(4))]
        self._flat: list[tuple[int, Float64, bool, bool, int, bool]] = []
        self._flat_materials: list[Material] = []
        self._curved: list[
            tuple[int, Matrix, Float64, float, float, float, float, bool, bool, bool]
        ] = []
        self._curved_materials: list[Material] = []
        self.casts = True

    @contextmanager
    def at(self, x: float, y: float, z: float = 0.0, yaw: float = 0.0) -> Iterator[None]:
        """Place what follows at (x, y, z), turned by `yaw`."""
        with self.within(pose(x, y, z, yaw)):
            yield

    @contextmanager
    def within(self, matrix: Matrix) -> Iterator[None]:
        """Place what follows by a (4, 4) rigid transform."""
        kept = self.frame
        self.frame = kept @ matrix
        try:
            yield
        finally:
            self.frame = kept

    @contextmanager
    def moving(self, motion: Motion) -> Iterator[None]:
        """Put what follows on a new body that moves about the current frame."""
        kept = self.frame, self._body
        self._bodies.append(Body(self.frame, motion, self._body))
        self._body = len(self._bodies) - 1
        self.frame = np.eye(4)
        try:
            yield
        finally:
            self.frame, self._body = kept

    @contextmanager
    def shadowless(self) -> Iterator[None]:
        """What follows casts no shadow."""
        kept, self.casts = self.casts, False
        try:
            yield
        finally:
            self.casts = kept

    @contextmanager
    def discarding(self, is_discarded: bool = True) -> Iterator[None]:
        """Leave out what follows; random numbers and bodies are used up as if it were there."""
        kept = len(self._flat), len(self._curved)
        yield
        if is_discarded:
            del self._flat[kept[0] :], self._flat_materials[kept[0] :]
            del self._curved[kept[1] :], self._curved_materials[kept[1] :]

    def quad(
        self,
        corners: Sequence[Point | Float64],
        material: Material,
        two_sided: bool = False,
        disc: bool = False,
        cutout: int = -1,
    ) -> None:
        """A flat surface: top left, top right, bottom right, bottom left as seen from outside."""
        moved = np.array(corners, np.float64) @ self.frame[:3, :3].T + self.frame[:3, 3]
        casts = self.casts and material.clear == 0
        self._flat.append((self._body, moved, two_sided, disc, cutout, casts))
        self._flat_materials.append(material)

    def floor(
        self, x0: float, y0: float, x1: float, y1: float, z: float, material: Material
    ) -> None:
        """A horizontal rectangle facing up."""
        self.quad([(x0, y1, z), (x1, y1, z), (x1, y0, z), (x0, y0, z)], material)

    def ceiling(
        self, x0: float, y0: float, x1: float, y1: float, z: float, material: Material
    ) -> None:
        """A horizontal rectangle facing down."""
        self.quad([(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)], material)

    def panel(
        self,
        centre: Point,
        width: float,
        height: float,
        material: Material,
        yaw: float = 0.0,
        tilt: float = 0.0,
        two_sided: bool = False,
        cutout: int = -1,
    ) -> None:
        """An upright rectangle facing -y, turned by `yaw`, its top leaning back by `tilt`."""
        c, s = math.cos(tilt), math.sin(tilt)
        with self.at(*centre, yaw):
            w, h = width / 2, height / 2
            corners = [
                (-w, h * s, h * c),
                (w, h * s, h * c),
                (w, -h * s, -h * c),
                (-w, -h * s, -h * c),
            ]
            self.quad(corners, material, two_sided, cutout=cutout)

    def box(
        self,
        centre: Point,
        size: Point,
        material: Material,
        yaw: float = 0.0,
        top: Material | None = None,
        front: Material | None = None,
    ) -> None:
        """A box; `front` is its -y face."""
        x, y, z = (s / 2 for s in size)
        with self.at(*centre, yaw):
            a, b, c, d = (-x, -y), (x, -y), (x, y), (-x, y)
            for i, (left, right) in enumerate(((a, b), (b, c), (c, d), (d, a))):
                skin = front if front is not None and i == 0 else material
                self.quad([(*left, z), (*right, z), (*right, -z), (*left, -z)], skin)
            self.quad([(*d, z), (*c, z), (*b, z), (*a, z)], top or material)
            self.quad([(*a, -z), (*b, -z), (*c, -z), (*d, -z)], material)

    def block(
        self,
        x: float,
        y: float,
        z: float,
        size: Point,
        material: Material,
        yaw: float = 0.0,
        top: Material | None = None,
        front: Material | None = None,
    ) -> None:
        """A box that stands on (x, y, z)."""
        self.box((x, y, z + size[2] / 2), size, material, yaw, top, front)

    def disc(self, centre: Point, radius: float, material: Material, up: bool = True) -> None:
        """A horizontal disc."""
        x, y, z = centre
        r = radius
        corners = [(x - r, y + r, z), (x + r, y + r, z), (x + r, y - r, z), (x - r, y - r, z)]
        self.quad(corners if up else corners[::-1], material, disc=True)

    def ball(
        self, centre: Point, radii: float | Point, material: Material, turn: Matrix | None = None
    ) -> None:
        """A sphere or an ellipsoid."""
        frame = np.eye(4) if turn is None else turn.copy()
        frame[:3, :3] = frame[:3, :3] @ np.diag(np.broadcast_to(np.asarray(radii, np.float64), 3))
        frame[:3, 3] = centre
        self._add(self.frame @ frame, _BALL, -1.0, 1.0, 1.0, 1.0, True, False, material)

    def rod(
        self,
        base: Point,
        tip: Point,
        radius: float,
        material: Material,
        tip_radius: float | None = None,
        capped: bool = True,
        squash: float = 1.0,
    ) -> None:
        """A cylinder, or a cut cone if `tip_radius` differs; open ones show their inside.

        Parameters
        ----------
        squash
            Width across the frame's y over width across x.
        """
        end = radius if tip_radius is None else tip_radius
        axis = np.subtract(tip, base).astype(np.float64)
        length = float(np.linalg.norm(axis))
        axis /= length
        side = np.array([1.0, 0, 0]) if abs(axis[0]) < 0.9 else np.array([0.0, 1, 0])
        across = cross(axis, side)
        across /= np.linalg.norm(across)
        frame = np.eye(4)
        frame[:3, :3] = np.stack([cross(across, axis), across * squash, axis * length], axis=1)
        frame[:3, 3] = base
        slope = end - radius
        form = np.diag([1.0, 1, -slope * slope, -radius * radius])
        form[2, 3] = form[3, 2] = -slope * radius
        world = self.frame @ frame
        self._add(world, form, 0.0, 1.0, radius, end, False, not capped, material)
        if capped:
            self._caps(frame, radius, end, material)

    def _caps(self, frame: Matrix, radius: float, end: float, material: Material) -> None:
        square = np.array([(-1.0, 1), (1, 1), (1, -1), (-1, -1)])
        for level, r in ((0.0, radius), (1.0, end)):
            if r < 1e-6:
                continue
            flat = square if level else square[::-1]
            corners = [frame[:3, :3] @ (r * u, r * v, level) + frame[:3, 3] for u, v in flat]
            self.quad(corners, material, disc=True)

    def _add(
        self,
        frame: Matrix,
        form: Float64,
        low: float,
        high: float,
        low_radius: float,
        high_radius: float,
        ball: bool,
        is_open: bool,
        material: Material,
    ) -> None:
        row = (
            self._body,
            frame,
            form,
            low,
            high,
            low_radius,
            high_radius,
            ball,
            is_open,
            self.casts,
        )
        self._curved.append(row)
        self._curved_materials.append(material)

    def build(
        self,
        kind: str,
        seed: int,
        lighting: Lighting,
        camera: CameraPath,
        fov_deg: float,
        extent: tuple[float, float, float, float],
        wall_m: float = 0.0,
    ) -> Scene:
        """Build the scene from everything that was placed."""
        flat, curved = self._flat, self._curved
        planars = Planars(
            np.array([f[0] for f in flat], np.intp),
            np.array([f[1] for f in flat]).reshape(-1, 4, 3),
            np.array([f[2] for f in flat], np.bool_),
            np.array([f[3] for f in flat], np.bool_),
            np.array([f[4] for f in flat], np.intp),
            np.array([f[5] for f in flat], np.bool_),
        )
        quadrics = Quadrics(
            np.array([c[0] for c in curved], np.intp),
            np.array([c[1] for c in curved]).reshape(-1, 4, 4),
            np.array([c[2] for c in curved]).reshape(-1, 4, 4),
            np.array([c[3] for c in curved], np.float64),
            np.array([c[4] for c in curved], np.float64),
            np.array([c[5:7] for c in curved], np.float64).reshape(-1, 2),
            np.array([c[7] for c in curved], np.bool_),
            np.array([c[8] for c in curved], np.bool_),
            np.array([c[9] for c in curved], np.bool_),
        )
        materials = (*self._flat_materials, *self._curved_materials)
        return Scene(
            kind,
            seed,
            tuple(self._bodies),
            planars,
            quadrics,
            materials,
            lighting,
            camera,
            fov_deg,
            extent,
            wall_m,
            self.atlas,
        )
