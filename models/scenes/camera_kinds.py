"""Random camera paths: handheld, on a tripod, gliding, driving."""

from __future__ import annotations

import math

from models.scenes.motion import CameraPath, Point, Wander
from models.scenes.textures import Rng


def _sines(rng: Rng, amplitude: float, slowest_s: float) -> tuple[Point, ...]:
    tau = 2 * math.pi
    return tuple(
        (
            float(amplitude * rng.uniform(0.3, 1.0) / (i + 1)),
            float(slowest_s * rng.uniform(0.7, 1.3) / (2 * i + 1)),
            float(rng.uniform(0, tau)),
        )
        for i in range(3)
    )


def held(rng: Rng, eye: Point, target: Point, reach: float, roll: float = 0.0) -> CameraPath:
    """A camera whose eye moves by about `reach` metres, as if handheld or on a slider."""
    distance = math.dist(eye, target)
    sway = Wander(
        _sines(rng, reach, float(rng.uniform(3, 12))),
        _sines(rng, reach, float(rng.uniform(3, 12))),
        _sines(rng, reach * 0.3, float(rng.uniform(2, 8))),
    )
    glance = float(rng.choice([0.03, 0.1, 0.25])) * float(rng.uniform(0.3, 1.0)) * distance
    look = Wander(
        _sines(rng, glance, float(rng.uniform(2, 9))),
        (),
        _sines(rng, glance * 0.4, float(rng.uniform(2, 9))),
    )
    shake = Wander(_sines(rng, float(rng.uniform(0, 0.02)), 3.0))
    return CameraPath(eye, target, sway, look, roll=roll, roll_wander=shake)


def driving(rng: Rng, eye: Point, target: Point, speed: float) -> CameraPath:
    """A camera that moves along y at about `speed` m/s, to and fro so that it never leaves."""
    tau = 2 * math.pi
    reach = float(rng.uniform(2.0, 6.0))
    period = tau * reach / max(speed, 0.1)
    phase = float(rng.uniform(0, tau))
    path = ((reach, period, phase),)
    bump = ((0.01, 0.4, 0.0),)
    side = ((float(rng.uniform(0, 0.3)), period * 0.7, phase),)
    return CameraPath(eye, target, Wander(side, path, bump), Wander((), path, bump))
