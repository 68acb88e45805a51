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
from models.scenes.lighting import Arriving, Lights
from models.scenes.points import CurvedPixels, Facing, Points, SurfaceRuns
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
    normal, offset
        (3, S) and (S,) of flat surfaces, towards the camera; normal . p for points p on them.
    u, v
        (4, S) affine in camera coordinates.
    inverse
        (12, K) camera to own frame of curved surfaces.
    bend
        (2, K) their form along the axis.
    """

    normal: Float32
    offset: Float32
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
        plane = np.zeros(1 + count + curved, np.float32)
        plane[1 : count + 1] = np.einsum("ip,pi->p", normal[:, 1 : count + 1], towards)
        normal[:, plane > 0] *= -1
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
            -np.abs(plane),
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
        runs = SurfaceRuns.of(surface)
        points = Points.of(self.intrinsics, top, np.maximum(inverse_depth, _FARTHEST))
        u, v = self._flat_coordinates(runs, points)
        curved = self._curve(surface, points, u, v)
        sky = np.flatnonzero(surface == 0)
        ray_up = self._sky_coordinates(sky, points, u, v)
        light = self.lights.arriving(
            points, Facing(runs, self.frame.normal, self.frame.offset, curved)
        )
        colour = self._texture(runs, u, v, points.z)
        return self._compose(runs, colour, light, points.z, sky, ray_up)

    def _flat_coordinates(self, runs: SurfaceRuns, points: Points) -> tuple[Float32, Float32]:
        uv = []
        for rows in (self.frame.u, self.frame.v):
            total = runs.spread(rows[0])
            total *= points.across
            term = runs.spread(rows[1])
            term *= points.down
            total += term
            total += runs.spread(rows[2])
            total *= points.z
            total += runs.spread(rows[3])
            uv.append(total)
        return uv[0], uv[1]

    def _curve(
        self, surface: NDArray[np.uint16], points: Points, u: Float32, v: Float32
    ) -> CurvedPixels | None:
        """Normals where the surface is curved; writes texture coordinates there."""
        first = len(self.scene.planars.body) + 1
        where = np.flatnonzero(surface >= first)
        if len(where) == 0:
            return None
        k = surface.ravel()[where].astype(np.intp) - first
        x, y, z = points.at(where)
        rows = [m.take(k) for m in self.frame.inverse]
        own = [rows[i] * x + rows[i + 1] * y + rows[i + 2] * z + rows[i + 3] for i in (0, 4, 8)]
        along = own[2] * self.frame.bend[0].take(k) + self.frame.bend[1].take(k)
        n = [own[0] * rows[j] + own[1] * rows[4 + j] + along * rows[8 + j] for j in range(3)]
        scale = 1 / np.sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2] + np.float32(1e-20))
        offset = (n[0] * x + n[1] * y + n[2] * z) * scale
        scale[offset > 0] *= -1
        repeats = self.tables.repeats
        turn = np.arctan2(own[0], -own[1]) * np.float32(0.5 / math.pi)
        half = np.where(self.scene.quadrics.ball, np.float32(0.5), np.float32(1.0)).take(k)
        u.ravel()[where] = turn * repeats[0].take(k)
        v.ravel()[where] = -own[2] * half * repeats[1].take(k)
        return CurvedPixels(where, (n[0] * scale, n[1] * scale, n[2] * scale), -np.abs(offset))

    def _sky_coordinates(
        self, sky: NDArray[np.intp], points: Points, u: Float32, v: Float32
    ) -> Float32:
        """Sine of the elevation of rays into the sky; clouds lie on a plane above."""
        if len(sky) == 0:
            return np.empty(0, np.float32)
        x, y, z = (p * _FARTHEST for p in points.at(sky))
        r = self.camera_to_world[:3, :3].astype(np.float32)
        across, along, up = (r[i, 0] * x + r[i, 1] * y + r[i, 2] * z for i in range(3))
        scale = np.float32(0.35) / (np.abs(up) + np.float32(0.12))
        u.ravel()[sky] = across * scale
        v.ravel()[sky] = along * scale
        elevation: Float32 = up / np.sqrt(x * x + y * y + z * z)
        return elevation

    def _texture(self, runs: SurfaceRuns, u: Float32, v: Float32, z: Float32) -> NDArray[np.uint8]:
        """(rows, W, 3) the atlas sampled bilinearly at the halving that fits each pixel."""
        atlas = self.scene.atlas
        texels = runs.spread(self.tables.density)
        texels *= z
        texels *= np.float32(1.3 / self.intrinsics.fx)
        # The exponent of a float is the integer part of its logarithm to base two.
        level = ((texels.view(np.int32) >> 23) - 127).clip(0, LEVELS - 1).astype(np.intp)
        sizes = np.array([SIZE >> i for i in range(LEVELS)], np.float32)
        size = sizes.take(level)
        x = (u - np.floor(u)) * size
        x += (atlas.level_x - np.float32(0.5)).take(level)
        y = (v - np.floor(v)) * size
        y += (atlas.level_y - np.float32(0.5)).take(level)
        y += runs.spread(self.tables.tile)
        return np.asarray(cv2.remap(atlas.picture, x, y, cv2.INTER_LINEAR), np.uint8)

    def _compose(
        self,
        runs: SurfaceRuns,
        texture: NDArray[np.uint8],
        light: Arriving,
        z: Float32,
        sky: NDArray[np.intp],
        ray_up: Float32,
    ) -> NDArray[np.uint8]:
        """(rows, W, 3) colours from texture and light."""
        lamp = self.scene.lighting
        emission, glowing = self._glowing(runs)
        hazy = lamp.fog_density > 0
        clear = np.exp(z * np.float32(-lamp.fog_density)) if hazy else z
        colours = []
        for c, plane in enumerate(cv2.split(texture)):
            albedo = runs.spread(self.tables.gain[c] * np.float32(1 / 255))
            albedo *= plane
            albedo += runs.spread(self.tables.bias[c])
            if self.tables.may_be_black:
                np.maximum(albedo, 0, out=albedo)
            albedo *= albedo
            glow = albedo.ravel()[glowing] * emission
            albedo *= light.stain
            albedo *= light.diffuse(c)
            if light.shine is not None:
                cv2.scaleAdd(light.shine, lamp.key_colour[c], albedo, albedo)
            if len(glowing):
                albedo.ravel()[glowing] *= 1 - np.minimum(emission, 1)
                albedo.ravel()[glowing] += glow
            if hazy:
                fog = np.float32(lamp.fog_colour[c])
                albedo -= fog
                albedo *= clear
                albedo += fog
            if len(sky):
                clouds = plane.ravel()[sky] * np.float32(1 / 255)
                albedo.ravel()[sky] = self._sky(c, ray_up, clouds) / np.float32(lamp.exposure)
            colours.append(_develop(albedo, lamp.exposure))
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


def _develop(light: Float32, exposure: float) -> NDArray[np.uint8]:
    """Squared display values to bytes, with a soft shoulder towards white."""
    shoulder = light * np.float32(0.42 * exposure)
    shoulder += np.float32(1)
    raised = light * np.float32(0.12 * exposure)
    raised += np.float32(1)
    raised *= light
    raised /= shoulder
    np.sqrt(raised, out=raised)
    return np.asarray(cv2.convertScaleAbs(raised, alpha=255 * math.sqrt(1.22 * exposure)))
