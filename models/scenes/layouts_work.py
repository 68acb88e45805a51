"""Random places of work: offices, basements, shops, stairs."""

from __future__ import annotations

import math

from models.scenes.builder import SceneBuilder
from models.scenes.camera_kinds import held
from models.scenes.furniture import crate, plant, shelf
from models.scenes.layouts_indoor import walker
from models.scenes.light_kinds import indoor_light
from models.scenes.paint import chance, paint, solid
from models.scenes.people import person, random_appearance
from models.scenes.rooms import furnish, shell, work_table
from models.scenes.scene import Material, Scene


def _u(b: SceneBuilder, low: float, high: float) -> float:
    return float(b.rng.uniform(low, high))


def office(b: SceneBuilder, seed: int) -> Scene:
    """Rows of desks with screens, some taken, pillars and partitions."""
    half, depth, height = _u(b, 2.5, 5), _u(b, 4, 11), _u(b, 2.4, 3.3)
    x0, y0, x1, y1 = -half, -1.2, half, depth
    shell(b, x0, y0, x1, y1, height)
    pitch, turned = _u(b, 1.9, 2.6), _u(b, -0.05, 0.05) + (0.0 if chance(b.rng, 0.5) else math.pi)
    for i in range(min(4, int((depth - 1.2) / pitch))):
        for x in (-half * 0.5, half * 0.5):
            if chance(b.rng, 0.2):
                continue
            with b.at(x + _u(b, -0.2, 0.2), 1.7 + i * pitch, 0, turned):
                work_table(b)
                if chance(b.rng, 0.3):
                    with b.at(0, -0.62, 0, math.pi):
                        person(b, random_appearance(b), sitting=True)
                if chance(b.rng, 0.3):
                    b.block(0, 0.45, 0, (1.7, 0.04, 1.25), paint(b, "cloth", 0.4, 0.0))
    if chance(b.rng, 0.3):
        b.block(half * 0.1, depth * 0.6, 0, (0.4, 0.4, height), paint(b, "wall", 1.5))
    if chance(b.rng, 0.4):
        walker(b, 0.0, depth * 0.5, 0.5)
    eye = (_u(b, -0.3, 0.3), 0.0, _u(b, 0.9, 1.9))
    target = (_u(b, -0.4, 0.4) * half, depth * 0.7, _u(b, 0.2, 1.4))
    light = indoor_light(b, x0, y0, x1, y1, height)
    camera = held(b.rng, eye, target, _u(b, 0.02, 0.15), _u(b, -0.06, 0.06))
    return b.build("office", seed, light, camera, _u(b, 45, 85), (x0, y0, x1, y1), height)


def basement(b: SceneBuilder, seed: int) -> Scene:
    """Bare walls, pipes, shelves, boxes, a boiler, perhaps stairs."""
    half, depth, height = _u(b, 1.6, 3.5), _u(b, 3, 8), _u(b, 2.0, 2.6)
    x0, y0, x1, y1 = -half, -1.0, half, depth
    shell(b, x0, y0, x1, y1, height)
    for _ in range(int(b.rng.integers(1, 7))):
        _pipe(b, x0, y0, x1, y1, height)
    with b.at(_u(b, 0.4, 0.8) * half, depth - 0.5):
        r, tall = _u(b, 0.25, 0.4), _u(b, 1.0, 1.7)
        b.rod((0, 0, 0), (0, 0, tall), r, solid(b, 0.3, 0.4, 0.95, 0.3))
        b.ball((0, 0, tall), (r, r, r * 0.4), solid(b, 0.2, 0.4, 0.95, 0.3))
        b.rod((0, 0, tall), (0, 0, height), 0.04, paint(b, "metal", 0.3), capped=False)
    if chance(b.rng, 0.4):
        with b.at(-half + 0.5, depth * 0.75):
            stairs(b, 0.9, height)
    for _ in range(int(b.rng.integers(1, 5))):
        side = 1 if chance(b.rng, 0.5) else -1
        with b.at(side * (half - 0.3), _u(b, 1.5, depth - 0.8), 0, side * -math.pi / 2):
            (shelf, crate, crate)[int(b.rng.integers(3))](b)
    furnish(b, x0 + 0.5, y0, x1 - 0.5, y1, int(b.rng.integers(0, 4)), 0.9)
    eye = (_u(b, -0.3, 0.3), 0.0, _u(b, 0.8, 1.75))
    target = (_u(b, -0.5, 0.5) * half, depth, _u(b, 0.2, 1.3))
    light = indoor_light(b, x0, y0, x1, y1, height)
    camera = held(b.rng, eye, target, _u(b, 0.02, 0.12), _u(b, -0.06, 0.06))
    return b.build("basement", seed, light, camera, _u(b, 50, 85), (x0, y0, x1, y1), height)


def _pipe(b: SceneBuilder, x0: float, y0: float, x1: float, y1: float, height: float) -> None:
    r, z = _u(b, 0.02, 0.09), height - _u(b, 0.08, 0.4)
    skin = paint(b, "metal", 0.4) if chance(b.rng, 0.5) else solid(b, 0.4, 0.1, 0.95)
    match int(b.rng.integers(0, 3)):
        case 0:
            x = _u(b, x0 + 0.1, x1 - 0.1)
            b.rod((x, y0, z), (x, y1, z), r, skin, capped=False)
        case 1:
            y = _u(b, 1.0, y1 - 0.1)
            b.rod((x0, y, z), (x1, y, z), r, skin, capped=False)
        case _:
            x = (x0 + r + 0.03) if chance(b.rng, 0.5) else (x1 - r - 0.03)
            y = _u(b, 1.0, y1 - 0.1)
            b.rod((x, y, 0), (x, y, height), r, skin, capped=False)


def stairs(b: SceneBuilder, width: float, height: float, material: Material | None = None) -> None:
    """A flight that climbs along y, `width` across, with a rail."""
    skin = material or paint(b, str(b.rng.choice(["stone", "wood", "grain"])), 0.8)
    steps = max(3, int(height / 0.18))
    for i in range(steps):
        z = (i + 1) * height / steps
        b.block(0, -1.0 + i * 0.26, 0, (width, 0.26, z), skin)
    rail = solid(b, 0.2, 0.05, 0.8, 0.3)
    x, rise = width / 2 - 0.04, height / steps / 0.26
    end = -1.0 + steps * 0.26
    b.rod((x, -1.1, 0.95), (x, end, 0.95 + (end + 1.1) * rise), 0.025, rail)
    for i in range(0, steps, 2):
        y, z = -1.0 + i * 0.26, (i + 1) * height / steps
        b.rod((x, y, z), (x, y, z + 0.8), 0.012, rail, capped=False)


def shop(b: SceneBuilder, seed: int) -> Scene:
    """An aisle between rows of shelves full of goods."""
    half, length, height = _u(b, 1.5, 3), _u(b, 4, 10), _u(b, 2.6, 4.0)
    shell(b, -half - 1, -1.2, half + 1, length + 1, height)
    for side in (-1, 1):
        for i in range(int(length / 1.5)):
            with b.at(side * half * _u(b, 0.75, 0.8), 1.2 + i * 1.5, 0, side * -math.pi / 2):
                _goods(b, 1.45, _u(b, 1.4, 2.1))
    for _ in range(int(b.rng.integers(0, 4))):
        with b.at(_u(b, -0.4, 0.4) * half, _u(b, 2, length), 0, _u(b, 0, 6.3)):
            (crate, plant)[int(b.rng.integers(2))](b)
    if chance(b.rng, 0.5):
        with b.at(_u(b, -0.3, 0.3) * half, _u(b, 2, length), 0, _u(b, 0, 6.3)):
            person(b, random_appearance(b))
    eye = (_u(b, -0.2, 0.2), 0.0, _u(b, 0.9, 1.8))
    target = (_u(b, -0.5, 0.5) * half, length * 0.7, _u(b, 0.4, 1.4))
    light = indoor_light(b, -half, -1.0, half, length, height)
    camera = held(b.rng, eye, target, _u(b, 0.02, 0.15), _u(b, -0.06, 0.06))
    extent = (-half - 1, -1.2, half + 1, length + 1)
    return b.build("shop", seed, light, camera, _u(b, 45, 80), extent, height)


def _goods(b: SceneBuilder, width: float, height: float) -> None:
    frame = solid(b, 0.2, 0.2, 0.95)
    b.box((0, 0.2, height / 2), (width, 0.03, height), frame)
    for i in range(3):
        z = 0.08 + i * height / 3
        b.block(0, 0, z - 0.03, (width, 0.4, 0.03), frame)
        x = -width / 2
        while x < width / 2 - 0.2:
            w = _u(b, 0.12, 0.4)
            tall = height / 3 * _u(b, 0.45, 0.85)
            skin = paint(b, "label", 0.0, None, 0.1, 0.6)
            if chance(b.rng, 0.8):
                b.block(x + w / 2, -0.02, z, (w - 0.02, 0.3, tall), skin)
            else:
                b.rod((x + w / 2, -0.05, z), (x + w / 2, -0.05, z + tall), min(w, 0.28) / 2, skin)
            x += w
