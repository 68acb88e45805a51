"""The default scene: a studio flat by day, a visitor walking about, a ball rolling."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from models.scene_options import USUAL_SCENE, SceneOptions
from models.scenes.atlas import default_atlas
from models.scenes.builder import SceneBuilder
from models.scenes.demo_options import Walls, place_options
from models.scenes.furniture import (
    chair,
    cupboard,
    floor_lamp,
    laptop,
    monitor,
    plant,
    shelf,
    sofa,
    table,
)
from models.scenes.motion import Bounce, CameraPath, Loop, Roll, Spin, Sway, Wander
from models.scenes.paint import glowing, tinted
from models.scenes.people import Appearance, person
from models.scenes.rooms import set_out
from models.scenes.scene import Colour, Lighting, Material, Scene
from models.scenes.tableware import book, bottle, bowl, candle, cup, paper

_X0, _Y0, _X1, _Y1, _HEIGHT = -3.2, -2.4, 3.4, 5.4, 2.8
_CHARCOAL: Colour = (0.16, 0.17, 0.19)
_WHITE: Colour = (0.93, 0.92, 0.9)
_TEAL: Colour = (0.16, 0.38, 0.4)
_OCHRE: Colour = (0.85, 0.58, 0.22)
_CORAL: Colour = (0.86, 0.4, 0.33)

DEMO_PERIOD_S = 20.0
"""After this time everything is where it was: every period below is a whole fraction of it."""


def demo_scene(seed: int = 0, options: SceneOptions = USUAL_SCENE) -> Scene:
    """A furnished studio that repeats every DEMO_PERIOD_S; the same for the same arguments.

    The back wall, painted and with pictures, is one plane; so are floor and side walls.
    """
    b = SceneBuilder(np.random.default_rng([seed, 77]), default_atlas())
    with b.shadowless():
        _walls(b)
    with b.discarding(options.wall != "pictures"):
        _pictures(b)
    _clock(b)
    _furniture(b)
    with b.discarding(options.object != "none"):
        _visitors(b)
    place_options(b, options, _camera(), Walls(_X0, _Y0, _X1, _Y1, _HEIGHT))
    return b.build(
        "demo",
        seed,
        Lighting(
            key_position=(1.1, 1.2, 2.72),
            key_focus=(0.0, 2.0, 0.0),
            key_fov_deg=140.0,
            key_colour=(0.95, 0.86, 0.72),
            key_falloff_m=4.5,
            softness=1.6,
            fill_position=(_X0 + 0.1, 2.6, 1.6),
            fill_colour=(0.34, 0.4, 0.5),
            fill_falloff_m=2.6,
            ambient_up=(0.34, 0.34, 0.35),
            ambient_down=(0.33, 0.31, 0.29),
            occlusion=0.7,
            exposure=1.15,
        ),
        _camera(),
        62.0,
        (_X0, _Y0, _X1, _Y1),
        _HEIGHT,
    )


def _camera() -> CameraPath:
    """A slow figure of eight at eye height."""
    return CameraPath(
        (0.1, -1.5, 1.5),
        (0.15, 3.4, 0.95),
        Wander(((1.05, 20.0, 0.0),), ((0.4, 10.0, 1.0),), ((0.16, 20.0, 0.5),)),
        Wander(((0.35, 20.0, 0.6),), (), ((0.08, 10.0, 0.0),)),
        roll_wander=Wander(((0.006, 10.0, 0.0),)),
    )


def _from(b: SceneBuilder, group: str, member: int, tile_m: float, gloss: float = 0.0) -> Material:
    return Material(b.atlas.groups[group][member], tile_m, gloss=gloss)


def _walls(b: SceneBuilder) -> None:
    paint = tinted(b, (0.84, 0.81, 0.75), 0.0, "wall")
    accent = tinted(b, (0.33, 0.47, 0.48), 0.0, "wall")
    paint, accent = (
        replace(paint, tile_m=2.5, blotch=0.15),
        replace(accent, tile_m=2.5, blotch=0.15),
    )
    boards = _from(b, "floor", 0, 1.7, 0.25)
    boards = replace(boards, gain=(0.72, 0.7, 0.68), bias=(0.12, 0.11, 0.1))
    x, y = (_X0 + _X1) / 2, (_Y0 + _Y1) / 2
    b.floor(_X0, _Y0, _X1, _Y1, 0, boards)
    b.ceiling(_X0, _Y0, _X1, _Y1, _HEIGHT, replace(tinted(b, _WHITE, 0.0), blotch=0.1))
    sides = (
        (x, _Y1, 0.0, accent),
        (x, _Y0, math.pi, paint),
        (_X0, y, math.pi / 2, paint),
        (_X1, y, -math.pi / 2, paint),
    )
    skirting = tinted(b, _WHITE)
    for wx, wy, yaw, skin in sides:
        length = _X1 - _X0 if abs(wy - y) > 0.1 else _Y1 - _Y0
        with b.at(wx, wy, 0, yaw):
            b.panel((0, 0, _HEIGHT / 2), length, _HEIGHT, skin)
            b.box((0, -0.012, 0.05), (length, 0.024, 0.1), skirting)
            b.box((0, -0.02, _HEIGHT - 0.03), (length, 0.04, 0.06), skirting)
    with b.at(_X0, 2.6, 0, math.pi / 2):
        _window(b)
    with b.at(_X1, 0.9, 0, -math.pi / 2):
        _door(b)


def _window(b: SceneBuilder) -> None:
    frame, sight = tinted(b, _WHITE), _from(b, "cloud", 0, 0.0)
    sky = replace(sight, gain=(0.45, 0.3, 0.15), bias=(0.55, 0.7, 0.88), emission=1.25, blotch=0.0)
    b.panel((0, -0.005, 1.55), 1.8, 1.4, sky)
    for x in (-0.9, 0.0, 0.9):
        b.box((x, -0.03, 1.55), (0.06, 0.06, 1.46), frame)
    for z in (0.85, 1.7, 2.25):
        b.box((0, -0.03, z), (1.86, 0.06, 0.06), frame)
    b.box((0, -0.1, 0.82), (2.0, 0.2, 0.03), frame)
    cloth = Material(b.atlas.groups["cloth"][0], 0.4, (0.5, 0.45, 0.4), (0.38, 0.36, 0.33))
    for side in (-1, 1):
        for i in range(5):
            x = side * (1.25 - i * 0.075)
            b.rod((x, -0.12, 0.06), (x, -0.12, 2.45), 0.045, cloth, capped=False)
    b.rod((-1.4, -0.12, 2.47), (1.4, -0.12, 2.47), 0.015, tinted(b, _CHARCOAL, 0.4))


def _door(b: SceneBuilder) -> None:
    frame, leaf = tinted(b, _WHITE), tinted(b, (0.75, 0.72, 0.66))
    b.box((0, -0.02, 1.04), (1.0, 0.04, 2.08), frame)
    b.panel((0, -0.045, 1.01), 0.86, 2.0, leaf)
    for z in (0.55, 1.5):
        b.box((0, -0.05, z), (0.6, 0.012, 0.75), frame)
    b.rod((0.36, -0.05, 1.02), (0.36, -0.1, 1.02), 0.014, tinted(b, (0.7, 0.66, 0.5), 0.8))
    b.rod((0.37, -0.1, 1.02), (0.24, -0.1, 1.02), 0.011, tinted(b, (0.7, 0.66, 0.5), 0.8))


def _pictures(b: SceneBuilder) -> None:
    dark = tinted(b, _CHARCOAL)
    for x, z, w, h, group, member in (
        (-0.75, 1.78, 1.0, 0.7, "picture", 0),
        (0.25, 1.85, 0.5, 0.62, "picture", 5),
        (0.9, 1.7, 0.45, 0.45, "picture", 8),
    ):
        b.panel((x, _Y1 - 0.012, z), w + 0.06, h + 0.06, dark)
        b.panel((x, _Y1 - 0.016, z), w, h, _from(b, group, member, 0.0, 0.1))


def _clock(b: SceneBuilder) -> None:
    b.rod((1.75, _Y1 - 0.001, 2.05), (1.75, _Y1 - 0.05, 2.05), 0.17, tinted(b, _WHITE))
    hands = tinted(b, (0.05, 0.05, 0.05))
    for length, turns in ((0.14, 2), (0.09, 1)):
        spin = Spin("y", math.tau * turns / DEMO_PERIOD_S)
        with b.at(1.75, _Y1 - 0.055, 2.05), b.moving(spin):
            b.box((0, 0, length / 2), (0.014, 0.004, length), hands)


def _furniture(b: SceneBuilder) -> None:
    oak = _oak(b)
    with b.at(-1.25, 4.75):
        sofa(b, 2.1, tinted(b, (0.62, 0.6, 0.57), 0.0, "cloth"))
    with b.at(0.35, 5.0):
        floor_lamp(b)
    with b.at(2.35, 5.15):
        shelf(b, oak)
    with b.at(3.1, 3.4, 0, -math.pi / 2):
        cupboard(b, 1.4, 0.7, 0.45, oak)
        with b.at(0.1, -0.02, 0.7):
            monitor(b, 0.75)
    with b.at(-2.65, 4.25):
        plant(b, 1.5)
    with b.at(2.75, -0.35):
        plant(b, 0.9)
    b.rod((-1.3, 3.1, 0.0), (-1.3, 3.1, 0.012), 1.15, _from(b, "rug", 1, 0.0))
    _table(b)
    _lamp(b)


def _table(b: SceneBuilder) -> None:
    with b.at(1.25, 2.0, 0, 0.12):
        w, d, h = table(b, 1.5, 0.85, 0.74, _oak(b))
        seat, frame = tinted(b, _TEAL, 0.0, "cloth"), tinted(b, _CHARCOAL, 0.3)
        for x, y, yaw in ((0.95, -0.1, -1.75), (0.4, 0.6, 0.1), (-0.4, 0.62, -0.2)):
            with b.at(x, y, 0, yaw):
                chair(b, seat, frame)
        with b.at(-0.35, 0.0, h, 0.2):
            laptop(b)
        with b.at(0.22, 0.05, h):
            bowl(b)
        set_out(b, w * 0.95, d * 0.8, h, (cup, bottle, book, paper, candle), 4)
    with b.at(-1.35, 3.0):
        table(b, 0.9, 0.55, 0.38, _oak(b))
        with b.at(0.1, 0.0, 0.38):
            book(b)
        with b.at(-0.25, 0.05, 0.38):
            cup(b)


def _oak(b: SceneBuilder) -> Material:
    return Material(b.atlas.groups["grain"][0], 0.9, (0.85, 0.8, 0.72), (0.12, 0.1, 0.06), 0.15)


def _lamp(b: SceneBuilder) -> None:
    """A pendant over the table, swinging a little on its thin cable."""
    with b.shadowless(), b.at(1.25, 2.0, _HEIGHT), b.moving(Sway("y", 0.02, 5.0)):
        b.rod((0, 0, -1.0), (0, 0, 0), 0.009, tinted(b, (0.05, 0.05, 0.05)), capped=False)
        b.rod((0, 0, -1.2), (0, 0, -1.0), 0.24, tinted(b, _CORAL, 0.3), 0.07, False)
        b.ball((0, 0, -1.13), 0.06, glowing(b, (1.0, 0.92, 0.75), 1.5))


def _visitors(b: SceneBuilder) -> None:
    look = Appearance(
        1.74,
        1.0,
        tinted(b, (0.86, 0.64, 0.52), 0.1),
        tinted(b, (0.23, 0.15, 0.1), 0.2, "bark"),
        tinted(b, _OCHRE, 0.0, "cloth"),
        tinted(b, (0.17, 0.22, 0.36), 0.0, "cloth"),
        tinted(b, (0.9, 0.9, 0.88)),
        True,
        False,
        3,
        False,
    )
    with b.at(-0.45, 1.55), b.moving(Loop(0.75, 1.05, 10.0, 2.6)), b.at(0, 0, 0, math.pi):
        person(b, look, walking=True)
    stripes = Material(b.atlas.groups["cloth"][5], 0.4, gloss=0.3)
    with (
        b.at(0.95, 0.75, 0.15),
        b.moving(Bounce(0.75, DEMO_PERIOD_S / 24)),
        b.moving(Spin("x", math.tau * 8 / DEMO_PERIOD_S)),
    ):
        b.ball((0, 0, 0), 0.15, replace(stripes, gain=(1.1, 0.5, 0.4), bias=(0.1, 0.05, 0.05)))
    with b.at(2.35, 1.5, 0.11), b.moving(Roll(1.3, 0.11, 10.0)):
        b.ball(
            (0, 0, 0), 0.11, Material(b.atlas.groups["cloth"][7], 0.25, (0.5, 0.8, 1.0), gloss=0.5)
        )
