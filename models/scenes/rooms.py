"""Rooms from inside: walls and what hangs on them, corridors, furnished rooms, kitchens."""

from __future__ import annotations

import math
from collections.abc import Callable

from models.scenes.animals import animal
from models.scenes.builder import SceneBuilder
from models.scenes.furniture import (
    bed,
    chair,
    crate,
    cupboard,
    floor_lamp,
    plant,
    shelf,
    sofa,
    stool,
    table,
    television,
)
from models.scenes.paint import chance, glowing, paint, rgb, shown, solid
from models.scenes.people import person, random_appearance
from models.scenes.scene import Material
from models.scenes.tableware import SMALL, WORK_TABLE

Piece = Callable[[SceneBuilder], None]


def _u(b: SceneBuilder, low: float, high: float) -> float:
    return float(b.rng.uniform(low, high))


def shell(b: SceneBuilder, x0: float, y0: float, x1: float, y1: float, height: float) -> None:
    """Floor, ceiling and four walls with skirting, doors, windows and pictures."""
    ground = str(
        b.rng.choice(["floor", "floor", "tile", "wood", "rug", "stone", "ground", "cloth"])
    )
    b.floor(x0, y0, x1, y1, 0, paint(b, ground, 1.6))
    with b.shadowless():
        _ceiling(b, x0, y0, x1, y1, height)
        common = paint(
            b, str(b.rng.choice(["wall", "wall", "wall", "brick", "stone", "tile", "plain"])), 2.0
        )
        width, depth = x1 - x0, y1 - y0
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        sides = (
            (middle[0], y1, width, 0.0),
            (x1, middle[1], depth, -math.pi / 2),
            (middle[0], y0, width, math.pi),
            (x0, middle[1], depth, math.pi / 2),
        )
        for x, y, length, yaw in sides:
            skin = common if chance(b.rng, 0.75) else paint(b, "wall", 2.0)
            with b.at(x, y, 0, yaw):
                wall(b, length, height, skin)


def _ceiling(b: SceneBuilder, x0: float, y0: float, x1: float, y1: float, height: float) -> None:
    kind = int(b.rng.integers(0, 4))
    skin = (
        solid(b, 0.15, 0.6, 1.0, 0.0)
        if kind
        else paint(b, str(b.rng.choice(["tile", "wood", "wall"])), 1.2)
    )
    b.ceiling(x0, y0, x1, y1, height, skin)
    lamps = int(b.rng.integers(0, 4))
    for i in range(lamps):
        x, y = _u(b, x0 + 0.5, x1 - 0.5), y0 + (i + 0.5) * (y1 - y0) / lamps
        glow = glowing(b, rgb([1, _u(b, 0.85, 1), _u(b, 0.7, 1)]), _u(b, 0.9, 1.6))
        if kind == 1:
            b.ceiling(x - 0.15, y - 0.6, x + 0.15, y + 0.6, height - 0.01, glow)
        elif kind == 2:
            drop = height - _u(b, 0.3, 0.8)
            b.rod((x, y, drop), (x, y, height), 0.008, solid(b, 0.1, 0.0, 0.3), capped=False)
            b.ball((x, y, drop), _u(b, 0.08, 0.2), glow)
        else:
            b.disc((x, y, height - 0.01), _u(b, 0.1, 0.25), glow, up=False)
    if chance(b.rng, 0.12):
        beam = paint(b, "wood", 1.0)
        for i in range(4):
            y = y0 + (i + 0.5) * (y1 - y0) / 4
            b.box(((x0 + x1) / 2, y, height - 0.1), (x1 - x0, 0.15, 0.2), beam)


def wall(b: SceneBuilder, length: float, height: float, skin: Material) -> None:
    """A wall along x through the origin that faces -y."""
    b.panel((0, 0, height / 2), length, height, skin)
    if chance(b.rng, 0.7):
        b.box((0, -0.01, 0.05), (length, 0.02, _u(b, 0.06, 0.14)), solid(b, 0.2, 0.2, 1.0))
    if chance(b.rng, 0.15):
        half = _u(b, 0.8, 1.3)
        b.panel(
            (0, -0.004, half / 2),
            length,
            half,
            paint(b, str(b.rng.choice(["wood", "tile", "wall"])), 0.8),
        )
    slots = max(1, int(length / 1.5))
    for i in range(slots):
        x = (i + 0.5) * length / slots - length / 2 + _u(b, -0.15, 0.15)
        with b.at(x, 0):
            _feature(b, height, min(1.4, length / slots))


def _feature(b: SceneBuilder, height: float, room: float) -> None:
    draw = b.rng.random()
    if draw < 0.2:
        _window(b, height, room)
    elif draw < 0.33:
        _door(b, min(2.05, height - 0.15))
    elif draw < 0.62:
        w, h = _u(b, 0.25, 0.9) * room, _u(b, 0.25, 0.9)
        z = _u(b, 1.3, 1.7)
        b.panel((0, -0.012, z), w + 0.06, h + 0.06, solid(b, 0.4, 0.05, 0.9))
        kind = str(b.rng.choice(["picture", "picture", "picture", "text", "rug", "screen"]))
        b.panel((0, -0.014, z), w, h, shown(b, kind))
    elif draw < 0.67:
        b.panel((0, -0.05, _u(b, 1.2, 1.6)), 1.1, 0.65, shown(b, "screen", _u(b, 0.5, 1.3)))
    elif draw < 0.73:
        b.block(0, -0.1, 0.15, (0.9, 0.12, 0.55), solid(b, 0.1, 0.7, 1.0, 0.3))
    elif draw < 0.8:
        b.block(0, -0.12, _u(b, 1.2, 1.7), (0.8, 0.24, 0.03), paint(b, "wood", 0.8))
    elif draw < 0.83:
        b.rod((0, -0.01, 1.9), (0, -0.04, 1.9), 0.15, solid(b, 0.3, 0.6, 1.0))


def _window(b: SceneBuilder, height: float, room: float) -> None:
    w, h = room * _u(b, 0.5, 0.95), _u(b, 0.7, 1.5)
    z = min(0.8 + h / 2 + _u(b, 0, 0.3), height - h / 2 - 0.1)
    tint = rgb([_u(b, 0.7, 1), _u(b, 0.8, 1), 1.0])
    sight = glowing(b, tint, _u(b, 0.8, 2.0))
    if chance(b.rng, 0.5):
        group = str(b.rng.choice(["facade", "foliage", "picture", "cloud"]))
        sight = shown(b, group, _u(b, 0.9, 1.8))
    b.panel((0, -0.004, z), w, h, sight)
    frame = solid(b, 0.2, 0.3, 1.0)
    for dx in (-w / 2, 0.0, w / 2):
        b.box((dx, -0.02, z), (0.05, 0.04, h + 0.05), frame)
    for dz in (-h / 2, h / 2):
        b.box((0, -0.02, z + dz), (w + 0.05, 0.04, 0.05), frame)
    if chance(b.rng, 0.4):
        cloth = paint(b, "cloth", 0.5, 0.0)
        for side in (-1, 1):
            for i in range(4):
                x = side * (w / 2 + 0.1 - i * 0.07)
                b.rod((x, -0.08, 0.1), (x, -0.08, z + h / 2 + 0.15), 0.04, cloth, capped=False)
    elif chance(b.rng, 0.25):
        blind = solid(b, 0.2, 0.6, 1.0)
        for i in range(12):
            b.box((0, -0.05, z + h / 2 - i * h / 14), (w, 0.03, 0.012), blind)


def _door(b: SceneBuilder, height: float) -> None:
    leaf, frame = paint(b, "wood", 0.8) if chance(b.rng, 0.5) else solid(b), solid(b, 0.2, 0.2, 1.0)
    b.box((0, -0.015, height / 2), (0.98, 0.03, height), frame)
    b.panel((0, -0.035, height / 2 - 0.03), 0.84, height - 0.08, leaf)
    b.ball((0.34, -0.06, 1.0), 0.03, solid(b, 0.2, 0.3, 0.9, 0.7))


def dining(b: SceneBuilder) -> None:
    """A table with chairs round it and things on it."""
    w, d, h = table(b)
    set_out(b, w, d, h, SMALL, int(b.rng.integers(0, 6)))
    for x, y, yaw in (
        (-w / 4, -d / 2 - 0.2, math.pi),
        (w / 4, -d / 2 - 0.25, math.pi),
        (0, d / 2 + 0.25, 0),
        (w / 2 + 0.3, 0, -math.pi / 2),
    ):
        if chance(b.rng, 0.7):
            with b.at(x, y, 0, yaw + _u(b, -0.3, 0.3)):
                chair(b)


def work_table(b: SceneBuilder) -> None:
    """A desk with a monitor and a chair before it."""
    w, d, h = table(b, _u(b, 1.1, 1.8), _u(b, 0.6, 0.8))
    set_out(b, w, d, h, WORK_TABLE, int(b.rng.integers(2, 7)))
    if chance(b.rng, 0.8):
        with b.at(_u(b, -0.3, 0.3), -d / 2 - 0.3, 0, math.pi + _u(b, -0.6, 0.6)):
            chair(b)


def set_out(
    b: SceneBuilder,
    width: float,
    depth: float,
    height: float,
    things: tuple[Piece, ...],
    count: int,
) -> None:
    """Put `count` things on a table top without piling them on one another."""
    taken: list[tuple[float, float]] = []
    for _ in range(count * 3):
        x, y = _u(b, -0.44, 0.44) * width, _u(b, -0.4, 0.4) * depth
        if len(taken) >= count or any(math.dist((x, y), t) < 0.2 for t in taken):
            continue
        taken.append((x, y))
        with b.at(x, y, height, _u(b, -0.5, 0.5)):
            things[int(b.rng.integers(len(things)))](b)


def standing(b: SceneBuilder) -> None:
    """A person who stands, facing anywhere."""
    with b.at(0, 0, 0, _u(b, -math.pi, math.pi)):
        person(b, random_appearance(b))


LARGE: tuple[Piece, ...] = (
    dining,
    work_table,
    sofa,
    bed,
    shelf,
    cupboard,
    television,
    crate,
    floor_lamp,
    plant,
    stool,
    chair,
    standing,
    animal,
)
AGAINST_WALL: tuple[Piece, ...] = (
    shelf,
    cupboard,
    television,
    sofa,
    work_table,
    plant,
    floor_lamp,
    crate,
    bed,
    chair,
)


def furnish(
    b: SceneBuilder, x0: float, y0: float, x1: float, y1: float, count: int, clear: float
) -> None:
    """Furniture along the walls and in the middle; nothing within `clear` of the origin."""
    if min(x1 - x0, y1 - y0) < 1.7:
        return
    taken: list[tuple[float, float, float]] = [(0.0, 0.0, clear)]
    for i in range(count * 4):
        if len(taken) > count:
            break
        along = i % 3 != 2
        piece = (AGAINST_WALL if along else LARGE)[
            int(b.rng.integers(len(AGAINST_WALL if along else LARGE)))
        ]
        x, y, yaw = _u(b, x0 + 0.8, x1 - 0.8), _u(b, y0 + 0.8, y1 - 0.8), _u(b, -math.pi, math.pi)
        if along:
            gap = 1.05 if piece is bed else 0.45
            side = int(b.rng.integers(0, 3))
            x, y, yaw = (
                (x, y1 - gap, 0.0),
                (x1 - gap, y, -math.pi / 2),
                (x0 + gap, y, math.pi / 2),
            )[side]
        size = 1.3 if piece in (dining, work_table, bed, sofa) else 0.75
        if any(math.hypot(x - p[0], y - p[1]) < size * 0.6 + p[2] for p in taken):
            continue
        taken.append((x, y, size * 0.6))
        with b.at(x, y, 0, yaw + _u(b, -0.06, 0.06)):
            piece(b)


def counter(b: SceneBuilder, length: float) -> None:
    """A kitchen counter along x with units above and things on it."""
    top, height = paint(b, str(b.rng.choice(["stone", "wood", "plain"])), 0.8, 0.3), 0.9
    front = paint(b, "wood", 0.7) if chance(b.rng, 0.4) else solid(b, 0.5, 0.2, 1.0)
    b.block(0, 0, 0, (length, 0.6, height - 0.03), front)
    b.block(0, -0.01, height - 0.03, (length, 0.64, 0.04), top)
    units = max(1, round(length / 0.6))
    for i in range(units):
        x = (i + 0.5) * length / units - length / 2
        b.box((x, -0.31, 0.45), (length / units - 0.02, 0.02, 0.75), front)
        b.rod((x - 0.1, -0.34, 0.75), (x + 0.1, -0.34, 0.75), 0.008, solid(b, 0.1, 0.3, 0.9, 0.6))
        if chance(b.rng, 0.65):
            b.block(x, 0.12, 1.45, (length / units - 0.01, 0.34, 0.7), front)
    if chance(b.rng, 0.6):
        x = _u(b, -0.3, 0.3) * length
        dark = solid(b, 0.1, 0.02, 0.15, 0.5)
        b.floor(x - 0.28, -0.25, x + 0.28, 0.22, height + 0.012, dark)
        b.panel((x, -0.325, 0.45), 0.5, 0.45, dark)
        b.rod((x, 0, height + 0.012), (x, 0, height + 0.15), 0.1, solid(b, 0.2, 0.3, 0.9, 0.6))
    b.rod((0.4, 0.2, height), (0.4, 0.2, height + 0.3), 0.012, solid(b, 0.1, 0.6, 0.9, 0.7))
    set_out(b, length, 0.5, height + 0.011, SMALL, int(b.rng.integers(2, 8)))
