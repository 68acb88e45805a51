"""Human figures made of spheres and tapered rods, standing, walking or sitting.

A figure's feet are at the origin and it faces -y.
"""

from __future__ import annotations

import math
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np

from models.scenes.builder import SceneBuilder
from models.scenes.motion import Lift, Sway, rotation
from models.scenes.paint import chance, paint, rgb, solid, tinted
from models.scenes.scene import Material

SEATED = 0.243
"""How much lower a seated figure is, as a fraction of its height."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """Clothes and size (metres) of a figure."""

    height: float
    girth: float
    skin: Material
    hair: Material
    top: Material
    legs: Material
    shoes: Material
    long_sleeves: bool
    skirt: bool
    hair_style: int
    glasses: bool


def random_appearance(b: SceneBuilder) -> Appearance:
    """A random figure."""
    rng = b.rng
    skin = np.array([0.88, 0.68, 0.56]) * rng.uniform(0.35, 1.08) * rng.uniform(0.93, 1.07, 3)
    hair = np.array([0.5, 0.35, 0.22]) * rng.uniform(0.1, 1.6)
    return Appearance(
        float(rng.uniform(1.5, 1.95) if chance(rng, 0.85) else rng.uniform(0.9, 1.4)),
        float(rng.uniform(0.85, 1.35)),
        tinted(b, rgb(np.minimum(skin, 1)), 0.12),
        tinted(b, rgb(np.minimum(hair, 1)), 0.15, "bark"),
        paint(b, str(rng.choice(["cloth", "cloth", "plain"])), 0.25, 0.0, vivid=0.5),
        paint(b, "cloth", 0.2, 0.0, vivid=0.4) if chance(rng, 0.5) else solid(b, 0.4, 0.08, 0.6),
        solid(b, 0.4, 0.05, 0.6),
        chance(rng, 0.6),
        chance(rng, 0.2),
        int(rng.integers(0, 4)),
        chance(rng, 0.25),
    )


def person(b: SceneBuilder, look: Appearance, walking: bool = False, sitting: bool = False) -> None:
    """A whole figure; `walking` swings its limbs, about one step in half a second."""
    h = look.height
    lift = 0.0 if not sitting else -SEATED * h
    with _swing(b, Lift(0.012 * h, 0.5) if walking else None), b.at(0, 0, lift):
        for side in (-1, 1):
            _leg(b, look, side, walking, sitting)
            _arm(b, look, side, walking, sitting)
        bust(b, look)


def _swing(b: SceneBuilder, motion: Sway | Lift | None) -> AbstractContextManager[None]:
    return nullcontext() if motion is None else b.moving(motion)


def _leg(b: SceneBuilder, look: Appearance, side: int, walking: bool, sitting: bool) -> None:
    h, r = look.height, look.girth
    phase = 0.0 if side > 0 else math.pi
    with b.at(side * 0.052 * h * r, 0, 0.5 * h):
        hip = Sway("x", 0.42, 1.0, phase) if walking else None
        turn = rotation("x", -1.45) if sitting else np.eye(4)
        with _swing(b, hip), b.within(turn):
            b.rod(
                (0, 0, -0.245 * h), (0, 0, 0.02 * h), 0.036 * h * r, look.legs, 0.055 * h * r, False
            )
            with b.at(0, 0, -0.245 * h):
                b.ball((0, 0, 0), 0.037 * h * r, look.legs)
                knee = Sway("x", 0.35, 1.0, phase - 1.2, 0.35) if walking else None
                back = rotation("x", 1.45) if sitting else np.eye(4)
                with _swing(b, knee), b.within(back):
                    _shin(b, look)


def _shin(b: SceneBuilder, look: Appearance) -> None:
    h, r = look.height, look.girth
    material = look.skin if look.skirt else look.legs
    b.rod((0, 0, -0.235 * h), (0, 0, 0), 0.026 * h * r, material, 0.036 * h * r, False)
    b.ball((0, -0.03 * h, -0.235 * h), (0.03 * h, 0.075 * h, 0.022 * h), look.shoes)


def _arm(b: SceneBuilder, look: Appearance, side: int, walking: bool, sitting: bool) -> None:
    h, r = look.height, look.girth
    phase = math.pi if side > 0 else 0.0
    bend = b.rng.uniform(0.05, 0.5) if not sitting else 1.2
    raise_ = 0.3 if sitting else float(b.rng.uniform(-0.1, 0.35))
    if not walking and chance(b.rng, 0.15):
        raise_, bend = float(b.rng.uniform(0.5, 2.4)), float(b.rng.uniform(0.3, 1.6))
    with b.at(side * 0.108 * h * r, 0, 0.775 * h):
        b.ball((0, 0, 0), 0.034 * h * r, look.top)
        swing = Sway("x", 0.38, 1.0, phase) if walking else None
        with _swing(b, swing), b.within(rotation("y", side * -0.14) @ rotation("x", -raise_)):
            sleeve = look.top
            b.rod((0, 0, -0.165 * h), (0, 0, 0), 0.025 * h * r, sleeve, 0.0325 * h * r, False)
            with b.at(0, 0, -0.165 * h), b.within(rotation("x", -bend)):
                lower = look.top if look.long_sleeves else look.skin
                b.ball((0, 0, 0), 0.0265 * h * r, lower)
                b.rod((0, 0, -0.14 * h), (0, 0, 0), 0.019 * h, lower, 0.0255 * h * r, False)
                b.ball((0, 0, -0.165 * h), (0.017 * h, 0.024 * h, 0.042 * h), look.skin)


def bust(b: SceneBuilder, look: Appearance) -> None:
    """Trunk, neck and head."""
    h, r = look.height, look.girth
    hips, chest = 0.095 * h * r, 0.105 * h * r
    b.ball((0, 0, 0.51 * h), (hips, hips * 0.72, 0.06 * h), look.legs)
    b.rod((0, 0, 0.5 * h), (0, 0, 0.76 * h), hips * 0.96, look.top, chest * 1.03, False, 0.68)
    b.ball((0, 0, 0.755 * h), (0.118 * h * r, chest * 0.7, 0.068 * h), look.top)
    if look.skirt:
        b.rod((0, 0, 0.28 * h), (0, 0, 0.56 * h), 0.15 * h, look.legs, hips * 0.9, False, 0.8)
    b.rod((0, 0.008 * h, 0.8 * h), (0, 0, 0.88 * h), 0.036 * h, look.skin, 0.033 * h, False)
    nod = rotation("z", float(b.rng.uniform(-0.5, 0.5))) @ rotation(
        "x", float(b.rng.uniform(-0.15, 0.2))
    )
    with b.at(0, -0.008 * h, 0.925 * h), b.within(nod):
        _head(b, look)


def _head(b: SceneBuilder, look: Appearance) -> None:
    h = look.height
    dark = tinted(b, (0.06, 0.05, 0.05), 0.5)
    b.ball((0, 0, 0), (0.047 * h, 0.056 * h, 0.07 * h), look.skin)
    b.ball((0, -0.012 * h, -0.03 * h), (0.036 * h, 0.042 * h, 0.042 * h), look.skin)
    b.ball((0, -0.057 * h, -0.006 * h), (0.008 * h, 0.012 * h, 0.014 * h), look.skin)
    for side in (-1, 1):
        b.ball((side * 0.019 * h, -0.051 * h, 0.012 * h), 0.0065 * h, dark)
        b.ball((side * 0.047 * h, 0.002 * h, 0.0), (0.008 * h, 0.013 * h, 0.018 * h), look.skin)
        if look.glasses:
            b.rod(
                (side * 0.02 * h, -0.06 * h, 0.012 * h),
                (side * 0.02 * h, -0.062 * h, 0.012 * h),
                0.014 * h,
                dark,
            )
    b.ball(
        (0, -0.049 * h, -0.034 * h), (0.015 * h, 0.006 * h, 0.004 * h), tinted(b, (0.6, 0.3, 0.3))
    )
    if look.hair_style == 1:
        b.ball((0, 0.014 * h, 0.02 * h), (0.055 * h, 0.06 * h, 0.064 * h), look.hair)
        b.rod(
            (0, 0.03 * h, -0.1 * h),
            (0, 0.022 * h, 0.03 * h),
            0.055 * h,
            look.hair,
            0.053 * h,
            True,
            0.7,
        )
    elif look.hair_style == 2:
        b.rod((0, 0, 0.045 * h), (0, 0, 0.09 * h), 0.052 * h, look.hair, 0.045 * h, True, 1.15)
        b.disc((0, 0, 0.045 * h), 0.085 * h, look.hair)
    elif look.hair_style == 3:
        b.ball((0, 0.01 * h, 0.022 * h), (0.052 * h, 0.057 * h, 0.06 * h), look.hair)
