"""The light that reaches each pixel: key light with shadow, fill, sky or ceiling, stains."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.opencv import cv2
from models.scenes.lightmaps import LightMaps, MapCamera
from models.scenes.scene import Float64, Lighting, Scene
from models.scenes.surfaces import SurfaceTables
from models.scenes.textures import SIZE, noise

Float32 = NDArray[np.float32]
Three = tuple[Float32, Float32, Float32]
_TAPS = ((-1.0, -0.4), (0.4, -1.0), (1.0, 0.4), (-0.4, 1.0), (0.0, 0.0))


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
        Strength of both lamps.
    shine
        Strength of the highlight.
    openness
        How much ambient light arrives.
    rising
        0 for surfaces facing down, 1 up.
    stain
        Factor about 1.
    """

    lighting: Lighting
    key: Float32
    shine: Float32
    fill: Float32
    openness: Float32
    rising: Float32
    stain: Float32

    def diffuse(self, c: int) -> Float32:
        """(rows, W) all diffuse light in channel `c`."""
        lamp = self.lighting
        up, down = np.float32(lamp.ambient_up[c]), np.float32(lamp.ambient_down[c])
        total = self.rising * (up - down)
        total += down
        total *= self.openness
        total += self.key * np.float32(lamp.key_colour[c])
        total += self.fill * np.float32(lamp.fill_colour[c])
        return total


@dataclass(frozen=True, slots=True, eq=False)
class Lights:
    """All light of one frame."""

    scene: Scene
    tables: SurfaceTables
    maps: LightMaps
    camera_to_world: Float64
    stains: Float32

    def _stain(self, ids: NDArray[np.intp], points: Three) -> Float32:
        """(rows, W) factor about 1: large, faint stains, fixed in the world."""
        r, t = self.camera_to_world[:3, :3], self.camera_to_world[:3, 3]
        a, b = r[0] + 0.6 * r[2], r[1] - 0.7 * r[2]
        scale = SIZE / 4.0
        x = _affine(a * scale, float(t[0] + 0.6 * t[2]) * scale, points)
        y = _affine(b * scale, float(t[1] - 0.7 * t[2]) * scale, points)
        for axis in (x, y):
            axis -= np.floor(axis * np.float32(1 / SIZE)) * np.float32(SIZE)
            axis += np.float32(0.5)
        field = cv2.remap(self.stains, x, y, cv2.INTER_LINEAR)
        field *= self.tables.blotch.take(ids)
        field += np.float32(1)
        return np.asarray(field)

    def arriving(self, points: Three, normal: Three, ids: NDArray[np.intp]) -> Arriving:
        """The light at `points` on surfaces facing `normal`.

        Both are x, y, z in camera axes, (rows, W) each; `ids` (rows, W) are the surfaces.
        """
        light = self.scene.lighting
        key, shine = self._lamp(light.key_position, light.key_falloff_m, points, normal, True)
        lit = self._shadow(points, key)
        key *= lit
        shine *= lit
        shine *= self.tables.gloss.take(ids)
        fill, _ = self._lamp(light.fill_position, light.fill_falloff_m, points, normal, False)
        up = self.camera_to_world[2, :3] * 0.5
        rising = _affine(up, 0.5, normal)
        open_ = self._openness(points)
        return Arriving(light, key, shine, fill, open_, rising, self._stain(ids, points))

    def _lamp(
        self,
        position: tuple[float, float, float],
        falloff_m: float,
        points: Three,
        normal: Three,
        highlight: bool,
    ) -> tuple[Float32, Float32]:
        """Diffuse strength and highlight of a point light, without shadow."""
        to_camera = np.linalg.inv(self.camera_to_world)
        at = to_camera[:3, :3] @ np.array(position) + to_camera[:3, 3]
        to_light = [np.float32(at[i]) - points[i] for i in range(3)]
        square = to_light[0] * to_light[0]
        for axis in (1, 2):
            square += to_light[axis] * to_light[axis]
        inverse: Float32 = np.reciprocal(np.sqrt(square))
        facing = _dot(normal, to_light)
        facing *= inverse
        np.maximum(facing, 0, out=facing)
        fade = None
        if math.isfinite(falloff_m):
            fade = 1 / (1 + square * np.float32(1 / falloff_m**2))
        shine = facing
        if highlight:
            shine = self._highlight(points, normal, to_light, inverse)
            if fade is not None:
                shine *= fade
        if fade is not None:
            facing *= fade
        return facing, shine

    def _highlight(
        self, points: Three, normal: Three, to_light: list[Float32], inverse: Float32
    ) -> Float32:
        """Blinn's highlight with an exponent of 32."""
        distance = _dot(points, points)
        np.sqrt(distance, out=distance)
        np.divide(1, distance, out=distance)
        half = [to_light[i] * inverse - points[i] * distance for i in range(3)]
        length = _dot(half, half)
        shine = _dot(normal, half)
        np.maximum(shine, 0, out=shine)
        shine *= shine
        shine /= length + np.float32(1e-6)
        for _ in range(4):
            shine *= shine
        return shine

    def _project(self, view: MapCamera, points: Three) -> tuple[Float32, Float32, Float32]:
        """Column, row and depth of points in another view."""
        k = view.intrinsics
        matrix = view.world_to_camera @ self.camera_to_world
        x, y, z = (_affine(matrix[i, :3], float(matrix[i, 3]), points) for i in range(3))
        np.maximum(z, np.float32(1e-3), out=z)
        inverse = 1 / z
        x *= inverse
        x *= np.float32(k.fx)
        x += np.float32(k.cx)
        y *= inverse
        y *= np.float32(k.fy)
        y += np.float32(k.cy)
        return x, y, z

    def _shadow(self, points: Three, facing: Float32) -> Float32:
        """(rows, W) fraction of the key light that arrives."""
        x, y, depth = self._project(self.maps.shadow_view, points)
        k = self.maps.shadow_view.intrinsics
        softness = self.scene.lighting.softness
        # A texel of the map covers depth / fx metres, more of it on slanting surfaces.
        slack = depth * np.float32(1.6 * (0.6 + softness) / k.fx)
        slack /= np.maximum(facing, np.float32(0.15))
        np.minimum(slack, np.float32(0.02) * depth + np.float32(0.05), out=slack)
        depth -= slack
        lit = np.zeros_like(depth)
        for dx, dy in _TAPS:
            there = cv2.remap(
                self.maps.shadow,
                x + np.float32(dx * softness),
                y + np.float32(dy * softness),
                cv2.INTER_NEAREST,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=1e9,
            )
            lit += there >= depth
        lit *= np.float32(1 / len(_TAPS))
        smooth: Float32 = cv2.blur(lit, (3, 3))
        return smooth

    def _openness(self, points: Three) -> Float32:
        """(rows, W) fraction of the ambient light that arrives."""
        x, y, _ = self._project(self.maps.height_view, points)
        r, t = self.camera_to_world[:3, :3], self.camera_to_world[:3, 3]
        height = _affine(r[2], float(t[2]), points)
        around = cv2.remap(
            self.maps.heights, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        around -= height
        around *= np.float32(1.6)
        np.clip(around, 0, 1, out=around)
        around *= np.float32(-self.scene.lighting.occlusion)
        around += np.float32(1)
        return np.asarray(around)


def _affine(row: Float64, offset: float, points: Three) -> Float32:
    total = points[0] * np.float32(row[0])
    for axis in (1, 2):
        total += points[axis] * np.float32(row[axis])
    total += np.float32(offset)
    return total


def _dot(a: Three | list[Float32], b: Three | list[Float32]) -> Float32:
    total = a[0] * b[0]
    total += a[1] * b[1]
    total += a[2] * b[2]
    return total
