"""Things out of doors: houses, trees, cars, poles, fences. Each stands on its origin."""

from __future__ import annotations

import math

from models.scenes.builder import SceneBuilder
from models.scenes.paint import chance, glowing, paint, rgb, shown, solid, tinted
from models.scenes.scene import Material


def _u(b: SceneBuilder, low: float, high: float) -> float:
    return float(b.rng.uniform(low, high))


def house(b: SceneBuilder, width: float, depth: float, height: float) -> None:
    """A house whose front faces -y, with a flat or a pitched roof and a door."""
    tile = _u(b, 3.0, 7.0)
    front = paint(b, "facade", tile, 0.0, 0.03)
    side = (
        front
        if chance(b.rng, 0.5)
        else paint(b, str(b.rng.choice(["brick", "stone", "wall"])), 1.5, 0.0)
    )
    b.block(0, 0, 0, (width, depth, height), side, front=front, top=paint(b, "stone", 2.0))
    b.box(
        (_u(b, -0.3, 0.3) * width, -depth / 2 - 0.03, 1.1), (1.1, 0.06, 2.2), paint(b, "wood", 0.8)
    )
    if chance(b.rng, 0.5) and height < 12:
        roof, rise = (
            paint(b, str(b.rng.choice(["tile", "brick", "wood"])), 1.0, 0.0),
            depth * _u(b, 0.25, 0.5),
        )
        x, y, z = width / 2, depth / 2 + 0.3, height
        for s in (-1, 1):
            b.quad(
                [
                    (-s * x, 0, z + rise),
                    (s * x, 0, z + rise),
                    (s * x, -s * y, z),
                    (-s * x, -s * y, z),
                ],
                roof,
                True,
            )
        for gx in (-x, x):
            b.quad(
                [(gx, 0, z + rise), (gx, 0, z + rise - 1e-3), (gx, y, z), (gx, -y, z)], side, True
            )
    if chance(b.rng, 0.3):
        glass = shown(b, str(b.rng.choice(["screen", "picture", "label"])), _u(b, 0.3, 1.0))
        b.panel((_u(b, -0.2, 0.2) * width, -depth / 2 - 0.02, 1.4), width * 0.35, 1.9, glass)
    if chance(b.rng, 0.3):
        awning = paint(b, "cloth", 0.8, 0.0, vivid=0.5)
        b.panel((0, -depth / 2 - 0.6, 2.7), width * 0.8, 1.4, awning, 0.0, 1.1, True)


def tree(b: SceneBuilder, height: float | None = None) -> None:
    """A leafy tree, a conifer, a cypress or a bare one."""
    h = height or _u(b, 2.5, 9.0)
    bark, kind = paint(b, "bark", 0.6, 0.0), int(b.rng.integers(0, 4))
    leaf = paint(b, "foliage", 1.2, 0.0, 0.02, 0.3)
    r = h * _u(b, 0.015, 0.035)
    if kind == 0:
        b.rod((0, 0, 0), (0, 0, h), r, bark, r * 0.3, False)
        for z, wide in ((0.15, 0.24), (0.38, 0.19), (0.6, 0.13)):
            b.rod((0, 0, z * h), (0, 0, min(z + 0.42, 1.02) * h), wide * h, leaf, 0.0)
        return
    b.rod((0, 0, 0), (0, 0, h * 0.75), r, bark, r * 0.6, False)
    if kind == 1:
        _branches(b, h, r, bark)
        return
    cutout = b.atlas.pick(b.rng, "crown")
    card = Material(cutout, 0.0, leaf.gain, leaf.bias, 0.0)
    for _ in range(int(b.rng.integers(3, 7))):
        s = h * _u(b, 0.12, 0.26)
        at = (_u(b, -0.2, 0.2) * h, _u(b, -0.2, 0.2) * h, h * _u(b, 0.55, 0.9))
        b.ball(at, (s, s, s * _u(b, 0.7, 1)), leaf)
        for yaw in (0.3, 1.3, 2.3):
            b.panel(at, s * 2.9, s * 2.7, card, yaw, 0.0, True, cutout)


def _branches(b: SceneBuilder, h: float, r: float, bark: Material) -> None:
    for i in range(9):
        z, a = h * _u(b, 0.3, 0.75), i * 2.4
        reach = h * _u(b, 0.15, 0.3)
        tip = (reach * math.cos(a), reach * math.sin(a), z + reach * _u(b, 0.5, 1.5))
        b.rod((0, 0, z), tip, r * 0.4, bark, r * 0.1, False)
        twig = (tip[0] * 1.3, tip[1] * 1.1 + 0.2, tip[2] + reach * 0.4)
        fork = (0.6 * tip[0], 0.6 * tip[1], 0.6 * tip[2] + 0.4 * z)
        b.rod(fork, twig, r * 0.2, bark, r * 0.08, False)


def bush(b: SceneBuilder) -> None:
    """A bush or a piece of hedge."""
    leaf, cutout = paint(b, "foliage", 0.8, 0.0, 0.02, 0.3), b.atlas.pick(b.rng, "crown")
    s = _u(b, 0.3, 1.0)
    if chance(b.rng, 0.3):
        b.block(0, 0, 0, (s * 4, s, s * 1.6), leaf)
        return
    card = Material(cutout, 0.0, leaf.gain, leaf.bias, 0.0)
    for i in range(3):
        at = (_u(b, -0.5, 0.5) * s, _u(b, -0.5, 0.5) * s, s * 0.5)
        b.ball(at, (s * 0.7, s * 0.7, s * 0.6), leaf)
        b.panel(at, s * 2, s * 1.6, card, i * 1.1, 0.0, True, cutout)


def car(b: SceneBuilder) -> None:
    """A car that faces +y: a saloon, an estate, a van or a lorry."""
    body = solid(b, 0.8, 0.05, 1.0, 0.6)
    glass, rubber = tinted(b, (0.12, 0.15, 0.18), 0.8), tinted(b, (0.05, 0.05, 0.05), 0.1)
    kind = int(b.rng.integers(0, 4))
    w, length, base = 1.75, (4.3, 4.5, 5.0, 7.5)[kind], 0.28
    waist = (0.85, 0.9, 1.0, 1.2)[kind]
    roof = (1.45, 1.5, 2.1, 3.0)[kind]
    b.block(0, 0, base, (w, length, waist - base), body)
    front = (length * 0.18, length * 0.22, length * 0.36, length * 0.3)[kind]
    back = (-length * 0.36, -length * 0.47, -length * 0.49, -length * 0.49)[kind]
    _cabin(
        b,
        w,
        waist,
        roof,
        front,
        back,
        0.35 if kind == 0 else 0.12,
        body,
        body if kind > 1 else glass,
    )
    if kind > 1:
        b.box((0, front - 0.25, waist + 0.38), (w - 0.1, 1.1, 0.5), glass)
    for x in (-w / 2, w / 2):
        for y in (-length * 0.31, length * 0.31):
            b.rod((x - 0.1, y, 0.32), (x + 0.1, y, 0.32), 0.32, rubber)
            b.rod(
                (x - 0.105, y, 0.32), (x + 0.105, y, 0.32), 0.17, tinted(b, (0.6, 0.6, 0.62), 0.5)
            )
        for y, tint in ((length / 2, (1.0, 0.95, 0.8)), (-length / 2, (0.8, 0.08, 0.06))):
            b.box((x * 0.75, y, waist - 0.18), (0.3, 0.04, 0.14), glowing(b, tint, 0.6))
    b.box((0, -length / 2 - 0.01, 0.5), (0.5, 0.02, 0.11), shown(b, "text"))


def _cabin(
    b: SceneBuilder,
    w: float,
    waist: float,
    roof: float,
    front: float,
    back: float,
    rake: float,
    body: Material,
    glass: Material,
) -> None:
    x, inner = w / 2 - 0.02, w / 2 - 0.14
    hood = front + 0.45
    low = [(-x, hood), (x, hood), (x, back - rake), (-x, back - rake)]
    high = [(-inner, front), (inner, front), (inner, back), (-inner, back)]
    for i in range(4):
        j = (i + 1) % 4
        corners = [(*high[j], roof), (*high[i], roof), (*low[i], waist), (*low[j], waist)]
        b.quad(corners, glass, True)
    top = [(*p, roof) for p in high]
    b.quad([top[0], top[1], top[2], top[3]], body, True)


def street_lamp(b: SceneBuilder) -> None:
    """A lamp post or a pole with a sign."""
    h, metal = _u(b, 3.0, 7.0), solid(b, 0.1, 0.1, 0.7, 0.3)
    b.rod((0, 0, 0), (0, 0, h), 0.06, metal, 0.045, False)
    if chance(b.rng, 0.5):
        b.rod((0, 0, h), (1.0, 0, h + 0.2), 0.035, metal, capped=False)
        b.ball((1.0, 0, h + 0.15), (0.3, 0.14, 0.08), glowing(b, (1, 0.95, 0.8), 1.0))
    else:
        b.rod((0, -0.07, h - 0.4), (0, -0.09, h - 0.4), 0.35, shown(b, "label"))


def sign(b: SceneBuilder) -> None:
    """A board on two posts, or a hoarding."""
    w, h = _u(b, 0.6, 3.0), _u(b, 0.5, 1.8)
    z = _u(b, 0.3, 2.0)
    for x in (-w * 0.4, w * 0.4):
        b.rod((x, 0.05, 0), (x, 0.05, z + h), 0.04, solid(b, 0.1), capped=False)
    b.panel(
        (0, 0, z + h / 2),
        w,
        h,
        shown(b, str(b.rng.choice(["picture", "text", "label"]))),
        0.0,
        0.0,
        True,
    )


def fence(b: SceneBuilder, length: float) -> None:
    """A fence along x: mesh, pickets or a wall."""
    h, kind = _u(b, 0.7, 1.8), int(b.rng.integers(0, 3))
    if kind == 0:
        cutout = b.atlas.pick(b.rng, "lattice")
        count = max(1, round(length / 2))
        for i in range(count):
            x = (i + 0.5) * length / count - length / 2
            b.panel((x, 0, h / 2), length / count, h, Material(cutout, 0.0), 0.0, 0.0, True, cutout)
            b.rod((x, 0, 0), (x, 0, h + 0.05), 0.03, solid(b, 0.1), capped=False)
    elif kind == 1:
        wood = paint(b, "wood", 0.8, 0.0)
        for i in range(min(24, int(length / 0.25))):
            b.block(i * 0.25 - length / 2, 0, 0, (0.1, 0.03, h), wood)
        b.box((0, 0.03, h * 0.7), (length, 0.04, 0.08), wood)
    else:
        b.block(
            0, 0, 0, (length, 0.25, h), paint(b, str(b.rng.choice(["brick", "stone"])), 1.2, 0.0)
        )


def bench(b: SceneBuilder) -> None:
    """A park bench."""
    wood, metal = paint(b, "wood", 0.8, 0.0), solid(b, 0.1, 0.05, 0.5)
    for i in range(3):
        b.box((0, -0.15 + i * 0.15, 0.45), (1.6, 0.12, 0.03), wood)
        b.box((0, 0.27, 0.55 + i * 0.14), (1.6, 0.03, 0.1), wood)
    for x in (-0.65, 0.65):
        b.block(x, 0.05, 0, (0.05, 0.4, 0.44), metal)
        b.block(x, 0.3, 0, (0.05, 0.05, 0.95), metal)


def bin_(b: SceneBuilder) -> None:
    """A litter bin, a bollard, a traffic cone or a hydrant."""
    match int(b.rng.integers(0, 4)):
        case 0:
            b.rod((0, 0, 0), (0, 0, 0.9), 0.25, solid(b), 0.3)
        case 1:
            b.rod((0, 0, 0), (0, 0, 0.9), 0.08, solid(b))
            b.ball((0, 0, 0.9), 0.09, solid(b))
        case 2:
            b.block(0, 0, 0, (0.4, 0.4, 0.03), tinted(b, (0.9, 0.35, 0.1)))
            b.rod((0, 0, 0.03), (0, 0, 0.7), 0.15, tinted(b, (0.95, 0.35, 0.1)), 0.03)
        case _:
            b.block(0, 0, 0, (0.6, 0.7, 1.1), solid(b))
            b.rod((-0.3, 0.3, 0.1), (0.3, 0.3, 0.1), 0.1, tinted(b, (0.05, 0.05, 0.05)))


def bicycle(b: SceneBuilder) -> None:
    """A bicycle along y: rims, spokes and tubes, all thin."""
    tube, rubber = solid(b, 0.9, 0.1, 0.9, 0.5), tinted(b, (0.08, 0.08, 0.08))
    for y in (-0.5, 0.5):
        for i in range(12):
            a, c = i * math.pi / 6, (i + 1) * math.pi / 6
            first = (0.0, y + 0.33 * math.cos(a), 0.34 + 0.33 * math.sin(a))
            b.rod(
                first,
                (0.0, y + 0.33 * math.cos(c), 0.34 + 0.33 * math.sin(c)),
                0.016,
                rubber,
                capped=False,
            )
    for p, q in (
        ((-0.5, 0.34), (-0.18, 0.8)),
        ((-0.5, 0.34), (0.0, 0.3)),
        ((0.0, 0.3), (-0.2, 0.95)),
        ((-0.18, 0.8), (0.36, 0.85)),
        ((0.0, 0.3), (0.36, 0.8)),
        ((0.5, 0.34), (0.34, 1.0)),
    ):
        b.rod((0, *p), (0, *q), 0.016, tube, capped=False)
    b.rod((-0.28, 0.36, 1.0), (0.28, 0.36, 1.0), 0.014, rubber)
    b.ball((0, -0.2, 0.97), (0.08, 0.13, 0.04), rubber)


def hill(b: SceneBuilder, x: float, y: float, radius: float, height: float) -> None:
    """A hill: the top of a flat ellipsoid."""
    skin = paint(b, str(b.rng.choice(["grass", "grass", "foliage", "ground"])), 6.0, 0.0)
    b.ball((x, y, 0), (radius, radius * _u(b, 0.6, 1.4), height), skin)


def rock(b: SceneBuilder) -> None:
    """A boulder, or a few."""
    for i in range(int(b.rng.integers(1, 4))):
        s = _u(b, 0.15, 0.7)
        skin = paint(b, str(b.rng.choice(["stone", "ground"])), 1.0, 0.0)
        b.ball(
            (i * 0.6, _u(b, -0.4, 0.4), s * 0.25), (s, s * _u(b, 0.6, 1), s * _u(b, 0.5, 0.9)), skin
        )


def white(b: SceneBuilder) -> Material:
    """The paint of road markings."""
    return tinted(b, rgb(_u(b, 0.75, 0.95)), 0.0, "ground")
