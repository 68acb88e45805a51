"""Random materials: a texture of a group in random colours.

Occasionally any texture goes on any object, so that a network cannot rely on paint alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.scenes.builder import SceneBuilder
from models.scenes.scene import Colour, Material
from models.scenes.textures import Rng, colour

_ANYTHING = ("wall", "wood", "tile", "brick", "cloth", "rug", "picture", "text", "label", "ground")


def rgb(values: object) -> Colour:
    """Three floats from one number or anything that numpy takes for three."""
    given = np.asarray(values, np.float64).tolist()
    r, g, b = given if isinstance(given, list) else (given, given, given)
    return r, g, b


def paint(
    b: SceneBuilder,
    group: str,
    tile_m: float = 1.0,
    gloss: float | None = None,
    odd: float = 0.06,
    vivid: float = 0.25,
) -> Material:
    """A random material of a texture group.

    Parameters
    ----------
    b
        The scene's builder.
    group
        Name of the group.
    tile_m
        Metres per repeat, 0 fits it once.
    gloss
        Strength of the highlight; random if None.
    odd
        Chance of a texture of any other group.
    vivid
        How far the colours stray from the texture's own.
    """
    rng = b.rng
    if rng.random() < odd:
        names = [*_ANYTHING, *(["photo"] * 6 if "photo" in b.atlas.groups else [])]
        group = names[int(rng.integers(len(names)))]
    if rng.random() < 0.6:
        vivid *= 0.3
    warmth = np.array([1.0, 0.0, -1.0]) * rng.normal(0.25, 0.5)
    gain = rng.uniform(0.75, 1.15) * (1 + vivid * (warmth + rng.uniform(-0.6, 0.6, 3)))
    bias = rng.uniform(-0.06, 0.08) + vivid * 0.1 * (warmth + rng.uniform(-0.6, 0.6, 3))
    shine = float(rng.choice([0.0, 0.0, 0.1, 0.4])) if gloss is None else gloss
    tile = tile_m * float(rng.uniform(0.7, 1.4)) if tile_m > 0 else 0.0
    return Material(
        b.atlas.pick(rng, group), tile, rgb(gain), rgb(bias), shine, 0.0, float(rng.uniform(0, 0.7))
    )


def solid(
    b: SceneBuilder,
    saturation: float = 0.6,
    low: float = 0.1,
    high: float = 0.95,
    gloss: float = 0.1,
) -> Material:
    """One random colour with faint grain."""
    return tinted(b, rgb(colour(b.rng, saturation, low, high)), gloss)


def tinted(b: SceneBuilder, tint: Colour, gloss: float = 0.1, group: str = "plain") -> Material:
    """A given colour, its grain taken from a texture group."""
    texture = b.atlas.pick(b.rng, group)
    return Material(texture, 0.6, rgb(np.multiply(tint, 0.3)), rgb(np.multiply(tint, 0.78)), gloss)


def shown(b: SceneBuilder, group: str, glow: float = 0.0) -> Material:
    """A picture, print or screen that fits its surface once."""
    photos = "photo" in b.atlas.groups and group in ("picture", "screen") and b.rng.random() < 0.5
    texture = b.atlas.pick(b.rng, "photo" if photos else group)
    gain = rgb(b.rng.uniform(0.7, 1.1))
    return Material(texture, 0.0, gain, gloss=0.2, emission=glow, blotch=0.0)


def glowing(b: SceneBuilder, tint: Colour, strength: float) -> Material:
    """Something that emits light: a lamp, the sky in a window."""
    return replace(tinted(b, tint, 0.0), emission=strength, blotch=0.0)


def chance(rng: Rng, probability: float) -> bool:
    """True with a probability."""
    return bool(rng.random() < probability)
