"""Random scenes from a seat: inside a car, at an untidy desk, something held before the lens."""

from __future__ import annotations

import math
from itertools import pairwise

from models.scenes.builder import SceneBuilder
from models.scenes.camera_kinds import held
from models.scenes.furniture import laptop, monitor, ornament
from models.scenes.light_kinds import evening, indoor_light, outdoor_light
from models.scenes.motion import Rock, Sway
from models.scenes.outdoors import bush, car, house, tree
from models.scenes.paint import chance, paint, rgb, shown, solid, tinted
from models.scenes.rooms import furnish, set_out, shell
from models.scenes.scene import Material, Scene
from models.scenes.tableware import SMALL, WORK_TABLE, book, bottle, can, cup, keyboard, packet


def _u(b: SceneBuilder, low: float, high: float) -> float:
    return float(b.rng.uniform(low, high))


def _skin(b: SceneBuilder) -> Material:
    tone = [0.88, 0.68, 0.56]
    shade = _u(b, 0.35, 1.05)
    return tinted(b, rgb([shade * t for t in tone]), 0.12)


def wheel(b: SceneBuilder, radius: float, skin: Material) -> None:
    """A steering wheel in the xz plane about the origin."""
    spots = [
        (radius * math.cos(a), 0.0, radius * math.sin(a))
        for a in (i * 2 * math.pi / 14 for i in range(15))
    ]
    for here, there in pairwise(spots):
        b.rod(here, there, 0.016, skin, capped=False)
    b.ball((0, 0, 0), (0.08, 0.03, 0.06), skin)
    for a in (0.0, math.pi, -math.pi / 2):
        b.rod((0, 0, 0), (radius * math.cos(a), 0, radius * math.sin(a)), 0.018, skin, capped=False)


def _seat(b: SceneBuilder, cloth: Material) -> None:
    b.block(0, 0, 0.25, (0.5, 0.5, 0.2), cloth)
    b.block(0, -0.28, 0.4, (0.5, 0.12, 0.6), cloth)
    b.block(0, -0.3, 1.02, (0.26, 0.09, 0.18), cloth)


def _cabin(b: SceneBuilder, from_behind: bool) -> None:
    trim = solid(b, 0.15, 0.05, 0.6, 0.1)
    dark = solid(b, 0.1, 0.03, 0.4, 0.2)
    front = _u(b, 0.75, 0.95)
    b.block(0, front + 0.2, 0.0, (1.5, 0.5, _u(b, 0.75, 0.88)), trim)
    b.box((0.0, front - 0.07, 0.72), (0.3, 0.04, 0.16), dark, front=shown(b, "screen", 0.6))
    b.block(0, 0.35, 0.0, (0.22, 0.9, 0.45), dark)
    side = 1 if chance(b.rng, 0.5) else -1
    with b.at(side * 0.37, front - 0.2, 0.78):
        wheel(b, 0.18, dark)
    b.box((0, 0.2, 1.42), (1.36, 1.9, 0.05), trim)
    for x in (-1.0, 1.0):
        b.box((x * 0.74, 0.2, 0.45), (0.1, 2.2, 0.9), trim)
        b.rod((x * 0.74, front + 0.25, 0.9), (x * 0.62, 0.55, 1.42), 0.045, trim)
        b.rod((x * 0.72, -0.25, 0.85), (x * 0.66, -0.25, 1.42), 0.06, trim)
        b.box((x * 0.86, front - 0.1, 0.98), (0.2, 0.06, 0.13), dark)
    b.box((0, front - 0.15, 1.33), (0.24, 0.03, 0.07), dark)
    if from_behind:
        cloth = paint(b, "cloth", 0.3, 0.0)
        for x in (-0.37, 0.37):
            with b.at(x, 0.35, 0):
                _seat(b, cloth)


def car_interior(b: SceneBuilder, seed: int) -> Scene:
    """The inside of a car from a front or a back seat, a road beyond the windows."""
    b.floor(-300, -60, 300, 500, 0, paint(b, "ground", 2.5, 0.1, 0.02))
    b.floor(-300, 0, -5, 500, 0.01, paint(b, "grass", 2.0, 0.0, 0.05))
    for _ in range(int(b.rng.integers(3, 14))):
        side, y = (1 if chance(b.rng, 0.5) else -1), _u(b, 4, 45)
        with b.at(side * _u(b, 4, 11), y, 0, side * _u(b, 0, 1.6)):
            if chance(b.rng, 0.35):
                house(b, _u(b, 6, 12), 8.0, _u(b, 3, 10))
            else:
                (tree, bush, car)[int(b.rng.integers(3))](b)
    if chance(b.rng, 0.5):
        with b.at(_u(b, -2.5, 2.5), _u(b, 6, 20), 0):
            car(b)
    behind = chance(b.rng, 0.45)
    with b.at(0, 0, 0.35):
        _cabin(b, behind)
    eye = (_u(b, -0.25, 0.25), (-0.75 if behind else 0.0), _u(b, 1.4, 1.62))
    target = (_u(b, -0.8, 0.8), 1.2, 1.35 + _u(b, -0.35, 0.15))
    camera = held(b.rng, eye, target, _u(b, 0.01, 0.05), _u(b, -0.08, 0.08))
    light = outdoor_light(b, 20.0)
    return b.build("car_interior", seed, light, camera, _u(b, 55, 100), (-8, -3, 8, 25))


def untidy_desk(b: SceneBuilder, seed: int) -> Scene:
    """A desk under piles of things: screens, books, cups, papers, cables, from where one sits."""
    half, depth, height = _u(b, 1.2, 2.5), _u(b, 1.5, 3.5), _u(b, 2.2, 3.0)
    x0, y0, x1, y1 = -half, -0.9, half, depth
    shell(b, x0, y0, x1, y1, height)
    w, d, h = _u(b, 1.2, 2.0), _u(b, 0.7, 0.95), _u(b, 0.68, 0.78)
    with b.at(0, 0.3 + d / 2):
        top = paint(b, str(b.rng.choice(["wood", "plain", "cloth", "grain"])), 0.8)
        b.block(0, 0, h - 0.04, (w, d, 0.04), top)
        for x in _places(b, w):
            with b.at(x, d * 0.28, h, _u(b, -0.4, 0.4)):
                (monitor if chance(b.rng, 0.7) else laptop)(b)
        with b.at(_u(b, -0.2, 0.2), -d * 0.2, h, _u(b, -0.2, 0.2)):
            keyboard(b)
        set_out(b, w, d, h, WORK_TABLE if chance(b.rng, 0.6) else SMALL, int(b.rng.integers(6, 18)))
        for _ in range(int(b.rng.integers(0, 5))):  # cables
            x, y = _u(b, -0.4, 0.4) * w, d * 0.3
            wire = solid(b, 0.2, 0.02, 0.4)
            b.rod((x, y, h + 0.008), (_u(b, -0.4, 0.4) * w, -d * 0.2, h + 0.008), 0.004, wire)
    if chance(b.rng, 0.6):
        furnish(b, x0, d + 0.5, x1, y1, int(b.rng.integers(1, 4)), d + 0.5)
    eye = (_u(b, -0.4, 0.4), _u(b, -0.3, 0.1), h + _u(b, 0.2, 0.8))
    target = (_u(b, -0.4, 0.4), 0.3 + d / 2, h + _u(b, -0.05, 0.25))
    light = (evening if chance(b.rng, 0.35) else indoor_light)(b, x0, y0, x1, y1, height)
    camera = held(b.rng, eye, target, _u(b, 0.01, 0.07), _u(b, -0.15, 0.15))
    return b.build("untidy_desk", seed, light, camera, _u(b, 50, 90), (x0, y0, x1, y1), height)


def _places(b: SceneBuilder, width: float) -> tuple[float, ...]:
    return (-0.27 * width, 0.27 * width) if chance(b.rng, 0.4) else (_u(b, -0.2, 0.2) * width,)


def hand(b: SceneBuilder, skin: Material) -> None:
    """A hand that closes round the origin, its forearm coming from below and nearer."""
    b.rod((0.02, -0.12, -0.28), (0.01, -0.03, -0.05), 0.042, skin, 0.03, capped=False)
    b.ball((0.0, -0.02, -0.01), (0.045, 0.028, 0.05), skin)
    for i in range(4):
        z = 0.03 - i * 0.021
        b.rod((-0.035, -0.03, z), (-0.05, 0.03, z), 0.0095, skin)
        b.rod((-0.05, 0.03, z), (-0.015, 0.055, z - 0.004), 0.0085, skin)
    b.rod((0.035, -0.03, 0.0), (0.04, 0.02, 0.035), 0.011, skin)


def in_hand(b: SceneBuilder, seed: int) -> Scene:
    """One or two hands close to the lens with something in them, a room behind."""
    half, depth, height = _u(b, 1.2, 3.5), _u(b, 1.5, 6.0), _u(b, 2.2, 3.0)
    x0, y0, x1, y1 = -half, -0.8, half, depth
    shell(b, x0, y0, x1, y1, height)
    if chance(b.rng, 0.8):
        furnish(b, x0, 0.9, x1, y1, int(b.rng.integers(2, 7)), 0.9)
    eye, skin = (0.0, 0.0, _u(b, 1.0, 1.7)), _skin(b)
    for side in (-1, 1) if chance(b.rng, 0.35) else (1 if chance(b.rng, 0.5) else -1,):
        x, y = side * _u(b, 0.02, 0.16), _u(b, 0.3, 0.6)
        sway = Rock((_u(b, 0.0, 0.05), _u(b, 0.0, 0.06), _u(b, 0.0, 0.04)), _u(b, 2, 6))
        turn = Sway("y", _u(b, 0.0, 0.4), _u(b, 2, 5))
        with (
            b.at(x, y, eye[2] + _u(b, -0.16, 0.08), _u(b, -0.8, 0.8)),
            b.moving(sway),
            b.moving(turn),
        ):
            hand(b, skin)
            if chance(b.rng, 0.8):
                with b.at(0.0, 0.02, -0.06):
                    (cup, bottle, can, packet, book, _trinket)[int(b.rng.integers(6))](b)
    target = (_u(b, -0.1, 0.1), 0.6, eye[2] + _u(b, -0.15, 0.05))
    light = indoor_light(b, x0, y0, x1, y1, height)
    camera = held(b.rng, eye, target, _u(b, 0.005, 0.03), _u(b, -0.1, 0.1))
    return b.build("in_hand", seed, light, camera, _u(b, 45, 75), (x0, y0, x1, y1), height)


def _trinket(b: SceneBuilder) -> None:
    ornament(b, 0.12)
