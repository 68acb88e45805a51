"""Small things that stand on tables; each on its origin, sizes in metres."""

from __future__ import annotations

import math

from models.scenes.builder import SceneBuilder
from models.scenes.furniture import laptop, monitor, ornament, plant
from models.scenes.paint import chance, glowing, paint, shown, solid


def cup(b: SceneBuilder) -> None:
    """A mug or a glass with a handle."""
    r, h = b.rng.uniform(0.03, 0.045), b.rng.uniform(0.07, 0.13)
    skin = (
        paint(b, "label", 0.1, 0.4, vivid=0.5) if chance(b.rng, 0.4) else solid(b, 0.8, 0.2, 1, 0.4)
    )
    b.rod((0, 0, 0), (0, 0, h), r * 0.9, skin, r, False)
    b.disc((0, 0, h * 0.8), r * 0.93, solid(b, 0.5, 0.05, 0.4))
    for z0, z1, x0, x1 in ((0.25, 0.3, 0.9, 1.6), (0.3, 0.75, 1.6, 1.6), (0.75, 0.8, 1.6, 0.9)):
        b.rod((x0 * r, 0, z0 * h), (x1 * r, 0, z1 * h), 0.006, skin)


def bottle(b: SceneBuilder) -> None:
    """A bottle with a label."""
    r, h = float(b.rng.uniform(0.03, 0.05)), float(b.rng.uniform(0.18, 0.33))
    glass = solid(b, 0.8, 0.1, 0.8, 0.7)
    b.rod((0, 0, 0), (0, 0, h * 0.62), r, glass)
    b.rod((0, 0, h * 0.18), (0, 0, h * 0.5), r * 1.01, paint(b, "label", 0.0), capped=False)
    b.rod((0, 0, h * 0.62), (0, 0, h * 0.78), r, glass, r * 0.33, False)
    b.rod((0, 0, h * 0.78), (0, 0, h), r * 0.33, solid(b))


def can(b: SceneBuilder) -> None:
    """A tin."""
    r = float(b.rng.uniform(0.03, 0.055))
    b.rod((0, 0, 0), (0, 0, r * float(b.rng.uniform(1.5, 3.5))), r, paint(b, "label", 0.0, 0.4))


def book(b: SceneBuilder) -> None:
    """A pile of books, or one open."""
    z = 0.0
    for _ in range(int(b.rng.integers(1, 5))):
        size = (
            float(b.rng.uniform(0.13, 0.22)),
            float(b.rng.uniform(0.18, 0.3)),
            float(b.rng.uniform(0.01, 0.05)),
        )
        cover = shown(b, str(b.rng.choice(["picture", "label", "text"])))
        b.block(0, 0, z, size, solid(b, 0.8), float(b.rng.uniform(-0.4, 0.4)), cover)
        z += size[2]


def paper(b: SceneBuilder) -> None:
    """Printed sheets lying flat."""
    for i in range(int(b.rng.integers(1, 4))):
        with b.at(0.03 * i, 0.04 * i, 0.001 + 0.001 * i, float(b.rng.uniform(-0.5, 0.5))):
            b.floor(-0.105, -0.148, 0.105, 0.148, 0, shown(b, "text"))


def packet(b: SceneBuilder) -> None:
    """A cardboard packet."""
    size = (
        float(b.rng.uniform(0.06, 0.22)),
        float(b.rng.uniform(0.03, 0.09)),
        float(b.rng.uniform(0.08, 0.32)),
    )
    b.block(0, 0, 0, size, paint(b, "label", 0.0, vivid=0.6), float(b.rng.uniform(-1, 1)))


def bowl(b: SceneBuilder) -> None:
    """A bowl of fruit."""
    r = float(b.rng.uniform(0.09, 0.16))
    b.rod((0, 0, 0), (0, 0, r * 0.55), r * 0.5, paint(b, "stone", 0.2, 0.3, vivid=0.6), r, False)
    b.disc((0, 0, 0.015), r * 0.5, solid(b))
    for i in range(int(b.rng.integers(0, 6))):
        a, d = i * 2.0, r * (0.45 if i else 0.0)
        b.ball((d * math.cos(a), d * math.sin(a), r * 0.5), r * 0.36, solid(b, 0.9, 0.3, 0.95, 0.4))


def fruit(b: SceneBuilder) -> None:
    """A few round fruits."""
    for i in range(int(b.rng.integers(1, 5))):
        r = float(b.rng.uniform(0.025, 0.05))
        skin = solid(b, 0.9, 0.3, 0.95, 0.4)
        b.ball(
            (0.1 * math.cos(i * 2.1), 0.08 * math.sin(i * 2.1), r * 0.95), (r, r, r * 0.95), skin
        )


def plate(b: SceneBuilder) -> None:
    """A plate, perhaps with a fork."""
    r = float(b.rng.uniform(0.09, 0.14))
    b.rod((0, 0, 0), (0, 0, 0.02), r * 0.7, solid(b, 0.3, 0.5, 1.0, 0.4), r)
    b.rod((r + 0.03, -0.08, 0.004), (r + 0.03, 0.1, 0.006), 0.004, solid(b, 0.1, 0.4, 0.9, 0.6))


def candle(b: SceneBuilder) -> None:
    """A candlestick: thin and upright."""
    metal = solid(b, 0.3, 0.2, 0.8, 0.6)
    b.rod((0, 0, 0), (0, 0, 0.012), 0.05, metal)
    b.rod((0, 0, 0), (0, 0, 0.15), 0.007, metal)
    b.rod((0, 0, 0.15), (0, 0, 0.32), 0.011, solid(b, 0.3, 0.6, 1.0))


def pens(b: SceneBuilder) -> None:
    """A pot of pens."""
    b.rod((0, 0, 0), (0, 0, 0.1), 0.04, solid(b), capped=False)
    for i in range(5):
        a = i * 1.3
        tip = (0.045 * math.cos(a), 0.045 * math.sin(a), 0.17)
        b.rod((0.01 * math.cos(a), 0.01 * math.sin(a), 0.005), tip, 0.004, solid(b, 0.9))


def table_lamp(b: SceneBuilder) -> None:
    """A lamp with an arm."""
    metal = solid(b, 0.6, 0.05, 0.9, 0.4)
    b.rod((0, 0, 0), (0, 0, 0.02), 0.08, metal)
    b.rod((0, 0, 0.02), (0.08, 0, 0.25), 0.007, metal)
    b.rod((0.08, 0, 0.25), (-0.08, 0, 0.42), 0.007, metal)
    shade = glowing(b, (1, 0.9, 0.7), 1.2) if chance(b.rng, 0.4) else metal
    b.rod((-0.13, 0, 0.36), (-0.08, 0, 0.43), 0.075, shade, 0.03, False)


def keyboard(b: SceneBuilder) -> None:
    """A keyboard and a mouse."""
    b.block(0, 0, 0, (0.42, 0.14, 0.02), solid(b, 0.1, 0.05, 0.9), 0.0, shown(b, "keyboard"))
    b.ball((0.3, 0, 0.01), (0.03, 0.05, 0.02), solid(b, 0.2, 0.05, 0.9))


def frame(b: SceneBuilder) -> None:
    """A picture in a frame that stands."""
    w = float(b.rng.uniform(0.1, 0.25))
    b.panel((0, 0.02, w * 0.65), w + 0.03, w * 1.3, solid(b), 0.0, 0.15, True)
    b.panel((0, 0.015, w * 0.65), w, w * 1.2, shown(b, "picture"), 0.0, 0.15)


def vase(b: SceneBuilder) -> None:
    """Any ornament of table size."""
    ornament(b, float(b.rng.uniform(0.1, 0.35)))


def pot_plant(b: SceneBuilder) -> None:
    """A small plant."""
    plant(b, float(b.rng.uniform(0.2, 0.45)))


SMALL = (
    cup,
    bottle,
    can,
    book,
    paper,
    packet,
    bowl,
    fruit,
    plate,
    candle,
    pens,
    table_lamp,
    frame,
    vase,
    pot_plant,
)
WORK_TABLE = (monitor, laptop, keyboard, cup, book, paper, pens, table_lamp, bottle, frame, vase)
