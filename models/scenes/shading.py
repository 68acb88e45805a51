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
from models.scenes.lighting import Arriving, Lights, Three
from models.scenes.scene import Float64, Scene
from models.scenes.surfaces import SurfaceTables
from models.scenes.textures import SIZE

Float32 = NDArray[np.float32]
_FARTHEST = np.float32(1e-4)


@dataclass(frozen=True, slots=True, eq=False)
class FrameTables:
    """Tables that change from frame to frame, one column per surface, in camera axes.

    Attributes
    ----------
    normal
        (3, S).
    u, v
        (4, S) affine in camera coordinates.
    inverse
        (12, K) camera to own frame of curved surfaces.
    bend
        (2, K) their form along the axis.
    """

    normal: Float32
    u: Float32
    v: Float32
    inverse: Float32
    bend: Float32

    @staticmethod
    def of(scene: Scene, tables: SurfaceTables, body_to_camera: Float64) -> FrameTables:
        """Convert the tables of a scene to camera axes."""
        planars, quadrics = scene.planars, scene.quadrics
        poses = body_to_camera[planars.body]
        count, curved = len(planars.body), len(quadrics.body)
        normal = np.zeros((3, 1 + count + curved), np.float32)
        normal[:, 1 : count + 1] = np.einsum("pij,pj->ip", poses[:, :3, :3], tables.normal)
        towards = np.einsum("pij,pj->pi", poses[:, :3, :3], planars.corners[:, 0]) + poses[:, :3, 3]
        away = np.einsum("ip,pi->p", normal[:, 1 : count + 1], towards) > 0
        normal[:, 1 : count + 1][:, away] *= -1
        coordinates = []
        for body_uv in (tables.u, tables.v):
            uv = np.zeros((4, 1 + count + curved), np.float32)
            gradient = np.einsum("pij,pj->pi", poses[:, :3, :3], body_uv[:, :3])
            uv[:3, 1 : count + 1] = gradient.T
            offset = body_uv[:, 3] - np.sum(gradient * poses[:, :3, 3], axis=1)
            uv[3, 1 : count + 1] = offset % 1.0
            coordinates.append(uv)
        inverse = np.linalg.inv(body_to_camera[quadrics.body] @ quadrics.frame)[:, :3]
        bend = np.stack([quadrics.form[:, 2, 2], quadrics.form[:, 2, 3]])
        return FrameTables(
            normal,
            coordinates[0],
            coordinates[1],
            inverse.reshape(curved, 12).T.astype(np.float32),
            bend.astype(np.float32),
        )


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
        ids = surface.astype(np.intp)
        w = np.maximum(inverse_depth, _FARTHEST)
        points, z = self._points(top, w)
        normal, u, v = self._flat_attributes(ids, points)
        self._curve(ids, points, normal, u, v)
        sky = np.flatnonzero(surface == 0)
        ray_up = self._sky_coordinates(sky, points, u, v)
        light = self.lights.arriving(points, normal, ids)
        colour = self._texture(ids, u, v, z)
        return self._compose(ids, colour, light, z, sky, ray_up)

    def _points(self, top: int, w: Float32) -> tuple[Three, Float32]:
        k = self.intrinsics
        rows, columns = w.shape
        z: Float32 = np.reciprocal(w)
        x: Float32 = ((np.arange(columns) - k.cx) / k.fx).astype(np.float32) * z
        across = ((np.arange(top, top + rows) - k.cy) / k.fy).astype(np.float32)
        y: Float32 = across[:, None] * z
        return (x, y, z), z

    def _flat_attributes(
        self, ids: NDArray[np.intp], points: Three
    ) -> tuple[Three, Float32, Float32]:
        table = self.frame
        normal = (table.normal[0].take(ids), table.normal[1].take(ids), table.normal[2].take(ids))
        uv = []
        for rows in (table.u, table.v):
            total = rows[3].take(ids)
            for axis in range(3):
                term = rows[axis].take(ids)
                term *= points[axis]
                total += term
            uv.append(total)
        return normal, uv[0], uv[1]

    def _curve(
        self, ids: NDArray[np.intp], points: Three, normal: Three, u: Float32, v: Float32
    ) -> None:
        """Write normals and texture coordinates where the surface is curved."""
        first = len(self.scene.planars.body) + 1
        where = np.flatnonzero(ids >= first)
        if len(where) == 0:
            return
        k = ids.ravel()[where] - first
        x, y, z = (p.ravel()[where] for p in points)
        rows = [m.take(k) for m in self.frame.inverse]
        own = [rows[i] * x + rows[i + 1] * y + rows[i + 2] * z + rows[i + 3] for i in (0, 4, 8)]
        along = own[2] * self.frame.bend[0].take(k) + self.frame.bend[1].take(k)
        n = [own[0] * rows[j] + own[1] * rows[4 + j] + along * rows[8 + j] for j in range(3)]
        scale = 1 / np.sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2] + np.float32(1e-20))
        scale[n[0] * x + n[1] * y + n[2] * z > 0] *= -1
        for axis in range(3):
            normal[axis].ravel()[where] = n[axis] * scale
        repeats = self.tables.repeats
        turn = np.arctan2(own[0], -own[1]) * np.float32(0.5 / math.pi)
        half = np.where(self.scene.quadrics.ball, np.float32(0.5), np.float32(1.0)).take(k)
        u.ravel()[where] = turn * repeats[0].take(k)
        v.ravel()[where] = -own[2] * half * repeats[1].take(k)

    def _sky_coordinates(
        self, sky: NDArray[np.intp], points: Three, u: Float32, v: Float32
    ) -> Float32:
        """Sine of the elevation of rays into the sky; clouds lie on a plane above."""
        if len(sky) == 0:
            return np.empty(0, np.float32)
        x, y, z = (p.ravel()[sky] * _FARTHEST for p in points)
        r = self.camera_to_world[:3, :3].astype(np.float32)
        across, along, up = (r[i, 0] * x + r[i, 1] * y + r[i, 2] * z for i in range(3))
        scale = np.float32(0.35) / (np.abs(up) + np.float32(0.12))
        u.ravel()[sky] = across * scale
        v.ravel()[sky] = along * scale
        elevation: Float32 = up / np.sqrt(x * x + y * y + z * z)
        return elevation

    def _texture(
        self, ids: NDArray[np.intp], u: Float32, v: Float32, z: Float32
    ) -> NDArray[np.uint8]:
        """(rows, W, 3) the atlas sampled bilinearly at the halving that fits each pixel."""
        atlas = self.scene.atlas
        texels = self.tables.density.take(ids)
        texels *= z
        texels *= np.float32(1.3 / self.intrinsics.fx)
        # The exponent of a float is the integer part of its logarithm to base two.
        level = (texels.view(np.int32) >> 23) - 127
        np.clip(level, 0, LEVELS - 1, out=level)
        sizes = np.array([SIZE >> i for i in range(LEVELS)], np.float32)
        size = sizes.take(level)
        x = (u - np.floor(u)) * size
        x += (atlas.level_x - np.float32(0.5)).take(level)
        y = (v - np.floor(v)) * size
        y += (atlas.level_y - np.float32(0.5)).take(level)
        y += self.tables.tile.take(ids)
        return np.asarray(cv2.remap(atlas.picture, x, y, cv2.INTER_LINEAR), np.uint8)

    def _compose(
        self,
        ids: NDArray[np.intp],
        texture: NDArray[np.uint8],
        light: Arriving,
        z: Float32,
        sky: NDArray[np.intp],
        ray_up: Float32,
    ) -> NDArray[np.uint8]:
        """(rows, W, 3) colours from texture and light."""
        lamp = self.scene.lighting
        emission = self.tables.emission.take(ids)
        lit = 1 - np.minimum(emission, 1)
        hazy = lamp.fog_density > 0
        clear = np.exp(z * np.float32(-lamp.fog_density)) if hazy else z
        colours = np.empty(texture.shape, np.uint8)
        for c in range(3):
            albedo = texture[..., c] * np.float32(1 / 255)
            if c == 0:
                clouds = albedo.ravel()[sky]
            albedo *= self.tables.gain[c].take(ids)
            albedo += self.tables.bias[c].take(ids)
            np.maximum(albedo, 0, out=albedo)
            albedo *= albedo
            glow = albedo * emission
            albedo *= light.stain
            albedo *= light.diffuse(c)
            albedo += light.shine * np.float32(lamp.key_colour[c])
            albedo *= lit
            albedo += glow
            if hazy:
                fog = np.float32(lamp.fog_colour[c])
                albedo -= fog
                albedo *= clear
                albedo += fog
            albedo *= np.float32(lamp.exposure)
            if len(sky):
                albedo.ravel()[sky] = self._sky(c, ray_up, clouds)
            colours[..., c] = _develop(albedo)
        return colours

    def _sky(self, c: int, ray_up: Float32, clouds: Float32) -> Float32:
        """Colours of rays into the sky in channel `c`."""
        lamp = self.scene.lighting
        rise = np.sqrt(np.clip(ray_up, 0, 1))
        low, high = np.float32(lamp.sky_horizon[c]), np.float32(lamp.sky_zenith[c])
        base = low + (high - low) * rise
        cover = clouds * np.clip(ray_up * 5, 0, 1) * np.float32(lamp.cloud_amount)
        return base + (np.float32(0.95) - base) * cover


def _develop(light: Float32) -> NDArray[np.uint8]:
    """Squared display values to bytes, with a soft shoulder towards white."""
    light = (
        light * (1 + light * np.float32(0.12)) / (1 + light * np.float32(0.42)) * np.float32(1.22)
    )
    np.sqrt(light, out=light)
    light *= 255
    light += np.float32(0.5)
    return np.minimum(light, 255).astype(np.uint8)
