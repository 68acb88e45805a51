"""What SceneOptions put into the demonstration scene."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from models.scene_options import SceneOptions
from models.scene_places import GLASS_PANE, OBJECT_X, ON_BACK_WALL
from models.scenes.atlas import TextureAtlas, default_atlas
from models.scenes.builder import SceneBuilder
from models.scenes.furniture import chair, plant, shelf
from models.scenes.motion import CameraPath, Raised
from models.scenes.paint import tinted
from models.scenes.random_scene import random_scene
from models.scenes.renderer import Renderer
from models.scenes.scene import Material

_WALL_X, _WALL_Z = ON_BACK_WALL.x, ON_BACK_WALL.z
_WALL_WIDTH, _WALL_HEIGHT = ON_BACK_WALL.width, ON_BACK_WALL.height
_PANE_X, _PANE_Y, _PANE_WIDTH = GLASS_PANE.x, GLASS_PANE.y, GLASS_PANE.width
_PANE_HEIGHT = GLASS_PANE.z + GLASS_PANE.height / 2
_PHOTOGRAPH = ("corridor", 4, 0.8)
_PHOTOGRAPH_SIZE = (1000, 480)


@dataclass(frozen=True, slots=True)
class Walls:
    """The inside of a room, in metres; the camera looks along y, at the wall at `y1`."""

    x0: float
    y0: float
    x1: float
    y1: float
    height: float


def place_options(b: SceneBuilder, options: SceneOptions, camera: CameraPath, walls: Walls) -> None:
    """Place what `options` add to the room."""
    _BACK_WALLS[options.wall](_reseeded(b), walls)
    if options.glass:
        _pane(_reseeded(b))
    if options.object != "none":
        _object(_reseeded(b), options, camera)


def _reseeded(b: SceneBuilder) -> SceneBuilder:
    """The builder with the same random numbers for every part, whatever else is placed."""
    b.rng = np.random.default_rng(78)
    return b


def _object(b: SceneBuilder, options: SceneOptions, camera: CameraPath) -> None:
    place = b.at(OBJECT_X, camera.eye[1] + options.distance)
    size = np.diag([options.size] * 3 + [1.0])
    with place, b.moving(Raised(camera, options.raise_m)), b.within(size):
        if options.shadow:
            _OBJECTS[options.object](b)
        else:
            with b.shadowless():
                _OBJECTS[options.object](b)


def _ball(b: SceneBuilder) -> None:
    cloth = Material(b.atlas.groups["cloth"][7], 0.5, (0.5, 0.8, 1.0), (0.02, 0.1, 0.2), 0.3)
    b.ball((0, 0, 0.25), 0.25, cloth)


def _box(b: SceneBuilder) -> None:
    wood = Material(b.atlas.groups["wood"][1], 0.5, (0.8, 0.65, 0.45), (0.15, 0.1, 0.04))
    b.block(0, 0, 0, (0.5, 0.5, 0.5), wood)


def _chair(b: SceneBuilder) -> None:
    with b.at(0, 0, 0, 0.35):
        chair(b, tinted(b, (0.75, 0.25, 0.2), 0.0, "cloth"), tinted(b, (0.2, 0.2, 0.22), 0.3))


_OBJECTS = {"ball": _ball, "box": _box, "chair": _chair}


def _no_wall(_b: SceneBuilder, _walls: Walls) -> None:
    pass


def _mirror(b: SceneBuilder, walls: Walls) -> None:
    silver = replace(tinted(b, (0.7, 0.72, 0.72), 0.0), mirror=0.92, blotch=0.0)
    _hang(b, walls, silver)
    _behind_the_camera(b, walls)


def _behind_the_camera(b: SceneBuilder, walls: Walls) -> None:
    """Furniture that only the mirror shows."""
    oak = Material(b.atlas.groups["grain"][0], 0.9, (0.85, 0.8, 0.72), (0.12, 0.1, 0.06), 0.15)
    with b.at(0, walls.y0, 0, math.pi):
        with b.at(-1.9, -0.2):
            shelf(b, oak)
        with b.at(2.2, -0.3):
            plant(b, 1.5)
        for x, width, member in ((-0.5, 0.9, 1), (0.75, 1.2, 4)):
            picture = Material(b.atlas.groups["picture"][member], 0.0, gloss=0.1)
            b.panel((x, -0.012, 1.75), width + 0.06, 0.86, tinted(b, (0.16, 0.17, 0.19)))
            b.panel((x, -0.016, 1.75), width, 0.8, picture)


def _photograph(b: SceneBuilder, walls: Walls) -> None:
    b.atlas = _atlas_with_photograph()
    _hang(b, walls, Material(b.atlas.groups["photo"][0], 0.0, blotch=0.0))


def _hang(b: SceneBuilder, walls: Walls, surface: Material) -> None:
    """A framed surface on the back wall."""
    y, frame = walls.y1, tinted(b, (0.2, 0.15, 0.1), 0.3)
    rail = 0.05
    b.panel((_WALL_X, y - 0.01, _WALL_Z), _WALL_WIDTH, _WALL_HEIGHT, surface)
    for side in (-1, 1):
        x, z = _WALL_X + side * (_WALL_WIDTH + rail) / 2, _WALL_Z + side * (_WALL_HEIGHT + rail) / 2
        b.box((x, y - 0.015, _WALL_Z), (rail, 0.03, _WALL_HEIGHT + 2 * rail), frame)
        b.box((_WALL_X, y - 0.015, z), (_WALL_WIDTH, 0.03, rail), frame)


def _pattern(b: SceneBuilder, walls: Walls) -> None:
    motif = Material(b.atlas.groups["cloth"][6], 1.6, (0.85, 0.8, 0.7), blotch=0.0)
    middle = (walls.x0 + walls.x1) / 2, walls.y1 - 0.003, walls.height / 2
    b.panel(middle, walls.x1 - walls.x0, walls.height, motif)


_BACK_WALLS = {
    "pictures": _no_wall,
    "mirror": _mirror,
    "photograph": _photograph,
    "pattern": _pattern,
}


def _pane(b: SceneBuilder) -> None:
    """A pane between two posts on feet."""
    glass = replace(tinted(b, (0.7, 0.85, 0.8), 0.0), mirror=0.09, clear=0.86, blotch=0.0)
    metal = tinted(b, (0.55, 0.56, 0.58), 0.5)
    bottom = 0.06
    with b.at(_PANE_X, _PANE_Y):
        for side in (-1, 1):
            x = side * (_PANE_WIDTH / 2 + 0.02)
            b.box((x, 0, _PANE_HEIGHT / 2), (0.04, 0.05, _PANE_HEIGHT), metal)
            b.box((x, 0, 0.015), (0.08, 0.5, 0.03), metal)
        b.box((0, 0, bottom / 2 + 0.02), (_PANE_WIDTH, 0.04, bottom), metal)
        height = _PANE_HEIGHT - bottom - 0.02
        b.panel((0, 0, bottom + 0.02 + height / 2), _PANE_WIDTH, height, glass, two_sided=True)


@lru_cache(maxsize=1)
def _atlas_with_photograph() -> TextureAtlas:
    kind, seed, time_s = _PHOTOGRAPH
    renderer = Renderer(*_PHOTOGRAPH_SIZE, threads=1)
    picture = renderer.render(random_scene(seed, kind), time_s).rgb
    renderer.close()
    return default_atlas().with_photographs([picture])
