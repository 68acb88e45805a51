"""Training scenes by number."""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from models.scenes import Renderer, TextureAtlas, build_atlas, random_scene
from models.scenes.motion import CameraPath
from models.scenes.paint import rgb
from models.scenes.scene import Colour, Lighting, Scene
from models.training.clip import HELD_OUT, Clip
from models.training.photographs import photographs

PHOTOGRAPHS_AT_ONCE = 10
"""As many as fit beside the built-in textures."""
SCENES_PER_ATLAS = 200
ATLASES_KEPT = 48
"""In memory, about 25 MB each. Making one takes as long as rendering ten frames, and the scenes of
one batch are of several."""
SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S = 1 / 30, 1 / 10
LONGEST_TRAINING_INTERVAL_S = 1 / 2
"""Between frames of a clip: a memory must also learn to let go when a slow machine skips frames."""
LATEST_START_S = 20.0
TILTED_SHARE = 0.4
"""Scenes that are seen from a camera that is not held level."""
STEEPEST = 1.2
"""Radians below the horizon."""
HARD_KINDS = (
    "library", "hall", "bare_corner", "foliage", "wildlife", "crowd", "car_interior", "untidy_desk",
    "in_hand", "mirrored", "glazed", "polished",
)  # fmt: skip
"""Kinds of pictures that networks trained without them got wrong."""
HARD_SHARE = 0.4
WIDE_SHARE, WIDEST_DEG = 0.12, 125.0
"""Scenes seen through a wide lens, without distortion, as of action and head-worn cameras."""
NIGHT_SHARE = 0.12


def render_clip(index: int, size: tuple[int, int], frames: int) -> Clip:
    """Scene `index` as `frames` frames of `size` (width, height)."""
    rng = np.random.default_rng((20, index))
    atlas = _atlas(index // SCENES_PER_ATLAS)
    scene = random_scene(int(rng.integers(2**31)), kind_of(index), atlas)
    if rng.random() < TILTED_SHARE:
        scene = replace(scene, camera=tilted(scene.camera, rng))
    scene = varied(scene, index)
    start = float(rng.uniform(0.0, LATEST_START_S))
    interval = interval_s(index, rng)
    with closing(Renderer(*size, threads=1)) as renderer:
        times = start + interval * np.arange(frames)
        shots = [renderer.render(scene, float(times[0]))]
        for before, now in pairwise(times.tolist()):
            shots.append(renderer.render(scene, now, before))
    rgb = np.stack([shot.rgb for shot in shots])
    disparity = np.stack([shot.disparity for shot in shots])
    if frames == 1:
        return Clip(rgb, disparity)
    still = np.zeros((size[1], size[0], 2), np.float32)
    flow = [still if s.flow_to_previous is None else s.flow_to_previous for s in shots]
    hidden = np.zeros(still.shape[:2], np.bool_)
    covisible = [hidden if s.covisible is None else s.covisible for s in shots]
    return Clip(rgb, disparity, np.stack(flow), np.stack(covisible))


def interval_s(index: int, rng: np.random.Generator) -> float:
    """Seconds between the frames of scene `index`; held-out scenes are never slow."""
    if index >= HELD_OUT:
        return float(rng.uniform(SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S))
    bounds = math.log(SHORTEST_INTERVAL_S), math.log(LONGEST_TRAINING_INTERVAL_S)
    return math.exp(float(rng.uniform(*bounds)))


def kind_of(index: int) -> str | None:
    """The kind of scene `index`; None for any that seeds draw, as all held-out scenes are."""
    rng = np.random.default_rng((22, index))
    if index >= HELD_OUT or rng.random() > HARD_SHARE:
        return None
    return HARD_KINDS[int(rng.integers(len(HARD_KINDS)))]


def tilted(camera: CameraPath, rng: np.random.Generator) -> CameraPath:
    """The same place seen as a hand-held or head-worn camera would: looking down, and askew."""
    towards = np.subtract(camera.target, camera.eye)
    level = math.hypot(towards[0], towards[1])
    distance = math.hypot(level, towards[2])
    elevation = math.atan2(towards[2], level) - float(rng.uniform(-0.15, 0.6))
    elevation = max(elevation, -STEEPEST)
    yaw = math.atan2(towards[1], towards[0]) + float(rng.normal(0.0, 0.2))
    flat = distance * math.cos(elevation)
    target = (
        camera.eye[0] + flat * math.cos(yaw),
        camera.eye[1] + flat * math.sin(yaw),
        camera.eye[2] + distance * math.sin(elevation),
    )
    return replace(camera, target=target, roll=camera.roll + float(rng.normal(0.0, 0.22)))


def varied(scene: Scene, index: int) -> Scene:
    """Scene `index` through a wide lens or at night, now and then; held-out scenes stay."""
    rng = np.random.default_rng((23, index))
    if index >= HELD_OUT:
        return scene
    if rng.random() < WIDE_SHARE:
        scene = replace(scene, fov_deg=float(rng.uniform(max(scene.fov_deg, 85.0), WIDEST_DEG)))
    if rng.random() < NIGHT_SHARE:
        scene = replace(scene, lighting=night(scene, rng))
    return scene


def night(scene: Scene, rng: np.random.Generator) -> Lighting:
    """One lamp near what is looked at, its light gone a few metres on; a dark sky, a long exposure.

    Windows, screens and lamps shine as by day, and are now the brightest.
    """
    day, dark = scene.lighting, float(rng.uniform(0.04, 0.15))
    share = float(rng.uniform(0.2, 0.8))
    eye, target = np.array(scene.camera.eye), np.array(scene.camera.target)
    lamp = eye + share * (target - eye) + rng.uniform((-1.5, -0.5, 0.8), (1.5, 0.5, 2.5))
    if scene.wall_m > 0:
        x0, y0, x1, y1 = scene.extent
        lamp = np.clip(lamp, (x0 + 0.2, y0 + 0.2, 0.3), (x1 - 0.2, y1 - 0.2, scene.wall_m - 0.2))
    warm = np.array([1.0, rng.uniform(0.6, 1.0), rng.uniform(0.3, 1.1)])
    sky = dark * np.array([0.25, 0.3, 0.5])

    def dimmed(colour: Colour) -> Colour:
        return rgb(np.multiply(colour, dark))

    return replace(
        day,
        key_position=rgb(lamp),
        key_focus=rgb((lamp[0], lamp[1] + 0.05, 0.0)),
        key_fov_deg=150.0,
        key_colour=rgb(warm * rng.uniform(0.8, 1.8)),
        key_falloff_m=float(rng.uniform(1.5, 5.0)),
        fill_colour=dimmed(day.fill_colour),
        ambient_up=dimmed(day.ambient_up),
        ambient_down=dimmed(day.ambient_down),
        fog_colour=dimmed(day.fog_colour),
        sky_zenith=rgb(sky * 0.4),
        sky_horizon=rgb(sky),
        cloud_amount=day.cloud_amount * dark,
        exposure=day.exposure * float(rng.uniform(1.0, 1.8)),
    )


@lru_cache(maxsize=ATLASES_KEPT)
def _atlas(number: int) -> TextureAtlas:
    """Other textures and another choice of photographs for every few scenes."""
    known = photographs()
    chosen = np.random.default_rng((21, number)).permutation(len(known))[:PHOTOGRAPHS_AT_ONCE]
    return build_atlas(number).with_photographs([known[i] for i in chosen])
