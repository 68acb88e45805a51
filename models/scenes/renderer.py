"""Renders a scene at a moment: colours, exact depth, flow to another moment, covisibility."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.geometry import Intrinsics
from models.opencv import cv2
from models.scenes.correspondence import VisibleSurfaces, correspond
from models.scenes.lighting import Lights, stain_field
from models.scenes.lightmaps import LightMapper
from models.scenes.projection import prepare_curved, prepare_flat
from models.scenes.raster import Raster
from models.scenes.scene import Float64, Scene
from models.scenes.shading import FrameTables, Shader
from models.scenes.surfaces import SurfaceTables

Float32 = NDArray[np.float32]
_BAND_PIXELS = 80_000


@dataclass(frozen=True, slots=True, eq=False)
class RenderedFrame:
    """One picture of a scene with its ground truth.

    Attributes
    ----------
    rgb
        (H, W, 3) uint8, sRGB, C-contiguous.
    depth_m
        (H, W) float32 along z, metres; inf in the sky.
    object_id
        (H, W) uint16, the visible rigid body, from 1; 0 is the sky.
    surface
        (H, W) uint16, the visible surface, from 1; 0 is the sky.
    camera_to_world
        (4, 4) float64; camera x right, y down, z forward; world z up, metres.
    intrinsics
        Of the camera.
    flow_to_previous
        (H, W, 2) float32 pixels (x, y) or None: the point at p now was at p + flow then.
    covisible
        (H, W) bool or None: that point was inside the previous picture and not hidden.
    """

    rgb: NDArray[np.uint8]
    depth_m: Float32
    object_id: NDArray[np.uint16]
    surface: NDArray[np.uint16]
    camera_to_world: Float64
    intrinsics: Intrinsics
    flow_to_previous: Float32 | None = None
    covisible: NDArray[np.bool_] | None = None

    @property
    def disparity(self) -> Float32:
        """(H, W) float32 1/depth in 1/m, 0 in the sky."""
        inverse: Float32 = np.reciprocal(self.depth_m)
        return inverse


class _Prepared:
    """What depends on the scene but not on the time."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.tables = SurfaceTables.of(scene)
        self.mapper = LightMapper(scene)


class Renderer:
    """Renders scenes at one size. Not thread-safe.

    Bands of rows are drawn by `threads` threads; the picture does not depend on their number.

    Parameters
    ----------
    width, height
        Of the pictures; at least 1.
    threads
        At least 1.

    Raises
    ------
    ValueError
        If one of them is smaller.
    """

    def __init__(self, width: int, height: int, threads: int = 2) -> None:
        if width < 1 or height < 1 or threads < 1:
            raise ValueError(f"cannot draw {width}x{height} with {threads} threads")
        self.width, self.height = width, height
        self._pool = ThreadPoolExecutor(threads, "scene") if threads > 1 else None
        # Drawing costs calls per surface and band; shading costs array operations per pixel, which
        # are fastest on arrays that fit the cache.
        self._bands = _bands(height, threads)
        self._shading_bands = _bands(height, round(width * height / _BAND_PIXELS))
        self._stains = stain_field()
        self._prepared: _Prepared | None = None
        self._last: tuple[Scene, float, VisibleSurfaces] | None = None

    def close(self) -> None:
        """Stop the threads. May be called twice."""
        if self._pool is not None:
            self._pool.shutdown()

    def render(
        self, scene: Scene, time_s: float, previous_time_s: float | None = None
    ) -> RenderedFrame:
        """Render `scene` at `time_s`; with flow and covisibility if `previous_time_s` is given."""
        if self._prepared is None or self._prepared.scene is not scene:
            self._prepared = _Prepared(scene)
            self._last = None
        k = Intrinsics.from_fov(scene.fov_deg, self.width, self.height)
        before = None if previous_time_s is None else self._view(scene, previous_time_s, k)
        camera_to_world = scene.camera.camera_to_world(time_s)
        now = self._view(scene, time_s, k)
        rgb = self._shade(scene, time_s, now, camera_to_world, k)
        self._last = (scene, time_s, now)
        flow = covisible = None
        if before is not None:
            flow, covisible = self._correspond(now, before, k)
        with np.errstate(divide="ignore"):
            depth: Float32 = np.reciprocal(now.inverse_depth)
        ids = (self._prepared.tables.body + 1).astype(np.uint16).take(now.surface)
        return RenderedFrame(rgb, depth, ids, now.surface, camera_to_world, k, flow, covisible)

    def _each(self, bands: list[tuple[int, int]], work: Callable[[int, int], None]) -> None:
        if self._pool is None:
            for top, bottom in bands:
                work(top, bottom)
            return
        for future in [self._pool.submit(work, *band) for band in bands]:
            future.result()

    def _view(self, scene: Scene, time_s: float, k: Intrinsics) -> VisibleSurfaces:
        """The visible surfaces at a time; reused from the last call if the time is the same."""
        if self._last is not None and self._last[0] is scene and self._last[1] == time_s:
            return self._last[2]
        world_to_camera = np.linalg.inv(scene.camera.camera_to_world(time_s))
        bodies = world_to_camera @ scene.body_to_world(time_s)
        everything = np.ones(len(scene.planars.body), np.bool_)
        flats = prepare_flat(scene.planars, bodies, k, everything)
        everything = np.ones(len(scene.quadrics.body), np.bool_)
        curves = prepare_curved(scene.quadrics, bodies, k, everything, 1 + len(scene.planars.body))
        w = np.zeros((self.height, self.width), np.float32)
        surface = np.zeros(w.shape, np.uint16)

        def draw(top: int, bottom: int) -> None:
            raster = Raster(top, w[top:bottom], surface[top:bottom], scene.atlas)
            raster.flat(flats)
            raster.curved(curves)

        self._each(self._bands, draw)
        return VisibleSurfaces(w, surface, np.concatenate([world_to_camera[None], bodies]))

    def _shade(
        self,
        scene: Scene,
        time_s: float,
        now: VisibleSurfaces,
        camera_to_world: Float64,
        k: Intrinsics,
    ) -> NDArray[np.uint8]:
        assert self._prepared is not None
        tables = self._prepared.tables
        maps = self._prepared.mapper.at(scene.body_to_world(time_s))
        lights = Lights(scene, tables, maps, camera_to_world, self._stains)
        frame = FrameTables.of(scene, tables, now.body_to_camera[1:])
        shader = Shader(scene, tables, frame, lights, camera_to_world, k)
        raw = np.empty((self.height, self.width, 3), np.uint8)

        def shade(top: int, bottom: int) -> None:
            raw[top:bottom] = shader.band(
                top, now.inverse_depth[top:bottom], now.surface[top:bottom]
            )

        self._each(self._shading_bands, shade)
        return _soften(raw, now.surface)

    def _correspond(
        self, now: VisibleSurfaces, before: VisibleSurfaces, k: Intrinsics
    ) -> tuple[Float32, NDArray[np.bool_]]:
        assert self._prepared is not None
        body = self._prepared.tables.body
        flow = np.empty((self.height, self.width, 2), np.float32)
        covisible = np.empty((self.height, self.width), np.bool_)

        def carry(top: int, bottom: int) -> None:
            flow[top:bottom], covisible[top:bottom] = correspond(now, before, body, k, top, bottom)

        self._each(self._shading_bands, carry)
        return flow, covisible


def _bands(height: int, count: int) -> list[tuple[int, int]]:
    """`height` rows in about `count` bands: first row, and the row behind the last."""
    cuts = np.linspace(0, height, min(max(1, count), height) + 1).round().astype(int).tolist()
    return list(pairwise(cuts))


def _soften(rgb: NDArray[np.uint8], surface: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Smooth the jagged edges between surfaces; leave the rest as it is."""
    edge = np.zeros(surface.shape, np.bool_)
    across = surface[:, 1:] != surface[:, :-1]
    down = surface[1:] != surface[:-1]
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= down
    edge[:-1] |= down
    smooth = cv2.GaussianBlur(rgb, (3, 3), 0.7)
    cv2.copyTo(smooth, edge.view(np.uint8), rgb)
    return rgb
