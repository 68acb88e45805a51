"""Random outdoor scenes: streets, roads from behind a windscreen, open ground, parks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from models.scenes.animals import animal, cyclist
from models.scenes.builder import SceneBuilder
from models.scenes.camera_kinds import driving, held
from models.scenes.layouts_indoor import solid_shape, walker
from models.scenes.light_kinds import outdoor_light
from models.scenes.motion import Drive, Rock
from models.scenes.outdoors import (
    bench,
    bicycle,
    bin_,
    bush,
    car,
    fence,
    hill,
    house,
    rock,
    sign,
    street_lamp,
    tree,
    white,
)
from models.scenes.paint import chance, paint, rgb
from models.scenes.people import person, random_appearance
from models.scenes.scene import Scene


def _u(b: SceneBuilder, low: float, high: float) -> float:
    return float(b.rng.uniform(low, high))


def _ground(b: SceneBuilder, group: str, tile_m: float) -> None:
    b.floor(-400, -60, 400, 900, 0, paint(b, group, tile_m, 0.0, 0.02))


def _road(b: SceneBuilder, half: float, walk: float, kerb: float) -> None:
    """A road along y with markings, and a pavement on each side."""
    tar = paint(b, "ground", 2.5, 0.1, 0.0, 0.05)
    dark = _u(b, 0.35, 0.9)
    tar = replace(tar, gain=rgb([dark * g for g in tar.gain]))
    b.floor(-half, -60, half, 400, 0.004, tar)
    line = white(b)
    if chance(b.rng, 0.7):
        for i in range(16):
            b.floor(-0.07, i * 5.0 - 6, 0.07, i * 5.0 - 3.5, 0.008, line)
    if chance(b.rng, 0.4):
        for x in (-half + 0.3, half - 0.3):
            b.floor(x - 0.06, -60, x + 0.06, 200, 0.008, line)
    if chance(b.rng, 0.25):
        at = _u(b, 4, 12)
        for i in range(int(2 * half / 0.9)):
            b.floor(-half + i * 0.9, at, -half + i * 0.9 + 0.45, at + 3, 0.008, line)
    slab = paint(b, str(b.rng.choice(["tile", "stone", "ground", "brick"])), 1.5, 0.0)
    for side in (-1, 1):
        b.box((side * (half + walk / 2), 170, kerb / 2), (walk, 460, kerb), slab)


def _houses(b: SceneBuilder, offset: float) -> None:
    for side in (-1, 1):
        y = _u(b, -12, -4)
        row = chance(b.rng, 0.6)
        while y < 90:
            width = _u(b, 6, 16)
            depth = _u(b, 6, 12)
            x = side * (offset + depth / 2 + (0.0 if row else _u(b, 0, 6)))
            if row or chance(b.rng, 0.6):
                with b.at(x, y + width / 2, 0, side * -math.pi / 2):
                    house(b, width, depth, _u(b, 3.5, 16))
            y += width + (0.0 if row else _u(b, 0, 8))


def street(b: SceneBuilder, seed: int) -> Scene:
    """A street between houses, from the pavement, the middle or a car."""
    half, walk, kerb = _u(b, 2.5, 6), _u(b, 1.2, 4), _u(b, 0.05, 0.15)
    _ground(b, str(b.rng.choice(["ground", "grass", "stone"])), 2.0)
    _road(b, half, walk, kerb)
    if chance(b.rng, 0.85):
        _houses(b, half + walk)
    _traffic(b, half)
    _kerbside(b, half, walk, kerb)
    if chance(b.rng, 0.3):
        for _ in range(4):
            hill(b, _u(b, -150, 150), _u(b, 150, 400), _u(b, 40, 120), _u(b, 10, 60))
    place = int(b.rng.integers(0, 3))
    x = (0.0, -half / 2, half + walk * 0.5)[place] * (1 if chance(b.rng, 0.5) else -1)
    eye = (x, 0.0, _u(b, 1.0, 2.4) + (kerb if place == 2 else 0))
    target = (x + _u(b, -2.5, 2.5), 12.0, eye[2] + _u(b, -1.5, 1.0))
    moving = place < 2 and chance(b.rng, 0.6)
    camera = (
        driving(b.rng, eye, target, _u(b, 0.5, 8))
        if moving
        else held(b.rng, eye, target, 0.12, _u(b, -0.05, 0.05))
    )
    light = outdoor_light(b, 30.0)
    return b.build("street", seed, light, camera, _u(b, 45, 85), (-18, -6, 18, 40))


def _traffic(b: SceneBuilder, half: float) -> None:
    parked = _u(b, 0.0, 0.8)
    for side in (-1, 1):
        y = _u(b, 4, 10)
        while y < 40:
            if chance(b.rng, parked):
                with b.at(side * (half - 1.0), y, 0, 0 if side > 0 else math.pi):
                    car(b)
            y += _u(b, 5.5, 9)
    for _ in range(int(b.rng.integers(0, 4))):
        side = 1 if chance(b.rng, 0.5) else -1
        if chance(b.rng, 0.3):
            reach = (_u(b, 0.3, 0.8) * half, 0.0, 0.0)
            with (
                b.at(0, _u(b, 3, 12)),
                b.moving(Rock(reach, _u(b, 6, 12))),
                b.at(0, 0, 0, math.pi / 2),
            ):
                person(b, random_appearance(b), walking=True)
        else:
            lane = Drive(_u(b, 2, 12), 80.0, _u(b, 0.55, 1.0) if side > 0 else _u(b, 0.0, 0.4))
            yaw = 0.0 if side > 0 else math.pi
            with b.at(side * half * 0.42, 48.0, 0, yaw), b.moving(lane):
                (car, car, car, cyclist)[int(b.rng.integers(4))](b)


def _kerbside(b: SceneBuilder, half: float, walk: float, kerb: float) -> None:
    things = (tree, street_lamp, sign, bin_, bush, bench, bicycle, street_lamp, tree)
    for i in range(int(b.rng.integers(2, 16))):
        side = 1 if chance(b.rng, 0.5) else -1
        yaw = side * -math.pi / 2 if chance(b.rng, 0.5) else 0.0
        with b.at(side * (half + 0.5 + _u(b, 0, 0.3) * walk), 4 + i * _u(b, 2, 5), kerb, yaw):
            things[int(b.rng.integers(len(things)))](b)
    for _ in range(int(b.rng.integers(0, 7))):
        side = 1 if chance(b.rng, 0.5) else -1
        with b.at(
            side * (half + walk * 0.6),
            _u(b, 2.5, 14),
            kerb,
            _u(b, -0.3, 0.3) + (math.pi if chance(b.rng, 0.5) else 0),
        ):
            lane = Drive(_u(b, 0.7, 1.5), 12.0, _u(b, 0, 1))
            with b.moving(lane), b.at(0, 0, 0, math.pi):
                person(b, random_appearance(b), walking=True)


def open_ground(b: SceneBuilder, seed: int) -> Scene:
    """Fields, a yard or a plain with scattered things, hills far off."""
    _ground(b, str(b.rng.choice(["grass", "grass", "ground", "ground", "stone", "tile"])), 3.0)
    if chance(b.rng, 0.35):
        _road(b, _u(b, 1, 4), 0.4, 0.02)
    for _ in range(int(b.rng.integers(0, 7))):
        far = _u(b, 60, 400)
        hill(b, _u(b, -1, 1) * far, far, far * _u(b, 0.15, 0.4), far * _u(b, 0.02, 0.2))
    things: tuple[Callable[[SceneBuilder], None], ...] = (
        tree,
        tree,
        bush,
        rock,
        sign,
        car,
        bench,
        bin_,
        solid_shape,
        street_lamp,
        bicycle,
        animal,
        animal,
        cyclist,
    )
    for _ in range(int(b.rng.integers(3, 22))):
        y = 2.0 + 40 * float(b.rng.random()) ** 2
        with b.at(_u(b, -0.7, 0.7) * (y + 1), y, 0, _u(b, 0, 6.3)):
            things[int(b.rng.integers(len(things)))](b)
    for _ in range(int(b.rng.integers(0, 4))):
        if chance(b.rng, 0.5):
            walker(b, _u(b, -2, 2), _u(b, 4, 12), _u(b, 0.8, 2))
        else:
            with b.at(_u(b, -2, 2), _u(b, 1.5, 10), 0, _u(b, 0, 6.3)):
                person(b, random_appearance(b))
    if chance(b.rng, 0.4):
        with b.at(_u(b, -4, 4), _u(b, 6, 25), 0, _u(b, -0.5, 0.5)):
            fence(b, _u(b, 4, 20))
    if chance(b.rng, 0.35):
        with b.at(_u(b, -12, 12), _u(b, 16, 40), 0, _u(b, -0.6, 0.6)):
            house(b, _u(b, 5, 14), _u(b, 5, 10), _u(b, 2.8, 8))
    eye = (0.0, 0.0, _u(b, 0.3, 2.5))
    target = (_u(b, -3, 3), 10.0, eye[2] + _u(b, -3.0, 1.2))
    camera = held(b.rng, eye, target, _u(b, 0.02, 0.2), _u(b, -0.1, 0.1))
    return b.build(
        "open_ground", seed, outdoor_light(b, 30.0), camera, _u(b, 45, 90), (-18, -6, 18, 40)
    )


def park(b: SceneBuilder, seed: int) -> Scene:
    """Trees, hedges, benches along a path, people walking."""
    _ground(b, "grass", 2.5)
    half = _u(b, 0.8, 2.0)
    b.floor(
        -half,
        -20,
        half,
        120,
        0.004,
        paint(b, str(b.rng.choice(["ground", "tile", "stone"])), 2.0, 0.0),
    )
    for i in range(int(b.rng.integers(8, 26))):
        side = 1 if i % 2 else -1
        y = 1.5 + i * _u(b, 0.8, 2.0)
        with b.at(side * (half + _u(b, 0.8, 7)), y, 0, side * -math.pi / 2):
            (tree, tree, bush, bench, bush, rock, street_lamp, animal)[int(b.rng.integers(8))](b)
    for i in range(12):
        with b.at(_u(b, -40, 40), _u(b, 40, 80)):
            if i % 2:
                tree(b, _u(b, 5, 14))
            else:
                bush(b)
    for _ in range(int(b.rng.integers(0, 4))):
        lane = Drive(_u(b, 0.7, 1.5), 14.0, _u(b, 0, 1))
        yaw = math.pi if chance(b.rng, 0.5) else 0.0
        with b.at(_u(b, -0.7, 0.7) * half, 9.5, 0, yaw), b.moving(lane), b.at(0, 0, 0, math.pi):
            person(b, random_appearance(b), walking=True)
    eye = (_u(b, -0.5, 0.5) * half, 0.0, _u(b, 0.6, 2.0))
    target = (_u(b, -3, 3), 10.0, eye[2] + _u(b, -1.8, 1.0))
    camera = held(b.rng, eye, target, _u(b, 0.02, 0.2), _u(b, -0.06, 0.06))
    return b.build("park", seed, outdoor_light(b, 25.0), camera, _u(b, 45, 85), (-15, -5, 15, 32))
