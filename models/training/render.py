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
from models.training.clip import HELD_OUT, Clip
from models.training.photographs import photographs

PHOTOGRAPHS_AT_ONCE = 10
"""As many as fit beside the built-in textures."""
SCENES_PER_ATLAS = 200
SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S = 1 / 30, 1 / 10
LATEST_START_S = 20.0
TILTED_SHARE = 0.4
"""Scenes that are seen from a camera that is not held level."""
STEEPEST = 1.2
"""Radians below the horizon."""
HARD_KINDS = (
    "library", "hall", "bare_corner", "foliage", "wildlife", "crowd", "car_interior", "untidy_desk",
    "in_hand",
)  # fmt: skip
"""Kinds of pictures that networks trained without them got wrong."""
HARD_SHARE = 0.4


def render_clip(index: int, size: tuple[int, int], frames: int) -> Clip:
    """Scene `index` as `frames` frames of `size` (width, height)."""
    rng = np.random.default_rng((20, index))
    atlas = _atlas(index // SCENES_PER_ATLAS)
    scene = random_scene(int(rng.integers(2**31)), kind_of(index), atlas)
    if rng.random() < TILTED_SHARE:
        scene = replace(scene, camera=tilted(scene.camera, rng))
    start = float(rng.uniform(0.0, LATEST_START_S))
    interval = float(rng.uniform(SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S))
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


@lru_cache(maxsize=2)
def _atlas(number: int) -> TextureAtlas:
    """Other textures and another choice of photographs for every few scenes."""
    known = photographs()
    chosen = np.random.default_rng((21, number)).permutation(len(known))[:PHOTOGRAPHS_AT_ONCE]
    return build_atlas(number).with_photographs([known[i] for i in chosen])
