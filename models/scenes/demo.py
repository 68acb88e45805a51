"""The scene of the first start: a studio flat by day, a visitor walking about, a ball at play."""

from __future__ import annotations

import math

import numpy as np

from models.scenes.atlas import default_atlas
from models.scenes.builder import SceneBuilder
from models.scenes.furniture import chair, cupboard, floor_lamp, plant, shelf, sofa, table
from models.scenes.motion import Bounce, CameraPath, Loop, Roll, Spin, Sway, Wander
from models.scenes.paint import glowing, paint, shown, solid, tinted
from models.scenes.people import person, random_look
from models.scenes.rooms import set_out
from models.scenes.scene import Lighting, Scene
from models.scenes.tableware import SMALL


def demo_scene(seed: int = 0) -> Scene:
    """A furnished studio that can run for ever; the same for the same seed."""
    b = SceneBuilder(np.random.default_rng([seed, 77]), default_atlas())
    x0, y0, x1, y1, height = -3.2, -2.2, 3.4, 5.6, 2.9
    with b.shadowless():
        wall_paint = tinted(b, (0.80, 0.78, 0.73), 0.0, "wall")
        b.floor(x0, y0, x1, y1, 0, paint(b, "floor", 1.4, 0.2, 0.0, 0.05))
        b.ceiling(x0, y0, x1, y1, height, tinted(b, (0.92, 0.91, 0.88), 0.0))
        b.panel((0.1, y1, height / 2), x1 - x0, height, wall_paint)
        b.panel((0.1, y0, height / 2), x1 - x0, height, wall_paint, math.pi)
        b.panel((x0, 1.7, height / 2), y1 - y0, height, wall_paint, math.pi / 2)
        b.panel((x1, 1.7, height / 2), y1 - y0, height, wall_paint, -math.pi / 2)
    with b.at(-0.5, 1.9):
        table(b, 1.2, 0.7, 0.5)
    return b.build("demo", seed, Lighting(), CameraPath((0, -1.5, 1.5), (0, 3, 1)), 65, (x0, y0, x1, y1), height)
