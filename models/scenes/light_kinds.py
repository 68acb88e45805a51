"""Random light: indoor and outdoor, from dim lamps to hard sun, haze and skies of many kinds."""

from __future__ import annotations

import math
from dataclasses import replace

from models.scenes.builder import SceneBuilder
from models.scenes.paint import chance, rgb
from models.scenes.scene import Lighting
from models.scenes.textures import colour


def indoor_light(
    b: SceneBuilder, x0: float, y0: float, x1: float, y1: float, height: float
) -> Lighting:
    """Light for a room with the given walls."""
    rng = b.rng
    warm = rgb([1.0, rng.uniform(0.8, 1.0), rng.uniform(0.6, 1.05)])
    level = float(rng.uniform(0.15, 0.6))
    strength = float(rng.uniform(0.5, 1.6)) * (1.2 - level)
    position = (
        float(rng.uniform(x0 * 0.8 + x1 * 0.2, x0 * 0.2 + x1 * 0.8)),
        float(rng.uniform(y0 * 0.8 + y1 * 0.2, y0 * 0.2 + y1 * 0.8)),
        height * float(rng.uniform(0.75, 0.97)),
    )
    middle = ((x0 + x1) / 2, (y0 + y1) / 2 + 0.05, 0.0)
    side = (x0 if chance(rng, 0.5) else x1, float(rng.uniform(y0, y1)), height * 0.55)
    tint = colour(rng, 0.25, 0.5, 1.0)
    return Lighting(
        position,
        middle,
        float(rng.uniform(125, 150)),
        rgb([strength * w for w in warm]),
        float(rng.uniform(2.0, 8.0)),
        float(rng.uniform(0.6, 2.5)),
        side,
        rgb(tint * rng.uniform(0.0, 0.7)),
        float(rng.uniform(1.0, 4.0)),
        rgb(level * (0.75 + 0.25 * colour(rng, 0.2, 0.8, 1.1))),
        rgb(level * float(rng.uniform(0.5, 0.9)) * colour(rng, 0.2, 0.8, 1.0)),
        float(rng.uniform(0.4, 0.85)),
        exposure=float(rng.uniform(0.8, 1.5)),
    )


def evening(b: SceneBuilder, x0: float, y0: float, x1: float, y1: float, height: float) -> Lighting:
    """A dark room with one lamp, or light from behind what is looked at."""
    rng = b.rng
    day = indoor_light(b, x0, y0, x1, y1, height)
    dim = float(rng.uniform(0.1, 0.4))
    against = chance(rng, 0.5)
    place = (float(rng.uniform(x0, x1)) * 0.5, y1 - 0.3, height * float(rng.uniform(0.5, 0.9)))
    return replace(
        day,
        key_position=place if against else day.key_position,
        key_colour=rgb([1.2 * c for c in day.key_colour]),
        fill_colour=rgb([dim * c for c in day.fill_colour]),
        ambient_up=rgb([dim * c for c in day.ambient_up]),
        ambient_down=rgb([dim * c for c in day.ambient_down]),
    )


def outdoor_light(b: SceneBuilder, reach: float) -> Lighting:
    """Sun or overcast over `reach` metres of ground; sometimes haze, dusk or night."""
    rng = b.rng
    azimuth, elevation = float(rng.uniform(0, 2 * math.pi)), float(rng.uniform(0.25, 1.3))
    overcast, night = chance(rng, 0.35), chance(rng, 0.07)
    far = 6.0 * reach
    flat = far * math.cos(elevation)
    sun = (
        flat * math.cos(azimuth),
        flat * math.sin(azimuth) + reach / 2,
        far * math.sin(elevation),
    )
    strength = 0.1 if overcast else float(rng.uniform(0.6, 1.3))
    warm = rgb([strength, strength * rng.uniform(0.75, 1.0), strength * rng.uniform(0.55, 1.0)])
    zenith, horizon = _sky(b, overcast, night)
    level = 0.12 if night else float(rng.uniform(0.55, 0.8) if overcast else rng.uniform(0.25, 0.5))
    haze = float(rng.choice([0.0, 0.0, 0.0, 0.0, 0.001, 0.003, 0.01, 0.03])) * float(
        rng.uniform(0.5, 1.5)
    )
    return Lighting(
        sun,
        (0.0, reach / 2, 0.0),
        2 * math.degrees(math.atan(0.62 * reach / far)),
        rgb([w * (0.1 if night else 1) for w in warm]),
        math.inf,
        float(rng.uniform(0.5, 2.0)),
        (0.0, -2.0, 3.0),
        rgb(rng.uniform(0, 0.4) if night else 0.0),
        8.0,
        rgb([level * 0.9, level * 0.95, level * 1.05]),
        rgb(level * float(rng.uniform(0.4, 0.7))),
        float(rng.uniform(0.4, 0.7)),
        haze,
        horizon,
        zenith,
        horizon,
        b.atlas.pick(rng, "cloud"),
        float(rng.uniform(0, 0.9)),
        float(rng.uniform(0.85, 1.3)),
    )


def _sky(
    b: SceneBuilder, overcast: bool, night: bool
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    rng = b.rng
    if night:
        return rgb([0.01, 0.015, 0.04]), rgb(rng.uniform(0.02, 0.1, 3))
    if overcast:
        grey = float(rng.uniform(0.45, 0.95))
        return rgb(grey), rgb(min(grey * float(rng.uniform(0.9, 1.2)), 1.0))
    zenith = rgb([rng.uniform(0.08, 0.35), rng.uniform(0.25, 0.5), rng.uniform(0.5, 0.95)])
    if chance(rng, 0.2):
        return rgb([0.25, 0.25, 0.45]), rgb([0.95, rng.uniform(0.45, 0.7), rng.uniform(0.25, 0.5)])
    return zenith, rgb([rng.uniform(0.5, 0.95), rng.uniform(0.65, 0.95), rng.uniform(0.8, 0.97)])
