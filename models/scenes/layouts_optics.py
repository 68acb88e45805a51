"""Random rooms with surfaces that show something else: mirrors, glass, polished floors.

The surface itself is what has a depth.
"""

from __future__ import annotations

import math
from dataclasses import replace

from models.scenes.builder import SceneBuilder
from models.scenes.camera_kinds import held
from models.scenes.furniture import plant, table
from models.scenes.layouts_indoor import walker
from models.scenes.light_kinds import evening, indoor_light
from models.scenes.paint import chance, paint, rgb, shown, solid, tinted
from models.scenes.people import person, random_appearance
from models.scenes.rooms import furnish, set_out, shell
from models.scenes.scene import Material, Scene
from models.scenes.tableware import SMALL


def _u(b: SceneBuilder, low: float, high: float) -> float:
    return float(b.rng.uniform(low, high))


def _silver(b: SceneBuilder) -> Material:
    tint = rgb(b.rng.uniform(0.5, 0.75, 3))
    return replace(tinted(b, tint, 0.0), mirror=_u(b, 0.75, 0.95), blotch=0.0)


def _glass(b: SceneBuilder) -> Material:
    mirror = _u(b, 0.05, 0.25)
    clear = _u(b, 0.7, 0.9) * (1 - mirror)
    tint = rgb(b.rng.uniform(0.4, 0.8, 3))
    return replace(tinted(b, tint, 0.0), mirror=mirror, clear=clear, blotch=0.0)


def mirrored(b: SceneBuilder, seed: int) -> Scene:
    """A furnished room with a framed mirror, doors of mirrors or a wall of them."""
    half, depth, height = _u(b, 1.6, 3.5), _u(b, 2.2, 6.0), _u(b, 2.3, 3.2)
    x0, y0, x1, y1 = -half, -_u(b, 1.0, 3.0), half, depth
    shell(b, x0, y0, x1, y1, height)
    furnish(b, x0, y0, x1, y1 - 0.3, int(b.rng.integers(2, 9)), 0.8)
    if chance(b.rng, 0.4):
        walker(b, 0.0, depth * 0.5, min(0.6, half * 0.3))
    side = int(b.rng.integers(-1, 2))
    length = (x1 - x0) if side == 0 else depth
    place = b.at(0, y1) if side == 0 else b.at(side * half, depth * 0.5, 0, side * -math.pi / 2)
    with place:
        (_framed_mirror, _mirrored_doors, _wall_of_mirrors)[int(b.rng.integers(3))](
            b, length, height
        )
    eye = (_u(b, -0.4, 0.4) * half, 0.0, _u(b, 0.7, 1.8))
    target = (side * half * 0.8 + _u(b, -0.3, 0.3), depth * _u(b, 0.55, 0.9), _u(b, 0.7, 1.5))
    light = indoor_light(b, x0, y0, x1, y1, height)
    camera = held(b.rng, eye, target, _u(b, 0.03, 0.25), _u(b, -0.1, 0.1))
    return b.build("mirrored", seed, light, camera, _u(b, 50, 90), (x0, y0, x1, y1), height)


def _framed_mirror(b: SceneBuilder, length: float, height: float) -> None:
    w, h = min(_u(b, 0.5, 2.2), length - 0.3), min(_u(b, 0.5, 1.9), height - 0.3)
    z = min(max(_u(b, 1.2, 1.7), h / 2 + 0.1), height - h / 2 - 0.1)
    frame = paint(b, "grain", 0.5) if chance(b.rng, 0.5) else solid(b, 0.4, 0.05, 0.9, 0.4)
    rail = _u(b, 0.02, 0.08)
    at = _u(b, -0.25, 0.25) * (length - w)
    b.box((at, -0.05, z), (w + 2 * rail, 0.1, h + 2 * rail), frame)
    b.panel((at, -0.101, z), w, h, _silver(b))


def _mirrored_doors(b: SceneBuilder, length: float, height: float) -> None:
    """A wardrobe with mirrors for doors."""
    w, h, d = min(_u(b, 1.2, 3.0), length - 0.2), min(_u(b, 1.9, 2.3), height - 0.05), 0.5
    count = max(2, round(w / _u(b, 0.5, 0.9)))
    silver = _silver(b)
    b.block(0, -d / 2, 0, (w, d, h), paint(b, "grain", 0.8))
    for i in range(count):
        x, part = (i + 0.5) * w / count - w / 2, w / count - _u(b, 0.01, 0.03)
        b.panel((x, -d - 0.001, h / 2), part, h - 0.1, silver)
        if chance(b.rng, 0.5):
            b.rod((x + part * 0.4, -d, 0.9), (x + part * 0.4, -d, 1.2), 0.012, solid(b))


def _wall_of_mirrors(b: SceneBuilder, length: float, height: float) -> None:
    """As in a gym: mirrors side by side from near the floor, a rail before them perhaps."""
    low, high = _u(b, 0.05, 0.9), height - _u(b, 0.05, 0.6)
    count = max(1, round((length - 0.2) / _u(b, 0.9, 1.8)))
    silver = _silver(b)
    pitch = (length - 0.2) / count
    for i in range(count):
        x = (i + 0.5) * pitch - (length - 0.2) / 2
        b.panel((x, -0.1, (low + high) / 2), pitch - 0.015, high - low, silver)
    b.box((0, -0.05, (low + high) / 2), (length - 0.18, 0.09, high - low), solid(b))
    if chance(b.rng, 0.4):
        b.rod((-length / 2, -0.3, 1.0), (length / 2, -0.3, 1.0), 0.02, paint(b, "grain", 0.5))


def glazed(b: SceneBuilder, seed: int) -> Scene:
    """A room behind a partition of glass, or with a glass case or a screen of glass in it."""
    half, depth, height = _u(b, 1.8, 4.0), _u(b, 4.0, 10.0), _u(b, 2.4, 3.4)
    x0, y0, x1, y1 = -half, -1.5, half, depth
    shell(b, x0, y0, x1, y1, height)
    near = _u(b, 1.3, 0.45 * depth)
    with b.at(0, near):
        (_partition, _partition, _screen, _case)[int(b.rng.integers(4))](b, half, height)
    with b.at(0, near):
        furnish(b, x0, 0.5, x1, y1 - near, int(b.rng.integers(3, 9)), 0.5)
    if chance(b.rng, 0.5):
        with b.at(_u(b, -0.6, 0.6) * half, near + _u(b, 0.8, 2.0), 0, _u(b, 0, 6.3)):
            person(b, random_appearance(b))
    if chance(b.rng, 0.3):
        walker(b, 0.0, near + 1.6, 0.5)
    eye = (_u(b, -0.4, 0.4) * half, 0.0, _u(b, 0.9, 1.8))
    target = (_u(b, -0.3, 0.3) * half, near + 1.5, _u(b, 0.6, 1.5))
    light = (evening if chance(b.rng, 0.2) else indoor_light)(b, x0, y0, x1, y1, height)
    camera = held(b.rng, eye, target, _u(b, 0.03, 0.25), _u(b, -0.08, 0.08))
    return b.build("glazed", seed, light, camera, _u(b, 50, 90), (x0, y0, x1, y1), height)


def _partition(b: SceneBuilder, half: float, height: float) -> None:
    """Panes between posts, a third of them left out: a view through glass alone tells nothing."""
    metal, glass = solid(b, 0.15, 0.02, 0.9, 0.4), _glass(b)
    top = height if chance(b.rng, 0.4) else min(height, 2.2)
    count = max(3, round(2 * half / _u(b, 0.8, 2.0)))
    pitch, post = 2 * half / count, _u(b, 0.025, 0.08)
    gap, wide = int(b.rng.integers(count)), math.ceil(count / 3)
    bar = _u(b, 0.8, 1.2) if chance(b.rng, 0.4) else 0.0
    for i in range(count + 1):
        b.box((i * pitch - half, 0, top / 2), (post, 0.06, top), metal)
    for i in range(count):
        x = (i + 0.5) * pitch - half
        b.box((x, 0, top - post / 2), (pitch, 0.06, post), metal)
        if gap <= i < gap + wide or i < gap + wide - count:
            continue
        for z in filter(None, (post / 2, bar)):
            b.box((x, 0, z), (pitch, 0.05, post), metal)
        b.panel((x, 0, top / 2), pitch - post, top - post, glass, two_sided=True)
        if chance(b.rng, 0.3):
            sign = shown(b, "text")
            b.panel((x, -0.01, 1.5), 0.3, 0.3, sign, two_sided=True)


def _screen(b: SceneBuilder, half: float, _height: float) -> None:
    """One pane on feet, as on a counter or between desks."""
    w, h = _u(b, 0.7, 1.8), _u(b, 0.8, 1.9)
    metal = solid(b, 0.1, 0.1, 0.9, 0.5)
    with b.at(_u(b, -0.4, 0.4) * half, 0, 0, _u(b, -0.5, 0.5)):
        for x in (-w / 2, w / 2):
            b.box((x, 0, h / 2 + 0.05), (0.04, 0.05, h + 0.1), metal)
            b.box((x, 0, 0.02), (0.06, 0.4, 0.04), metal)
        b.box((0, 0, 0.08), (w, 0.04, 0.05), metal)
        b.panel((0, 0, h / 2 + 0.1), w, h - 0.02, _glass(b), two_sided=True)


def _case(b: SceneBuilder, half: float, _height: float) -> None:
    """A glass case with things in it on a table."""
    glass, edge = _glass(b), solid(b, 0.1, 0.05, 0.9, 0.4)
    with b.at(_u(b, -0.3, 0.3) * half, -0.2, 0, _u(b, -0.4, 0.4)):
        w, d, h = table(b, _u(b, 0.8, 1.5), _u(b, 0.5, 0.9), _u(b, 0.6, 0.9), paint(b, "grain"))
        w, d, tall = w * 0.95, d * 0.95, _u(b, 0.3, 0.7)
        set_out(b, w * 0.8, d * 0.8, h, SMALL, int(b.rng.integers(2, 6)))
        if chance(b.rng, 0.4):
            with b.at(0, 0, h):
                plant(b, tall * 0.9)
        for x in (-w / 2, w / 2):
            for y in (-d / 2, d / 2):
                b.box((x, y, h + tall / 2), (0.015, 0.015, tall), edge)
            b.box((x, 0, h + tall), (0.015, d, 0.015), edge)
        for y in (-d / 2, d / 2):
            b.box((0, y, h + tall), (w, 0.015, 0.015), edge)
        b.box((0, 0, h + tall / 2), (w - 0.01, d - 0.01, tall - 0.005), glass)


def polished(b: SceneBuilder, seed: int) -> Scene:
    """A hall, a lobby or a room whose floor mirrors it: wet, waxed or of stone."""
    half, depth, height = _u(b, 2.0, 6.0), _u(b, 4.0, 14.0), _u(b, 2.6, 5.0)
    x0, y0, x1, y1 = -half, -1.5, half, depth
    shell(b, x0, y0, x1, y1, height)
    ground = paint(b, str(b.rng.choice(["floor", "tile", "stone", "plain", "wood"])), 1.4)
    shiny = replace(ground, mirror=_u(b, 0.08, 0.4), gloss=0.3)
    b.floor(x0, y0, x1, y1, 0.004, shiny)
    furnish(b, x0, y0, x1, y1, int(b.rng.integers(1, 9)), 0.9)
    for _ in range(int(b.rng.integers(0, 4))):
        with b.at(_u(b, -0.6, 0.6) * half, _u(b, 1.8, depth - 0.5), 0, _u(b, 0, 6.3)):
            person(b, random_appearance(b), walking=chance(b.rng, 0.5))
    eye = (_u(b, -0.4, 0.4) * half, 0.0, _u(b, 0.6, 1.9))
    target = (_u(b, -0.5, 0.5) * half, depth * _u(b, 0.5, 0.8), _u(b, 0.0, 1.0))
    light = (evening if chance(b.rng, 0.25) else indoor_light)(b, x0, y0, x1, y1, height)
    camera = held(b.rng, eye, target, _u(b, 0.03, 0.2), _u(b, -0.08, 0.08))
    return b.build("polished", seed, light, camera, _u(b, 50, 95), (x0, y0, x1, y1), height)
