"""Furniture. Each piece stands on its origin and faces -y; sizes are metres."""

from __future__ import annotations

import math

from models.scenes.builder import SceneBuilder
from models.scenes.paint import chance, glowing, paint, rgb, shown, solid
from models.scenes.scene import Material


def _uniform(b: SceneBuilder, low: float, high: float) -> float:
    return float(b.rng.uniform(low, high))


def _timber(b: SceneBuilder) -> Material:
    return (
        paint(b, "grain" if chance(b.rng, 0.8) else "wood", 0.9)
        if chance(b.rng, 0.65)
        else solid(b, 0.3, 0.1, 0.95)
    )


def legs(
    b: SceneBuilder, x: float, y: float, height: float, thickness: float, material: Material
) -> None:
    """Four legs at (+-x, +-y), round or square."""
    round_ = chance(b.rng, 0.5)
    for px in (-x, x):
        for py in (-y, y):
            if round_:
                b.rod((px, py, 0), (px, py, height), thickness / 2, material, capped=False)
            else:
                b.block(px, py, 0, (thickness, thickness, height), material)


def table(
    b: SceneBuilder,
    width: float | None = None,
    depth: float | None = None,
    height: float | None = None,
    material: Material | None = None,
) -> tuple[float, float, float]:
    """A table; returns its (width, depth, height)."""
    w, d = width or _uniform(b, 0.8, 1.8), depth or _uniform(b, 0.6, 1.0)
    h = height or _uniform(b, 0.68, 0.8)
    top, frame = material or _timber(b), material or _timber(b)
    if width is None and chance(b.rng, 0.25):
        r = w / 2.4
        b.rod((0, 0, h - 0.03), (0, 0, h), r, top)
        b.rod((0, 0, 0.03), (0, 0, h), 0.04, frame, capped=False)
        b.rod((0, 0, 0), (0, 0, 0.03), r * 0.6, frame)
        return r * 1.3, r * 1.3, h
    b.block(0, 0, h - 0.035, (w, d, 0.035), top)
    legs(b, w / 2 - 0.05, d / 2 - 0.05, h - 0.035, _uniform(b, 0.03, 0.07), frame)
    return w, d, h


def chair(b: SceneBuilder, seat: Material | None = None, frame: Material | None = None) -> None:
    """A chair, wooden or for the office; wooden if its materials are given."""
    office = seat is None and chance(b.rng, 0.3)
    seat, frame = seat or paint(b, "cloth", 0.3, 0.0), frame or _timber(b)
    h, w = _uniform(b, 0.42, 0.5), _uniform(b, 0.38, 0.48)
    if office:
        b.rod((0, 0, 0.06), (0, 0, h), 0.03, frame, capped=False)
        for i in range(5):
            a = i * 2 * math.pi / 5
            b.rod((0, 0, 0.07), (0.3 * math.cos(a), 0.3 * math.sin(a), 0.03), 0.02, frame)
        b.block(0, 0, h, (w, w, 0.07), seat)
        b.block(0, w / 2, h + 0.15, (w, 0.06, 0.5), seat)
        return
    legs(b, w / 2 - 0.02, w / 2 - 0.02, h, 0.035, frame)
    b.block(0, 0, h, (w, w, 0.03), seat)
    for x in (-w / 2 + 0.02, w / 2 - 0.02):
        b.block(x, w / 2 - 0.02, h, (0.035, 0.035, 0.45), frame)
    if chance(b.rng, 0.5):
        b.block(0, w / 2 - 0.02, h + 0.2, (w, 0.02, 0.25), seat)
    else:
        for z in (0.12, 0.25, 0.38):
            b.block(0, w / 2 - 0.02, h + z, (w, 0.02, 0.05), frame)


def stool(b: SceneBuilder) -> None:
    """A round stool."""
    h, material = _uniform(b, 0.4, 0.75), _timber(b)
    b.rod((0, 0, h - 0.04), (0, 0, h), 0.17, material)
    for i in range(3):
        a = i * 2 * math.pi / 3
        c, s = math.cos(a), math.sin(a)
        b.rod((0.18 * c, 0.18 * s, 0), (0.1 * c, 0.1 * s, h - 0.03), 0.017, material, capped=False)


def sofa(b: SceneBuilder, width: float | None = None, cloth: Material | None = None) -> None:
    """A sofa or an armchair with cushions."""
    w, cloth = width or float(b.rng.choice([0.9, 1.5, 2.1])), cloth or paint(b, "cloth", 0.4, 0.0)
    b.block(0, 0, 0.06, (w, 0.85, 0.32), cloth)
    b.block(0, 0.35, 0.3, (w, 0.2, 0.5), cloth)
    for x in (-w / 2 + 0.08, w / 2 - 0.08):
        b.block(x, 0, 0.06, (0.17, 0.86, 0.52), cloth)
        b.rod((x, -0.43, 0.58), (x, 0.43, 0.58), 0.085, cloth)
    seats = max(1, round(w / 0.7))
    each = (w - 0.34) / seats
    for i in range(seats):
        x = -w / 2 + 0.17 + each * (i + 0.5)
        b.block(x, -0.08, 0.38, (each - 0.02, 0.66, 0.1), cloth)
        if chance(b.rng, 0.5):
            b.ball((x, 0.16, 0.62), (0.2, 0.1, 0.19), paint(b, "cloth", 0.2, 0.0, vivid=0.6))


def bed(b: SceneBuilder) -> None:
    """A bed with pillows and a cover."""
    w = _uniform(b, 0.9, 1.8)
    b.block(0, 0, 0, (w, 2.0, 0.3), _timber(b))
    b.block(0, 0, 0.3, (w - 0.06, 1.96, 0.2), paint(b, "cloth", 0.8, 0.0))
    b.block(0, -0.3, 0.5, (w, 1.4, 0.06), paint(b, "cloth", 0.8, 0.0, vivid=0.5))
    b.block(0, 1.02, 0, (w, 0.06, _uniform(b, 0.7, 1.1)), _timber(b))
    for x in (-w / 4, w / 4):
        b.ball((x, 0.75, 0.56), (w / 5, 0.2, 0.08), paint(b, "cloth", 0.5, 0.0))


def shelf(b: SceneBuilder, frame: Material | None = None) -> None:
    """Open shelves with books and things on them."""
    w, h, d = _uniform(b, 0.6, 1.6), _uniform(b, 0.8, 2.1), _uniform(b, 0.25, 0.4)
    frame = frame or _timber(b)
    b.panel((0, d / 2 - 0.01, h / 2), w, h, frame)
    for x in (-w / 2, w / 2):
        b.block(x, 0, 0, (0.03, d, h), frame)
    count = max(2, int(h / 0.38))
    for i in range(count + 1):
        z = 0.04 + i * (h - 0.07) / count
        b.block(0, 0, z, (w, d, 0.025), frame)
        if i == count:
            continue
        room = (h - 0.07) / count - 0.05
        if chance(b.rng, 0.6):
            part = w * _uniform(b, 0.4, 0.95)
            tall = room * _uniform(b, 0.6, 0.9)
            x = _uniform(b, -1, 1) * (w - part) / 2 * 0.9
            books = shown(b, "books")
            b.block(x, 0.02, z + 0.025, (part * 0.95, d * 0.7, tall), solid(b), front=books)
        else:
            with b.at(_uniform(b, -0.3, 0.3) * w, 0, z + 0.025):
                ornament(b, room * 0.8)


def cupboard(
    b: SceneBuilder,
    width: float | None = None,
    height: float | None = None,
    depth: float = 0.55,
    body: Material | None = None,
) -> None:
    """A wardrobe, a chest of drawers or a kitchen unit: fronts with gaps and handles."""
    w = width or _uniform(b, 0.5, 1.6)
    h = height or _uniform(b, 0.7, 2.1)
    body = body or _timber(b)
    b.block(0, 0, 0, (w, depth, h), body)
    columns, rows = max(1, round(w / 0.5)), 1 if h > 1.4 or chance(b.rng, 0.5) else 3
    front, knob = _timber(b) if chance(b.rng, 0.3) else body, solid(b, 0.1, 0.1, 0.9, 0.5)
    for i in range(columns):
        for j in range(rows):
            x = -w / 2 + (i + 0.5) * w / columns
            z = 0.06 + (j + 0.5) * (h - 0.08) / rows
            size = (w / columns - 0.015, 0.02, (h - 0.08) / rows - 0.015)
            b.box((x, -depth / 2 - 0.01, z), size, front)
            b.box((x + size[0] * 0.35, -depth / 2 - 0.035, z), (0.02, 0.03, 0.12), knob)


def floor_lamp(b: SceneBuilder) -> None:
    """A standing lamp; lit or not."""
    metal, h = solid(b, 0.2, 0.05, 0.8, 0.4), _uniform(b, 1.3, 1.8)
    b.rod((0, 0, 0), (0, 0, 0.03), 0.14, metal)
    b.rod((0, 0, 0), (0, 0, h), 0.012, metal, capped=False)
    shade = glowing(b, (1.0, 0.85, 0.6), 1.1) if chance(b.rng, 0.5) else paint(b, "cloth", 0.3, 0.0)
    with b.shadowless():
        b.rod((0, 0, h - 0.15), (0, 0, h + 0.12), 0.2, shade, 0.13, False)


def plant(b: SceneBuilder, size: float | None = None) -> None:
    """A plant in a pot: leaves on cards that cross, or fronds."""
    s = size or _uniform(b, 0.4, 1.6)
    pot = paint(b, "stone", 0.4) if chance(b.rng, 0.5) else solid(b)
    b.rod((0, 0, 0), (0, 0, 0.25 * s), 0.11 * s, pot, 0.16 * s)
    cutout = b.atlas.pick(b.rng, "leaf")
    leaf = paint(b, "leaf", 0.0, 0.1, 0.0, 0.3)
    leaf = Material(cutout, 0.0, rgb([1.25 * g for g in leaf.gain]), rgb(0.06), 0.1)
    for i in range(int(b.rng.integers(4, 9))):
        yaw, tilt = i * 2.4 + _uniform(b, -0.3, 0.3), _uniform(b, 0.15, 0.9)
        tall = 0.8 * s * _uniform(b, 0.7, 1.1)
        reach = math.sin(tilt) * tall / 2
        at = (-math.sin(yaw) * reach, math.cos(yaw) * reach, 0.22 * s + math.cos(tilt) * tall / 2)
        b.panel(at, 0.4 * s, tall, leaf, yaw, tilt, True, cutout)
    if chance(b.rng, 0.4):
        b.rod((0, 0, 0.2 * s), (0, 0, 0.7 * s), 0.015 * s, paint(b, "bark", 0.2), capped=False)


def television(b: SceneBuilder) -> None:
    """A television on a low board."""
    w = _uniform(b, 0.7, 1.3)
    cupboard(b, w * 1.3, 0.45, 0.4)
    with b.at(0, 0, 0.45):
        monitor(b, w)


def monitor(b: SceneBuilder, width: float | None = None) -> None:
    """A screen on a foot, on or off."""
    w = width or _uniform(b, 0.4, 0.7)
    h, dark = w * 0.58, solid(b, 0.1, 0.02, 0.3, 0.3)
    lit = chance(b.rng, 0.7)
    picture = shown(b, "screen", _uniform(b, 0.6, 1.3)) if lit else solid(b, 0.1, 0.02, 0.08, 0.6)
    b.box((0, 0.01, h / 2 + 0.09), (w, 0.03, h), dark)
    b.panel((0, -0.008, h / 2 + 0.09), w - 0.03, h - 0.03, picture)
    b.block(0, 0.03, 0, (0.05, 0.03, 0.15), dark)
    b.block(0, 0.03, 0, (w * 0.4, 0.18, 0.012), dark)


def laptop(b: SceneBuilder) -> None:
    """An open laptop."""
    shell, w = solid(b, 0.1, 0.1, 0.8, 0.3), _uniform(b, 0.3, 0.38)
    d, tilt = w * 0.68, _uniform(b, 0.1, 0.5)
    b.block(0, 0, 0, (w, d, 0.018), shell)
    b.floor(-w * 0.45, -d * 0.1, w * 0.45, d * 0.42, 0.019, shown(b, "keyboard"))
    lid = (0.0, d / 2 + math.sin(tilt) * d / 2, 0.02 + math.cos(tilt) * d / 2)
    b.panel(lid, w, d, shell, 0.0, tilt, True)
    shift = (lid[0], lid[1] - 0.004, lid[2] + 0.001)
    b.panel(shift, w * 0.94, d * 0.9, shown(b, "screen", _uniform(b, 0.7, 1.2)), 0.0, tilt)


def ornament(b: SceneBuilder, size: float) -> None:
    """A small thing about `size` high: vase, ball, box, bust, cone."""
    s = size
    skin = paint(
        b, str(b.rng.choice(["label", "stone", "wood", "cloth", "metal"])), 0.2, None, vivid=0.6
    )
    match int(b.rng.integers(0, 6)):
        case 0:
            b.rod((0, 0, 0), (0, 0, s * 0.6), s * 0.16, skin, s * 0.25)
            b.rod((0, 0, s * 0.6), (0, 0, s), s * 0.25, skin, s * 0.1, False)
        case 1:
            b.ball((0, 0, s * 0.4), s * 0.4, skin)
        case 2:
            b.block(0, 0, 0, (s * 0.6, s * 0.5, s * _uniform(b, 0.5, 1)), skin, _uniform(b, -1, 1))
        case 3:
            b.rod((0, 0, 0), (0, 0, s), s * 0.3, skin, 0.0)
        case 4:
            b.rod((0, 0, 0), (0, 0, s * 0.9), s * 0.22, skin)
        case _:
            b.rod((0, 0, 0), (0, 0, s * 0.3), s * 0.2, skin)
            b.ball((0, 0, s * 0.6), (s * 0.2, s * 0.22, s * 0.32), skin)


def crate(b: SceneBuilder) -> None:
    """A box or a pile of boxes."""
    z = 0.0
    for _ in range(int(b.rng.integers(1, 4))):
        size = (_uniform(b, 0.25, 0.7), _uniform(b, 0.25, 0.6), _uniform(b, 0.15, 0.6))
        skin = paint(b, str(b.rng.choice(["wood", "label", "plain", "stone"])), 0.6, vivid=0.5)
        b.block(_uniform(b, -0.08, 0.08), 0, z, size, skin, _uniform(b, -0.3, 0.3))
        z += size[2]
