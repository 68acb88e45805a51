"""Random close scenes: table tops, desks and still lifes, seen from within arm's reach."""

from __future__ import annotations

import math

from models.scenes.builder import SceneBuilder
from models.scenes.camera_kinds import held
from models.scenes.furniture import monitor
from models.scenes.layouts_indoor import solid_shape
from models.scenes.light_kinds import indoor_light
from models.scenes.motion import Rock, Spin
from models.scenes.paint import chance, paint
from models.scenes.rooms import furnish, set_out, shell
from models.scenes.scene import Scene
from models.scenes.tableware import SMALL, WORK_TABLE, keyboard


def _u(b: SceneBuilder, low: float, high: float) -> float:
    return float(b.rng.uniform(low, high))


def table_top(b: SceneBuilder, seed: int) -> Scene:
    """A table or a desk from where one would sit, the room behind it."""
    half, depth, height = _u(b, 1.5, 3.5), _u(b, 1.6, 6.0), _u(b, 2.3, 3.2)
    x0, y0, x1, y1 = -half, -1.0, half, depth
    shell(b, x0, y0, x1, y1, height)
    w, d, h = _u(b, 1.0, 2.2), _u(b, 0.7, 1.1), _u(b, 0.65, 0.85)
    middle = 0.25 + d / 2
    with b.at(0, middle):
        top = paint(b, str(b.rng.choice(["wood", "wood", "plain", "stone", "cloth"])), 0.9)
        b.block(0, 0, h - 0.04, (w, d, 0.04), top)
        for x in (-w / 2 + 0.05, w / 2 - 0.05):
            b.block(x, 0, 0, (0.06, d - 0.1, h - 0.04), top)
        _things(b, w, d, h)
    if chance(b.rng, 0.7):
        furnish(b, x0, middle + d, x1, y1, int(b.rng.integers(1, 5)), middle + d)
    back = _u(b, -0.25, 0.2)
    eye = (_u(b, -0.3, 0.3), back, h + _u(b, 0.15, 0.8))
    target = (_u(b, -0.2, 0.2), middle + _u(b, -0.1, 0.4), h + _u(b, -0.05, 0.25))
    light = indoor_light(b, x0, y0, x1, y1, height)
    camera = held(b.rng, eye, target, _u(b, 0.01, 0.08), _u(b, -0.1, 0.1))
    return b.build("table_top", seed, light, camera, _u(b, 45, 80), (x0, y0, x1, y1), height)


def _things(b: SceneBuilder, w: float, d: float, h: float) -> None:
    if chance(b.rng, 0.5):
        with b.at(_u(b, -0.2, 0.2), d * 0.3, h, _u(b, -0.2, 0.2)):
            monitor(b)
        with b.at(_u(b, -0.1, 0.1), -d * 0.15, h, _u(b, -0.1, 0.1)):
            keyboard(b)
        set_out(b, w, d, h, WORK_TABLE, int(b.rng.integers(2, 8)))
    else:
        set_out(b, w, d, h, SMALL, int(b.rng.integers(3, 14)))


def still_life(b: SceneBuilder, seed: int) -> Scene:
    """A few things on a table before a wall or a cloth, very near."""
    h, w, d = 0.75, _u(b, 1.2, 2.5), _u(b, 0.8, 1.4)
    wall_y = 0.3 + d
    groups = ["wood", "cloth", "stone", "plain", "tile"]
    b.floor(-3, -1, 3, wall_y, 0, paint(b, "floor", 1.2))
    b.block(0, 0.2 + d / 2, h - 0.05, (w, d, 0.05), paint(b, str(b.rng.choice(groups)), 0.5))
    with b.shadowless():
        skin = paint(b, str(b.rng.choice(["wall", "cloth", "brick", "picture", "plain"])), 0.9)
        b.panel((0, wall_y, 1.5), 6.0, 3.0, skin)
        b.panel((-3, 0, 1.5), 4.0, 3.0, skin, math.pi / 2)
        b.panel((3, 0, 1.5), 4.0, 3.0, skin, -math.pi / 2)
    middle = 0.2 + d * 0.45
    with b.at(0, middle):
        set_out(b, w * 0.6, d * 0.7, h, SMALL, int(b.rng.integers(3, 10)))
    if chance(b.rng, 0.3):
        with b.at(_u(b, -0.2, 0.2), middle, h), b.moving(Spin("z", _u(b, 0.5, 2))):
            b.box((0, 0, 0.06), (0.12, 0.08, 0.12), paint(b, "label", 0.0))
    eye = (_u(b, -0.25, 0.25), _u(b, -0.35, 0.05), h + _u(b, 0.1, 0.55))
    target = (_u(b, -0.1, 0.1), middle, h + _u(b, 0.0, 0.15))
    light = indoor_light(b, -1.5, -0.8, 1.5, wall_y, 2.2)
    camera = held(b.rng, eye, target, _u(b, 0.01, 0.06), _u(b, -0.1, 0.1))
    return b.build("still_life", seed, light, camera, _u(b, 40, 65), (-1.5, -0.8, 1.5, wall_y), 0.0)


def floating(b: SceneBuilder, seed: int) -> Scene:
    """Solids in the air before a backdrop: there is no ground to judge distance from."""
    depth = _u(b, 3, 12)
    with b.shadowless():
        b.panel(
            (0, depth, 0),
            depth * 3,
            depth * 3,
            paint(b, "wall", 2.0, odd=0.5),
            0.0,
            _u(b, -0.3, 0.3),
        )
        b.floor(-depth * 1.5, -1, depth * 1.5, depth, -_u(b, 1.0, 3.0), paint(b, "floor", 1.5))
    for _ in range(int(b.rng.integers(4, 20))):
        y = depth * _u(b, 0.15, 0.95)
        with b.at(_u(b, -0.6, 0.6) * y, y, _u(b, -0.6, 0.5) * y, _u(b, 0, 6.3)):
            reach = (_u(b, -0.3, 0.3), _u(b, -0.3, 0.3), _u(b, -0.3, 0.3))
            with (
                b.moving(Rock(reach, _u(b, 2, 8))),
                b.moving(Spin("xyz"[int(b.rng.integers(3))], _u(b, -1, 1))),
            ):
                solid_shape(b)
    light = indoor_light(b, -2, -1, 2, depth, 3.0)
    camera = held(b.rng, (0, -0.5, 0), (0, depth, 0), _u(b, 0.02, 0.2), _u(b, -0.3, 0.3))
    return b.build("floating", seed, light, camera, _u(b, 40, 80), (-4, -1, 4, depth), 0.0)
