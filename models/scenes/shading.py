"""Colours from surfaces and inverse depth: texture, light, shadow, occlusion, fog, sky.

Everything is in camera axes, one band of rows at a time, so that arrays fit the CPU cache. Colours
are squared display values while they are lit (a gamma of two), and square-rooted last.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.geometry import Intrinsics
from models.opencv import cv2
from models.scenes.atlas import LEVELS
from models.scenes.frame_tables import FrameTables
from models.scenes.lighting import Arriving, Lights
from models.scenes.points import CurvedPixels, Facing, Points, at_least_0
from models.scenes.runs import SomeRuns, SurfaceRuns
from models.scenes.scene import Float64, Scene
from models.scenes.surfaces import SurfaceTables
from models.scenes.textures import SIZE

Float32 = NDArray[np.float32]
_KNEE, _SHOULDER = 0.42, 0.12 / 0.42
"""Of the curve that light is shown by: where it bends, and how steep it goes on."""


@dataclass(frozen=True, slots=True, eq=False)
class Shader:
    """Colours one frame; bands may be shaded from several threads at once."""

    scene: Scene
    tables: SurfaceTables
    frame: FrameTables
    lights: Lights
    camera_to_world: Float64
    intrinsics: Intrinsics

    def band(
        self, top: int, inverse_depth: Float32, surface: NDArray[np.uint16]
    ) -> NDArray[np.uint8]:
        """(rows, W, 3) uint8 colours of rows from `top` on."""
        runs = SurfaceRuns.of(surface)
        points = Points.of(self.intrinsics, top, inverse_depth)
        u, v = (self._flat_coordinate(runs, points, rows) for rows in (self.frame.u, self.frame.v))
        curved = self._curve(runs.some(runs.surface >= self.first_curved), points, u, v)
        sky = runs.some(runs.surface == 0)
        sky_pixels, ray_up = self._sky_coordinates(sky, points, u, v)
        light = self.lights.arriving(
            points, Facing(runs, self.frame.normal, self.frame.offset, curved)
        )
        colour = self._texture(runs, u, v, points.z)
        return self._compose(runs, colour, light, points.z, sky_pixels, ray_up)

    @property
    def first_curved(self) -> int:
        """The first curved surface."""
        return len(self.scene.planars.body) + 1

    @staticmethod
    def _flat_coordinate(runs: SurfaceRuns, points: Points, rows: Float32) -> Float32:
        """(rows, W) one texture coordinate of flat surfaces, from its (4, S) table."""
        across, down, constant, offset = (row.take(runs.surface) for row in rows)
        down *= points.down.ravel().take(runs.row)
        down += constant
        total = runs.filled(across)
        total *= points.across
        total += runs.filled(down)
        total *= points.z
        total += runs.filled(offset)
        return total

    def _curve(self, runs: SomeRuns, points: Points, u: Float32, v: Float32) -> CurvedPixels | None:
        """Normals where the surface is curved; writes texture coordinates there."""
        if len(runs) == 0:
            return None
        k = runs.surface - self.first_curved
        where, column = runs.pixels()
        x, z = points.across.take(column), points.z.ravel().take(where)
        y = points.down.ravel().take(runs.row)
        axes, own = [], []
        for row in (0, 4, 8):
            a, b, c, d = (m.take(k) for m in self.frame.inverse[row : row + 4])
            axes.append([runs.filled(a), runs.filled(b), runs.filled(c)])
            along_ray = axes[-1][0] * x
            along_ray += runs.filled(b * y + c)
            along_ray *= z
            along_ray += runs.filled(d)
            own.append(along_ray)
        along = own[2] * runs.filled(self.frame.bend[0].take(k))
        along += runs.filled(self.frame.bend[1].take(k))
        normal = [own[0] * axes[0][j] + own[1] * axes[1][j] + along * axes[2][j] for j in range(3)]
        square = normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]
        scale = cv2.pow(square + np.float32(1e-20), -0.5).ravel()
        offset = normal[0] * x + normal[1] * runs.filled(y) + normal[2]
        offset *= z * scale
        np.copysign(scale, -offset, out=scale)
        self._wrap(runs, k, where, own, u, v)
        for axis in normal:
            axis *= scale
        return CurvedPixels(where, (normal[0], normal[1], normal[2]), -np.abs(offset))

    def _wrap(
        self,
        runs: SomeRuns,
        k: NDArray[np.intp],
        where: NDArray[np.intp],
        own: list[Float32],
        u: Float32,
        v: Float32,
    ) -> None:
        """Write the texture coordinates of curved pixels `where`, at `own` in their axes."""
        repeats = self.tables.repeats
        turn = _angle(-own[1], own[0])
        turn *= runs.filled(repeats[0].take(k) * np.float32(0.5 / math.pi))
        half = np.where(self.scene.quadrics.ball, np.float32(-0.5), np.float32(-1.0)).take(k)
        u.ravel()[where] = turn
        v.ravel()[where] = own[2] * runs.filled(half * repeats[1].take(k))

    def _sky_coordinates(
        self, runs: SomeRuns, points: Points, u: Float32, v: Float32
    ) -> tuple[NDArray[np.intp], Float32]:
        """Pixels of the sky and the sine of their elevation; clouds lie on a plane above."""
        where, column = runs.pixels()
        if len(where) == 0:
            return where, np.empty(0, np.float32)
        x, y = points.across.take(column), points.down.ravel().take(runs.row)
        r = self.camera_to_world[:3, :3].astype(np.float32)
        across, along, up = (r[i, 0] * x + runs.filled(r[i, 1] * y + r[i, 2]) for i in range(3))
        scale = np.float32(0.35) / (np.abs(up) + np.float32(0.12))
        u.ravel()[where] = across * scale
        v.ravel()[where] = along * scale
        up *= cv2.pow(x * x + runs.filled(y * y + np.float32(1)), -0.5).ravel()
        return where, up

    def _texture(
        self, runs: SurfaceRuns, u: Float32, v: Float32, z: Float32
    ) -> tuple[NDArray[np.uint8], ...]:
        """(rows, W) per channel, the atlas sampled bilinearly at the halving that fits a pixel."""
        atlas = self.scene.atlas
        texels = runs.spread(self.tables.density * np.float32(1.3 / self.intrinsics.fx))
        texels *= z
        # The exponent of a float, 127 for 1 to 2, is the integer part of its logarithm to base two.
        exponent = (texels.view(np.int32) >> 23).astype(np.uint8)
        level = (np.arange(256) - 127).clip(0, LEVELS - 1)
        size = cv2.LUT(exponent, np.float32(SIZE) / (1 << level).astype(np.float32))
        coordinates = []
        for place, start in ((u, atlas.level_x), (v, atlas.level_y)):
            inside = place - np.floor(place)
            inside *= size
            inside += cv2.LUT(exponent, (start - np.float32(0.5)).take(level))
            coordinates.append(inside)
        x, y = coordinates
        y += runs.spread(self.tables.tile)
        return tuple(cv2.split(cv2.remap(atlas.picture, x, y, cv2.INTER_LINEAR))[:3])

    def _compose(
        self,
        runs: SurfaceRuns,
        texture: tuple[NDArray[np.uint8], ...],
        light: Arriving,
        z: Float32,
        sky: NDArray[np.intp],
        ray_up: Float32,
    ) -> NDArray[np.uint8]:
        """(rows, W, 3) colours from texture and light.

        Light is in units of _KNEE / exposure, and 1 more than it is, which _develop needs.
        """
        lamp, unit = self.scene.lighting, _KNEE * self.scene.lighting.exposure
        emission, glowing = self._glowing(runs)
        hazy = lamp.fog_density > 0
        clear = cv2.exp(z * np.float32(-lamp.fog_density)) if hazy else z
        colours = []
        for c, plane in enumerate(texture):
            albedo = runs.spread(self.tables.gain[c] * np.float32(math.sqrt(unit) / 255))
            albedo *= plane
            albedo += runs.spread(self.tables.bias[c] * np.float32(math.sqrt(unit)))
            if self.tables.may_be_black:
                at_least_0(albedo)
            albedo *= albedo
            glow = albedo.ravel()[glowing] * emission
            albedo *= light.stain
            albedo *= light.diffuse(c)
            if light.shine is not None:
                cv2.scaleAdd(light.shine, lamp.key_colour[c] * unit, albedo, albedo)
            if len(glowing):
                albedo.ravel()[glowing] *= 1 - np.minimum(emission, 1)
                albedo.ravel()[glowing] += glow
            fog = lamp.fog_colour[c] * unit if hazy else 0.0
            if hazy:
                albedo -= np.float32(fog)
                albedo *= clear
            albedo += np.float32(fog + 1)
            if len(sky):
                clouds = plane.ravel()[sky] * np.float32(1 / 255)
                albedo.ravel()[sky] = self._sky(c, ray_up, clouds) * np.float32(_KNEE) + 1
            colours.append(_develop(albedo))
        return np.asarray(cv2.merge(colours), np.uint8)

    def _glowing(self, runs: SurfaceRuns) -> tuple[Float32, NDArray[np.intp]]:
        """Emission of the pixels that emit light, and their places."""
        if not runs.have(self.tables.emission):
            return np.empty(0, np.float32), np.empty(0, np.intp)
        emission = runs.spread(self.tables.emission).ravel()
        places = np.flatnonzero(emission)
        return emission[places], places

    def _sky(self, c: int, ray_up: Float32, clouds: Float32) -> Float32:
        """Colours of rays into the sky in channel `c`."""
        lamp = self.scene.lighting
        rise = np.sqrt(np.clip(ray_up, 0, 1))
        low, high = np.float32(lamp.sky_horizon[c]), np.float32(lamp.sky_zenith[c])
        base = low + (high - low) * rise
        cover = clouds * np.clip(ray_up * 5, 0, 1) * np.float32(lamp.cloud_amount)
        return base + (np.float32(0.95) - base) * cover


def _angle(x: Float32, y: Float32) -> Float32:
    """(n,) the angle of each (x, y), 0 to 2 pi, in a tenth of the time of NumPy's arctan2."""
    square = x * x
    square += y * y
    square += np.float32(1e-20)
    angle = cv2.phase(x, y)
    cos, sin = cv2.polarToCart(cv2.pow(square, -0.5), angle)
    # OpenCV's angle is off by up to 2e-4; a step of Newton's method leaves nothing but rounding.
    step: Float32 = cos.ravel() * y
    step -= sin.ravel() * x
    step += angle.ravel()
    return step


def _develop(light: Float32) -> NDArray[np.uint8]:
    """Squared display values to bytes, with a soft shoulder towards white.

    With x the light in units of the knee and t = x + 1, which is given, the curve is
    x (1 + a x) / (1 + x) = a t + (1 - 2 a) - (1 - a) / t.
    """
    curve = np.divide(np.float32(_SHOULDER - 1), light)
    # A little more than 1 - 2 a, since rounding must not lead below 0.
    curve = cv2.addWeighted(light, _SHOULDER, curve, 1.0, 1 + 3e-7 - 2 * _SHOULDER, curve)
    return np.asarray(cv2.convertScaleAbs(cv2.sqrt(curve), alpha=255 * math.sqrt(1.22 / _KNEE)))
