"""Random scenes of every kind, checked to be useful."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.geometry import Intrinsics
from models.scenes import (
    layouts_close,
    layouts_halls,
    layouts_indoor,
    layouts_nature,
    layouts_optics,
    layouts_outdoor,
    layouts_seat,
    layouts_work,
)
from models.scenes.atlas import TextureAtlas, default_atlas
from models.scenes.builder import SceneBuilder
from models.scenes.projection import prepare_curved, prepare_flat
from models.scenes.raster import Raster
from models.scenes.scene import Scene

Layout = Callable[[SceneBuilder, int], Scene]

_LAYOUTS: dict[str, tuple[Layout, float]] = {
    "room": (layouts_indoor.room, 2.5),
    "corridor": (layouts_indoor.corridor, 1.0),
    "kitchen": (layouts_indoor.kitchen, 1.2),
    "people": (layouts_indoor.people, 2.0),
    "office": (layouts_work.office, 1.2),
    "basement": (layouts_work.basement, 0.8),
    "shop": (layouts_work.shop, 0.6),
    "clutter": (layouts_indoor.clutter, 1.0),
    "table_top": (layouts_close.table_top, 1.6),
    "still_life": (layouts_close.still_life, 1.0),
    "floating": (layouts_close.floating, 0.4),
    "street": (layouts_outdoor.street, 1.5),
    "open_ground": (layouts_outdoor.open_ground, 1.2),
    "park": (layouts_outdoor.park, 0.8),
    "library": (layouts_halls.library, 0.0),
    "hall": (layouts_halls.hall, 0.0),
    "bare_corner": (layouts_halls.bare_corner, 0.0),
    "foliage": (layouts_nature.foliage, 0.0),
    "wildlife": (layouts_nature.wildlife, 0.0),
    "crowd": (layouts_nature.crowd, 0.0),
    "car_interior": (layouts_seat.car_interior, 0.0),
    "untidy_desk": (layouts_seat.untidy_desk, 0.0),
    "in_hand": (layouts_seat.in_hand, 0.0),
    "mirrored": (layouts_optics.mirrored, 0.0),
    "glazed": (layouts_optics.glazed, 0.0),
    "polished": (layouts_optics.polished, 0.0),
}
"""How each kind is laid out, and how often a seed without a kind draws it; those with 0 are drawn
by name alone, so that the scene of a seed stays what it was."""
SCENE_KINDS: tuple[str, ...] = tuple(_LAYOUTS)
_PROBE = (48, 36)
_TRIES = 8


def random_scene(seed: int, kind: str | None = None, atlas: TextureAtlas | None = None) -> Scene:
    """A random scene; the same for the same arguments.

    Parameters
    ----------
    seed
        Of all random choices.
    kind
        One of SCENE_KINDS, or None to draw one.
    atlas
        Textures, default_atlas() unless given; its group "photo" is used if there is one.

    Raises
    ------
    ValueError
        For an unknown kind.
    """
    if kind is not None and kind not in _LAYOUTS:
        raise ValueError(f"no scene of kind {kind!r}; there are {', '.join(SCENE_KINDS)}")
    if atlas is None:
        atlas = default_atlas()
    rng = np.random.default_rng([seed, 0])
    if kind is None:
        weights = np.array([weight for _, weight in _LAYOUTS.values()])
        kind = SCENE_KINDS[int(rng.choice(len(weights), p=weights / weights.sum()))]
    for attempt in range(_TRIES):
        builder = SceneBuilder(np.random.default_rng([seed, 1 + attempt]), atlas)
        scene = _LAYOUTS[kind][0](builder, seed)
        if _worth_looking_at(scene):
            break
    return scene


def _worth_looking_at(scene: Scene) -> bool:
    """Whether nothing fills the view from very near, and there is more than one distance."""
    width, height = _PROBE
    k = Intrinsics.from_fov(scene.fov_deg, width, height)
    for time_s in (0.0, 1.7):
        poses = np.linalg.inv(scene.camera.camera_to_world(time_s)) @ scene.body_to_world(time_s)
        w = np.zeros((height, width), np.float32)
        raster = Raster(0, w, np.zeros(w.shape, np.uint16), scene.atlas)
        flat, curved = len(scene.planars.body), len(scene.quadrics.body)
        raster.flat(prepare_flat(scene.planars, poses, k, np.ones(flat, np.bool_)))
        raster.curved(prepare_curved(scene.quadrics, poses, k, np.ones(curved, np.bool_), 1 + flat))
        near, far = np.quantile(w, 0.95), np.quantile(w, 0.05)
        if np.mean(w > 1 / 0.2) > 0.02 or near - far < 0.25 * near or np.mean(w == 0) > 0.6:
            return False
    return True
