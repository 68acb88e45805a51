"""Animals and riders made of spheres and rods; each stands on its origin and faces -y."""

from __future__ import annotations

import math

from models.scenes.builder import SceneBuilder
from models.scenes.motion import Sway, rotation
from models.scenes.outdoors import bicycle
from models.scenes.paint import chance, paint, tinted
from models.scenes.people import bust, random_appearance


def _u(b: SceneBuilder, low: float, high: float) -> float:
    return float(b.rng.uniform(low, high))


def animal(b: SceneBuilder) -> None:
    """A four-legged animal from a cat to a cow, its tail wagging and its head turning."""
    s = float(b.rng.choice([0.28, 0.45, 0.6, 1.3])) * _u(b, 0.85, 1.15)
    slim, neck = _u(b, 0.16, 0.3) * s, _u(b, 0.15, 0.5) * s
    hide = paint(b, str(b.rng.choice(["bark", "plain", "stone", "ground", "cloth"])), 0.5, 0.0, 0.0)
    for x in (-slim * 0.55, slim * 0.55):
        for y in (-0.42 * s, 0.42 * s):
            b.rod((x, y, 0), (x, y * 0.95, 0.6 * s), 0.05 * s, hide, 0.085 * s, False)
            b.ball((x, y - 0.02 * s, 0.03 * s), (0.06 * s, 0.08 * s, 0.035 * s), hide)
    b.ball((0, 0, 0.68 * s), (slim, 0.6 * s, slim * 1.1), hide)
    head = (0.0, -0.6 * s - neck * 0.5, 0.8 * s + neck * 0.8)
    b.rod((0, -0.42 * s, 0.74 * s), head, 0.13 * s, hide, 0.1 * s, False)
    with b.at(*head), b.moving(Sway("z", _u(b, 0.0, 0.5), _u(b, 2, 6))):
        _head(b, s)
    with b.at(0, 0.56 * s, 0.75 * s), b.moving(Sway("z", 0.5, _u(b, 0.5, 2))):
        b.rod((0, 0, 0), (0, 0.35 * s, _u(b, -0.3, 0.35) * s), 0.035 * s, hide, 0.015 * s, False)


def _head(b: SceneBuilder, s: float) -> None:
    hide, dark = paint(b, "plain", 0.4, 0.0, 0.0), tinted(b, (0.05, 0.05, 0.05), 0.5)
    b.ball((0, 0, 0), (0.13 * s, 0.16 * s, 0.14 * s), hide)
    b.ball((0, -0.17 * s, -0.04 * s), (0.07 * s, 0.13 * s, 0.07 * s), hide)
    b.ball((0, -0.29 * s, -0.02 * s), 0.028 * s, dark)
    for side in (-1, 1):
        b.ball((side * 0.07 * s, -0.12 * s, 0.05 * s), 0.022 * s, dark)
        tip = (side * 0.13 * s, 0.04 * s, 0.24 * s)
        b.rod((side * 0.09 * s, 0.02 * s, 0.08 * s), tip, 0.05 * s, hide, 0.0)


def cyclist(b: SceneBuilder) -> None:
    """A person on a bicycle that faces +y."""
    bicycle(b)
    look = random_appearance(b)
    h = look.height
    with b.at(0, -0.2, 1.0, math.pi), b.within(rotation("x", 0.55)), b.at(0, 0, -0.51 * h):
        bust(b, look)
    for side in (-1, 1):
        hip, foot = (side * 0.1, -0.16, 0.98), (side * 0.12, 0.12 * side, 0.32 + 0.12 * side)
        knee = (side * 0.13, 0.28, 0.72 + 0.1 * side)
        b.rod(knee, hip, 0.055, look.legs, 0.085, False)
        b.ball(knee, 0.056, look.legs)
        b.rod(foot, knee, 0.035, look.legs, 0.055, False)
        b.ball((foot[0], foot[1] + 0.05, foot[2] - 0.02), (0.045, 0.12, 0.04), look.shoes)
        shoulder, hand = (side * 0.19, 0.08, 1.42), (side * 0.25, 0.36, 1.03)
        b.rod(hand, shoulder, 0.032, look.top if look.long_sleeves else look.skin, 0.05, False)
        b.ball(hand, 0.045, look.skin)
    if chance(b.rng, 0.5):
        b.ball((0, 0.2, 1.78), (0.12, 0.15, 0.1), paint(b, "plain", 0.3, 0.3, vivid=0.8))
