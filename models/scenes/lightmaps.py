"""Shadow map of the key light and blurred height map of the scene.

The height map approximates ambient occlusion: where the blurred surroundings rise above a point,
less of the sky or ceiling lights it. It darkens the floor along walls, under tables and around
objects, at the cost of one lookup.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.geometry import Intrinsics
from models.opencv import cv2
from models.scenes.motion import look_at
from models.scenes.projection import FAR_M, prepare_curved, prepare_flat
from models.scenes.raster import Raster
from models.scenes.scene import Float64, Scene

Float32 = NDArray[np.float32]
_SHADOW_SIZE = 448
_HEIGHT_SIZE = 160
_ABOVE_M = 80.0
_WIDE_PIXELS = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class MapCamera:
    """A virtual camera of a map.

    Attributes
    ----------
    intrinsics
        Of the camera.
    world_to_camera
        (4, 4).
    """

    intrinsics: Intrinsics
    world_to_camera: Float64


@dataclass(frozen=True, slots=True, eq=False)
class LightMaps:
    """Both maps for one moment.

    Attributes
    ----------
    shadow
        (N, N) float32 depth along the key light's axis, metres.
    shadow_view
        Its camera.
    heights
        (M, M) float32 blurred heights, metres.
    height_view
        Its camera.
    """

    shadow: Float32
    shadow_view: MapCamera
    heights: Float32
    height_view: MapCamera


def _key_view(scene: Scene) -> MapCamera:
    light = scene.lighting
    intrinsics = Intrinsics.from_fov(light.key_fov_deg, _SHADOW_SIZE, _SHADOW_SIZE)
    pose = look_at(light.key_position, light.key_focus)
    return MapCamera(intrinsics, np.linalg.inv(pose).astype(np.float64))


def _top_view(scene: Scene) -> MapCamera:
    x0, y0, x1, y1 = scene.extent
    eye = ((x0 + x1) / 2, (y0 + y1) / 2, _ABOVE_M)
    width = max(x1 - x0, y1 - y0, 0.5)
    fov_deg = 2 * math.degrees(math.atan(width / 2 / _ABOVE_M))
    intrinsics = Intrinsics.from_fov(fov_deg, _HEIGHT_SIZE, _HEIGHT_SIZE)
    pose = look_at(eye, (eye[0], eye[1], 0.0))
    return MapCamera(intrinsics, np.linalg.inv(pose).astype(np.float64))


class LightMapper:
    """Makes the maps of one scene; static objects are drawn once."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        moving = scene.moving()
        planars, quadrics = scene.planars, scene.quadrics
        self._flat_moves = moving[planars.body] & planars.casts
        self._curved_moves = moving[quadrics.body] & quadrics.casts
        self._views = (_key_view(scene), _top_view(scene))
        poses = scene.body_to_world(0.0)
        self._still = [self._draw(view, poses, None) for view in self._views]
        self._last: LightMaps | None = None

    def _draw(self, view: MapCamera, poses: Float64, base: Float32 | None) -> Float32:
        scene, k = self._scene, view.intrinsics
        flat, curved = self._flat_moves, self._curved_moves
        if base is None:
            flat, curved = scene.planars.casts & ~flat, scene.quadrics.casts & ~curved
            base = np.zeros((k.height, k.width), np.float32)
        w = base.copy()
        raster = Raster(0, w, np.zeros(w.shape, np.uint16), scene.atlas)
        body_to_camera = view.world_to_camera @ poses
        if flat.any():
            raster.flat(prepare_flat(scene.planars, body_to_camera, k, flat))
        if curved.any():
            raster.curved(prepare_curved(scene.quadrics, body_to_camera, k, curved, 0))
        return w

    def at(self, poses: Float64) -> LightMaps:
        """The maps for bodies at `poses` (bodies, 4, 4)."""
        if self._last is not None and not (self._flat_moves.any() or self._curved_moves.any()):
            return self._last
        shadow, top = (
            self._draw(view, poses, still)
            for view, still in zip(self._views, self._still, strict=True)
        )
        depth: Float32 = np.reciprocal(np.clip(shadow, 1 / FAR_M, np.inf))
        self._last = LightMaps(depth, self._views[0], self._blur(top), self._views[1])
        return self._last

    def _blur(self, top: Float32) -> Float32:
        heights = np.maximum(_ABOVE_M - 1 / np.maximum(top, np.float32(1 / 100)), 0)
        heights = heights.astype(np.float32)
        x0, y0, x1, y1 = self._scene.extent
        pixel_m = max(x1 - x0, y1 - y0, 0.5) / _HEIGHT_SIZE
        wall = min(self._scene.wall_m, 1.5)
        rows, columns = (round(_HEIGHT_SIZE - e / pixel_m) // 2 for e in (y1 - y0, x1 - x0))
        for edge in (np.s_[:rows], np.s_[_HEIGHT_SIZE - rows :]) if rows else ():
            heights[edge] = wall
        for edge in (np.s_[:columns], np.s_[_HEIGHT_SIZE - columns :]) if columns else ():
            heights[:, edge] = wall
        pad = 40
        padded = cv2.copyMakeBorder(heights, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=wall)
        wide = max(min(0.3 / pixel_m, 13.0), 0.8)
        soft, tight = _blurred(padded, wide), _blurred(padded, max(wide / 4, 0.6))
        mixed: Float32 = (0.5 * (soft + tight))[pad:-pad, pad:-pad]
        return np.ascontiguousarray(mixed)


def _blurred(picture: Float32, sigma: float) -> Float32:
    """`picture` blurred by a Gaussian; by a wide one at half the size, which looks the same."""
    if sigma < _WIDE_PIXELS:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma))
    half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    # Halving and doubling blur by themselves, by the variance of a box and of a triangle.
    rest = math.sqrt(sigma**2 - 0.5) / 2
    blurred = cv2.GaussianBlur(half, (0, 0), rest)
    return np.asarray(cv2.resize(blurred, picture.shape[::-1], interpolation=cv2.INTER_LINEAR))
