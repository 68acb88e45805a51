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
from models.scenes.frame_tables import FrameTables
from models.scenes.lighting import Lights, stain_field
from models.scenes.lightmaps import LightMapper, LightMaps
from models.scenes.optics import Box, Sight, mixed, optical_surfaces
from models.scenes.projection import prepare_curved, prepare_flat
from models.scenes.raster import Raster
from models.scenes.scene import Float64, Scene
from models.scenes.shading import Shader
from models.scenes.surfaces import SurfaceTables

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]
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
        self.optical = optical_surfaces(scene)
        self._moving = np.flatnonzero(scene.moving()).tolist()
        self._still = scene.body_to_world(0.0)

    def poses(self, time_s: float) -> Float64:
        """(bodies, 4, 4) float64 poses in the world at `time_s`."""
        poses = self._still.copy()
        self.scene.move(poses, self._moving, time_s)
        return poses


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    """Poses of the bodies, (bodies, 4, 4) to world, and the maps of light that belong to them."""

    poses: Float64
    maps: LightMaps


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
        self._threads = threads
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
        before = None if previous_time_s is None else self._before(scene, previous_time_s, k)
        sight, poses = Sight.of(scene, time_s, k), self._prepared.poses(time_s)
        now = self._visible(scene, poses, sight)
        moment = _Moment(poses, self._prepared.mapper.at(poses))
        rgb = self._picture(scene, moment, sight, now)
        self._last = (scene, time_s, now)
        flow = covisible = None
        if before is not None:
            flow, covisible = self._correspond(now, before, k)
        with np.errstate(divide="ignore"):
            depth: Float32 = np.reciprocal(now.inverse_depth)
        ids = (self._prepared.tables.body + 1).astype(np.uint16).take(now.surface)
        return RenderedFrame(
            rgb, depth, ids, now.surface, sight.camera_to_world, k, flow, covisible
        )

    def _each(self, bands: list[tuple[int, int]], work: Callable[[int, int], None]) -> None:
        if self._pool is None:
            for top, bottom in bands:
                work(top, bottom)
            return
        for future in [self._pool.submit(work, *band) for band in bands]:
            future.result()

    def _before(self, scene: Scene, time_s: float, k: Intrinsics) -> VisibleSurfaces:
        """The visible surfaces at a time; reused from the last call if the time is the same."""
        assert self._prepared is not None
        if self._last is not None and self._last[0] is scene and self._last[1] == time_s:
            return self._last[2]
        return self._visible(scene, self._prepared.poses(time_s), Sight.of(scene, time_s, k))

    def _visible(self, scene: Scene, poses: Float64, sight: Sight) -> VisibleSurfaces:
        k = sight.intrinsics
        world_to_camera = np.linalg.inv(sight.camera_to_world)
        bodies = world_to_camera @ poses
        flats = prepare_flat(scene.planars, bodies, k, sight.flat)
        first = 1 + len(scene.planars.body)
        curves = prepare_curved(scene.quadrics, bodies, k, sight.curved, first)
        w = np.zeros((k.height, k.width), np.float32)
        surface = np.zeros(w.shape, np.uint16)

        def draw(top: int, bottom: int) -> None:
            raster = Raster(top, w[top:bottom], surface[top:bottom], scene.atlas)
            raster.flat(flats)
            raster.curved(curves)

        self._each(_bands(k.height, self._threads), draw)
        return VisibleSurfaces(w, surface, np.concatenate([world_to_camera[None], bodies]))

    def _picture(
        self,
        scene: Scene,
        moment: _Moment,
        sight: Sight,
        seen: VisibleSurfaces,
        is_image: bool = False,
    ) -> UInt8:
        """(H, W, 3) colours of what is `seen`; in a mirror's image, mirrors have no image."""
        assert self._prepared is not None
        rgb = self._shade(scene, moment, sight, seen)
        for surfaces in () if is_image else self._prepared.optical:
            mask = np.isin(seen.surface, surfaces)
            box = Box.around(mask)
            skin = scene.materials[surfaces[0] - 1]
            if box is None:
                continue
            others = []
            if skin.clear > 0:
                behind = self._inner(scene, moment, sight.through(scene, box))
                others.append((skin.clear, behind))
            if skin.mirror > 0:
                reflected = sight.reflected(scene, moment.poses, surfaces[0], box)
                image = self._inner(scene, moment, reflected, is_image=True)
                others.append((skin.mirror, image[:, ::-1]))
            part = rgb[box.slices]
            np.copyto(part, mixed(part, others), where=mask[box.slices][..., None])
        return _soften(rgb, seen.surface)

    def _inner(self, scene: Scene, moment: _Moment, sight: Sight, is_image: bool = False) -> UInt8:
        seen = self._visible(scene, moment.poses, sight)
        return self._picture(scene, moment, sight, seen, is_image)

    def _shade(self, scene: Scene, moment: _Moment, sight: Sight, seen: VisibleSurfaces) -> UInt8:
        assert self._prepared is not None
        tables, k = self._prepared.tables, sight.intrinsics
        lights = Lights(scene, tables, moment.maps, sight.camera_to_world, self._stains)
        frame = FrameTables.of(scene, tables, seen.body_to_camera[1:])
        shader = Shader(scene, tables, frame, lights, sight.camera_to_world, k)
        raw = np.empty((k.height, k.width, 3), np.uint8)

        def shade(top: int, bottom: int) -> None:
            raw[top:bottom] = shader.band(
                top, seen.inverse_depth[top:bottom], seen.surface[top:bottom]
            )

        self._each(_shading_bands(k), shade)
        return raw

    def _correspond(
        self, now: VisibleSurfaces, before: VisibleSurfaces, k: Intrinsics
    ) -> tuple[Float32, NDArray[np.bool_]]:
        assert self._prepared is not None
        body = self._prepared.tables.body
        flow = np.empty((self.height, self.width, 2), np.float32)
        covisible = np.empty((self.height, self.width), np.bool_)

        def carry(top: int, bottom: int) -> None:
            flow[top:bottom], covisible[top:bottom] = correspond(now, before, body, k, top, bottom)

        self._each(_shading_bands(k), carry)
        return flow, covisible


def _bands(height: int, count: int) -> list[tuple[int, int]]:
    """`height` rows in about `count` bands: first row, and the row behind the last.

    Drawing costs calls per surface and band, so one per thread is enough.
    """
    cuts = np.linspace(0, height, min(max(1, count), height) + 1).round().astype(int).tolist()
    return list(pairwise(cuts))


def _shading_bands(k: Intrinsics) -> list[tuple[int, int]]:
    """Bands for array operations per pixel, which are fastest on arrays that fit the cache."""
    return _bands(k.height, round(k.width * k.height / _BAND_PIXELS))


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
