"""Random indoor scenes: rooms, corridors, kitchens, people before a camera."""

from __future__ import annotations

import math

from models.scenes.builder import SceneBuilder
from models.scenes.camera_kinds import held
from models.scenes.furniture import crate, cupboard, plant, shelf
from models.scenes.light_kinds import indoor_light
from models.scenes.motion import Bounce, Loop, Rock, Sway
from models.scenes.paint import chance, paint
from models.scenes.people import SEATED, person, random_appearance
from models.scenes.rooms import counter, furnish, shell
from models.scenes.scene import Scene


def _u(b: SceneBuilder, low: float, high: float) -> float:
    return float(b.rng.uniform(low, high))


def walker(b: SceneBuilder, x: float, y: float, radius: float) -> None:
    """A person walking round an ellipse about (x, y)."""
    pace = _u(b, 0.6, 1.3)
    loop = Loop(radius, radius * 0.7, 5.4 * radius / pace, _u(b, 0, 6.3))
    with b.at(x, y, 0, _u(b, 0, 6.3)), b.moving(loop), b.at(0, 0, 0, math.pi):
        person(b, random_appearance(b), walking=True)


def ball(b: SceneBuilder, x: float, y: float) -> None:
    """A bouncing ball."""
    r = _u(b, 0.08, 0.25)
    with b.at(x, y, r), b.moving(Bounce(_u(b, 0.3, 1.2), _u(b, 0.7, 1.2), _u(b, 0, 1))):
        b.ball((0, 0, 0), r, paint(b, "cloth", 0.3, 0.3, vivid=0.7))


def room(b: SceneBuilder, seed: int) -> Scene:
    """A furnished room seen from near one wall."""
    half, depth = _u(b, 1.6, 4.5), _u(b, 2.8, 9.0)
    back, height = _u(b, 0.4, 2.0), _u(b, 2.2, 3.6)
    x0, y0, x1, y1 = -half, -back, half * _u(b, 0.6, 1.2), depth
    shell(b, x0, y0, x1, y1, height)
    furnish(b, x0, y0, x1, y1, int(b.rng.integers(2, 12)), 0.8)
    if chance(b.rng, 0.3):
        walker(b, 0.0, depth * 0.55, 0.7)
    if chance(b.rng, 0.3):
        ball(b, _u(b, -1, 1), depth * _u(b, 0.3, 0.8))
    b.floor(-1.0, depth * 0.4, 1.0, depth * 0.7, 0.006, paint(b, "rug", 0.0))
    eye = (_u(b, -0.25, 0.25), 0.0, min(_u(b, 0.4, 1.8), height - 0.4))
    target = (_u(b, -0.4, 0.4) * half, depth * 0.8, eye[2] + _u(b, -0.35, 0.12) * depth)
    light = indoor_light(b, x0, y0, x1, y1, height)
    camera = held(b.rng, eye, target, _u(b, 0.02, 0.2), _u(b, -0.06, 0.06))
    return b.build("room", seed, light, camera, _u(b, 45, 90), (x0, y0, x1, y1), height)


def corridor(b: SceneBuilder, seed: int) -> Scene:
    """A passage, long and narrow."""
    half, length, height = _u(b, 0.7, 1.8), _u(b, 6, 25), _u(b, 2.2, 3.4)
    y0 = -2.0
    shell(b, -half, y0, half, length, height)
    for _ in range(int(b.rng.integers(0, 6))):
        side = 1 if chance(b.rng, 0.5) else -1
        with b.at(side * (half - 0.3), _u(b, 2.0, length - 1), 0, side * -math.pi / 2):
            (plant, crate, cupboard, shelf)[int(b.rng.integers(4))](b)
    if chance(b.rng, 0.5):
        where = (_u(b, -0.3, 0.3), _u(b, 2.5, min(length - 1, 8)))
        with b.at(*where), b.moving(Rock((0, 1.0, 0), _u(b, 4, 8))):
            person(b, random_appearance(b), walking=chance(b.rng, 0.7))
    eye = (_u(b, -0.4, 0.4) * half, 0.0, _u(b, 0.5, 1.8))
    target = (_u(b, -0.5, 0.5) * half, min(length, 7.0), eye[2] + _u(b, -1.2, 0.5))
    light = indoor_light(b, -half, y0, half, min(length, 9.0), height)
    path = held(b.rng, eye, target, _u(b, 0.03, 0.12), _u(b, -0.05, 0.05))
    return b.build("corridor", seed, light, path, _u(b, 45, 85), (-half, y0, half, length), height)


def kitchen(b: SceneBuilder, seed: int) -> Scene:
    """A kitchen: counters, cupboards, a fridge, a table."""
    half, depth, height = _u(b, 1.3, 2.6), _u(b, 2.2, 5.0), _u(b, 2.3, 3.0)
    x0, y0, x1, y1 = -half, -_u(b, 0.4, 1.5), half, depth
    shell(b, x0, y0, x1, y1, height)
    with b.at(_u(b, -0.3, 0.3), y1 - 0.31):
        counter(b, _u(b, 1.2, 2 * half - 0.6))
    side = 1 if chance(b.rng, 0.5) else -1
    if chance(b.rng, 0.7):
        with b.at(side * (half - 0.31), depth * 0.45, 0, side * -math.pi / 2):
            counter(b, depth * _u(b, 0.3, 0.6))
    with b.at(-side * (half - 0.36), _u(b, 0.5, 0.85) * depth, 0, side * math.pi / 2):
        cupboard(b, 0.62, _u(b, 1.4, 2.0), 0.6)
    if half > 1.7:
        furnish(b, x0 + 0.7, y0, x1 - 0.7, y1 - 0.9, int(b.rng.integers(0, 3)), 0.8)
    eye = (_u(b, -0.3, 0.3), 0.0, _u(b, 0.9, 1.8))
    target = (_u(b, -0.5, 0.5) * half, depth, _u(b, 0.3, 1.3))
    light = indoor_light(b, x0, y0, x1, y1, height)
    camera = held(b.rng, eye, target, _u(b, 0.02, 0.12), _u(b, -0.06, 0.06))
    return b.build("kitchen", seed, light, camera, _u(b, 50, 85), (x0, y0, x1, y1), height)


def people(b: SceneBuilder, seed: int) -> Scene:
    """One to three people before a camera, as in a call, with a room behind."""
    half, depth, height = _u(b, 1.2, 3.5), _u(b, 1.6, 6.0), _u(b, 2.2, 3.2)
    x0, y0, x1, y1 = -half, -0.8, half, depth
    shell(b, x0, y0, x1, y1, height)
    near, look = _u(b, 0.5, 1.5), random_appearance(b)
    sitting = chance(b.rng, 0.5)
    for i in range(1 if chance(b.rng, 0.65) else int(b.rng.integers(2, 4))):
        figure = look if i == 0 else random_appearance(b)
        x = _u(b, -0.2, 0.2) * near + (0, 0.6, -0.65)[i]
        drop = -SEATED * figure.height if sitting else 0.0
        with b.at(x, near + 0.35 * i, 0, _u(b, -0.5, 0.5)):
            if sitting:
                seat = 0.2 * figure.height
                b.block(0, 0.1, 0, (0.45, 0.42, seat), paint(b, "cloth", 0.4, 0.0))
                if chance(b.rng, 0.5):
                    b.block(0, 0.33, seat, (0.48, 0.08, 0.6), paint(b, "cloth", 0.4, 0.0))
            hips = 0.5 * figure.height + drop
            lean = Sway("y", 0.06, _u(b, 2, 5))
            with b.at(0, 0, hips), b.moving(lean), b.at(0, 0, -hips):
                person(b, figure, sitting=sitting)
    if chance(b.rng, 0.7):
        furnish(b, x0, near + 0.6, x1, y1, int(b.rng.integers(1, 6)), near + 0.7)
    top = (0.92 - (SEATED if sitting else 0.0)) * look.height
    eye = (_u(b, -0.1, 0.1), 0.0, top + _u(b, -0.35, 0.2))
    target = (_u(b, -0.12, 0.12), near, top - _u(b, 0.0, 0.3))
    light = indoor_light(b, x0, y0, x1, y1, height)
    camera = held(b.rng, eye, target, _u(b, 0.0, 0.04), _u(b, -0.05, 0.05))
    return b.build("people", seed, light, camera, _u(b, 50, 80), (x0, y0, x1, y1), height)


def clutter(b: SceneBuilder, seed: int) -> Scene:
    """Boxes, balls, rods and cones of any size, standing on a floor, some in the air."""
    half, depth, height = _u(b, 2, 5), _u(b, 3, 10), _u(b, 2.5, 5)
    shell(b, -half, -1.0, half, depth, height)
    for _ in range(int(b.rng.integers(5, 28))):
        with b.at(_u(b, -0.9, 0.9) * half, _u(b, 1.3, depth * 0.95), 0, _u(b, 0, 6.3)):
            if chance(b.rng, 0.2):
                with b.moving(Rock((_u(b, -0.6, 0.6), _u(b, -0.6, 0.6), 0), _u(b, 2, 8))):
                    solid_shape(b)
            else:
                solid_shape(b)
    eye = (_u(b, -0.3, 0.3), 0.0, _u(b, 0.3, 2.2))
    target = (_u(b, -0.4, 0.4) * half, depth * 0.6, _u(b, 0.0, 1.2))
    light = indoor_light(b, -half, -1.0, half, depth, height)
    camera = held(b.rng, eye, target, _u(b, 0.02, 0.2), _u(b, -0.15, 0.15))
    return b.build(
        "clutter", seed, light, camera, _u(b, 40, 90), (-half, -1.0, half, depth), height
    )


def solid_shape(b: SceneBuilder) -> None:
    """A plain solid on the ground."""
    s = _u(b, 0.15, 0.9)
    groups = ["wood", "label", "cloth", "stone", "metal", "picture", "tile", "brick", "text"]
    skin = paint(b, str(b.rng.choice(groups)), 0.5, None, 0.3, 0.6)
    match int(b.rng.integers(0, 7)):
        case 0 | 1:
            b.block(0, 0, 0, (s * _u(b, 0.3, 1.5), s * _u(b, 0.3, 1.5), s * _u(b, 0.3, 2)), skin)
        case 2:
            b.ball((0, 0, s / 2), s / 2, skin)
        case 3:
            r = s * _u(b, 0.1, 0.5)
            b.rod((0, 0, 0), (0, 0, s * _u(b, 0.5, 2)), r, skin)
        case 4:
            b.rod((0, 0, 0), (0, 0, s), s * 0.4, skin, s * _u(b, 0, 0.3))
        case 5:
            b.rod((0, -s, s * 0.2), (0, s, s * 0.2), s * 0.2, skin)
        case _:
            r = _u(b, 0.01, 0.03)
            b.rod((0, 0, 0), (_u(b, -0.2, 0.2), 0, _u(b, 0.5, 2.2)), r, skin)
