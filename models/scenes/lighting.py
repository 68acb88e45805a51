"""The light that reaches each pixel: key light with shadow, fill, sky or ceiling, stains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.opencv import cv2
from models.scenes.lightmaps import LightMaps, MapCamera
from models.scenes.points import Facing, Points, at_least_0, filled_in
from models.scenes.scene import Float64, Lighting, Scene
from models.scenes.surfaces import SurfaceTables
from models.scenes.textures import SIZE, noise

Float32 = NDArray[np.float32]
NEAREST_SQUARE = np.float32(1e-6)
"""Square of the shortest distance of a surface from a lamp, m²."""
_TAPS = ((-1.0, -0.4), (0.4, -1.0), (1.0, 0.4), (-0.4, 1.0), (0.0, 0.0))


@lru_cache(maxsize=1)
def stain_field() -> Float32:
    """(SIZE + 2, SIZE + 2) float32 large stains about 0, with a wrapped border of one."""
    field = noise(np.random.default_rng(7), 1.7) - np.float32(0.5)
    return np.pad(field, 1, mode="wrap")


@dataclass(frozen=True, slots=True, eq=False)
class Arriving:
    """What arrives at each pixel; all (rows, W) float32.

    Attributes
    ----------
    lighting
        Of the scene.
    key, fill
        Strength of both lamps; the second may be None.
    shine
        Strength of the highlight; None where nothing is glossy.
    openness
        How much ambient light arrives.
    from_above
        The part of it that comes from above: all on surfaces facing up, none on those facing down.
    stain
        Factor about 1.
    """

    lighting: Lighting
    key: Float32
    shine: Float32 | None
    fill: Float32 | None
    openness: Float32
    from_above: Float32
    stain: Float32

    def diffuse(self, c: int) -> Float32:
        """(rows, W) all diffuse light in channel `c`."""
        lamp = self.lighting
        up, down = lamp.ambient_up[c], lamp.ambient_down[c]
        total: Float32 = cv2.addWeighted(self.from_above, up - down, self.openness, down, 0.0)
        cv2.scaleAdd(self.key, lamp.key_colour[c], total, total)
        if self.fill is not None:
            cv2.scaleAdd(self.fill, lamp.fill_colour[c], total, total)
        return total


@dataclass(frozen=True, slots=True, eq=False)
class Lights:
    """All light of one frame."""

    scene: Scene
    tables: SurfaceTables
    maps: LightMaps
    camera_to_world: Float64
    stains: Float32

    def _staining(self, points: Points) -> Float32:
        """(rows, W) about 0: large, faint stains, fixed in the world."""
        r, t = self.camera_to_world[:3, :3], self.camera_to_world[:3, 3]
        a, b = r[0] + 0.6 * r[2], r[1] - 0.7 * r[2]
        scale = SIZE / 4.0
        x = points.affine(a * scale, float(t[0] + 0.6 * t[2]) * scale)
        y = points.affine(b * scale, float(t[1] - 0.7 * t[2]) * scale)
        for axis in (x, y):
            axis -= np.floor(axis * np.float32(1 / SIZE)) * np.float32(SIZE)
            axis += np.float32(0.5)
        return np.asarray(cv2.remap(self.stains, x, y, cv2.INTER_LINEAR))

    def arriving(self, points: Points, facing: Facing) -> Arriving:
        """The light at `points` on surfaces that face as `facing` says.

        Shadow, openness and stains depend on the place alone and change slowly: a quarter of the
        points are enough.
        """
        light, runs, shape = self.scene.lighting, facing.runs, points.z.shape
        square = points.square()
        fill = self._fill(points, square, facing)
        shines = runs.have(self.tables.gloss)
        key, shine = self._lamp(
            light.key_position, light.key_falloff_m, points, square, facing, shines
        )
        some = points.thinned()
        lit = cv2.blur(filled_in(self._shadow(some, key[::2, ::2]), shape), (3, 3))
        key *= lit
        if shines:
            shine *= lit
            shine *= runs.spread(self.tables.gloss)
        openness = filled_in(self._openness(some), shape)
        from_above = facing.dot(self.camera_to_world[2, :3] * 0.5, 0.0, 0.5)
        from_above *= openness
        stain = filled_in(self._staining(some), shape)
        stain *= runs.spread(self.tables.blotch)
        stain += np.float32(1)
        return Arriving(light, key, shine if shines else None, fill, openness, from_above, stain)

    def _fill(self, points: Points, square: Float32, facing: Facing) -> Float32 | None:
        light = self.scene.lighting
        if not any(light.fill_colour):
            return None
        return self._lamp(light.fill_position, light.fill_falloff_m, points, square, facing)[0]

    def _lamp(
        self,
        position: tuple[float, float, float],
        falloff_m: float,
        points: Points,
        square: Float32,
        facing: Facing,
        highlight: bool = False,
    ) -> tuple[Float32, Float32]:
        """Diffuse strength and highlight of a point light, without shadow.

        `square` is p . p. With the light at l, distances follow from p . p and l . p, and the
        normal's part from n . l and n . p, which are constant all over a flat surface.
        """
        to_camera = np.linalg.inv(self.camera_to_world)
        at = to_camera[:3, :3] @ np.array(position) + to_camera[:3, 3]
        far = float(at @ at)
        distance = points.affine(-2 * at, far)
        distance += square
        # At the lamp itself rounding may leave zero or less, which has no inverse root.
        np.maximum(distance, NEAREST_SQUARE, out=distance)
        inverse = cv2.pow(distance, -0.5)
        strength = facing.dot(at, -1.0)
        strength *= inverse
        shine = strength
        if highlight:
            shine = self._highlight(strength, distance, inverse, square, far, facing)
        at_least_0(strength)
        if math.isfinite(falloff_m):
            distance *= np.float32(1 / falloff_m**2)
            distance += np.float32(1)
            strength /= distance
            if highlight:
                shine /= distance
        return strength, shine

    def _highlight(
        self,
        towards: Float32,
        distance: Float32,
        inverse: Float32,
        square: Float32,
        far: float,
        facing: Facing,
    ) -> Float32:
        """Blinn's highlight with an exponent of 32.

        The half vector is the sum of the directions to the light and to the camera; `towards` is
        the cosine to the light, `distance` the square of the distance, `far` the light's l . l.
        """
        nearness = cv2.pow(square, -0.5)
        shine = facing.dot((0.0, 0.0, 0.0), -1.0)
        shine *= nearness
        shine += towards
        at_least_0(shine)
        shine *= shine
        length = cv2.addWeighted(square, 1.0, distance, 1.0, -far)
        length *= inverse
        length *= nearness
        length += np.float32(2 + 1e-6)
        shine /= length
        for _ in range(4):
            shine *= shine
        return shine

    def _project(self, view: MapCamera, points: Points) -> tuple[Float32, Float32, Float32]:
        """Column, row and depth of points in another view."""
        k = view.intrinsics
        matrix = view.world_to_camera @ self.camera_to_world
        x = points.affine(matrix[0, :3] * k.fx, float(matrix[0, 3]) * k.fx)
        y = points.affine(matrix[1, :3] * k.fy, float(matrix[1, 3]) * k.fy)
        z = points.affine(matrix[2, :3], float(matrix[2, 3]))
        np.clip(z, 1e-3, np.inf, out=z)
        x /= z
        x += np.float32(k.cx)
        y /= z
        y += np.float32(k.cy)
        return x, y, z

    def _shadow(self, points: Points, facing: Float32) -> Float32:
        """(rows, W) fraction of the key light that arrives."""
        x, y, depth = self._project(self.maps.shadow_view, points)
        k = self.maps.shadow_view.intrinsics
        softness = self.scene.lighting.softness
        # A texel of the map covers depth / fx metres, more of it on slanting surfaces.
        slack = depth * np.float32(1.6 * (0.6 + softness) / k.fx)
        slack /= np.clip(facing, 0.15, np.inf)
        np.minimum(slack, np.float32(0.02) * depth + np.float32(0.05), out=slack)
        depth -= slack
        count = np.zeros(depth.shape, np.uint8)
        tap_x, tap_y = slack, np.empty_like(depth)
        for dx, dy in _TAPS:
            there = cv2.remap(
                self.maps.shadow,
                np.add(x, np.float32(dx * softness), out=tap_x),
                np.add(y, np.float32(dy * softness), out=tap_y),
                cv2.INTER_NEAREST,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=1e9,
            )
            count += (there >= depth).view(np.uint8)
        return np.multiply(count, np.float32(1 / len(_TAPS)), dtype=np.float32)

    def _openness(self, points: Points) -> Float32:
        """(rows, W) fraction of the ambient light that arrives."""
        x, y, _ = self._project(self.maps.height_view, points)
        r, t = self.camera_to_world[:3, :3], self.camera_to_world[:3, 3]
        around = cv2.remap(
            self.maps.heights, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        around -= points.affine(r[2], float(t[2]))
        around *= np.float32(1.6)
        np.clip(around, 0, 1, out=around)
        around *= np.float32(-self.scene.lighting.occlusion)
        around += np.float32(1)
        return np.asarray(around)
