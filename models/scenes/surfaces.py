"""Tables of each surface's appearance, one column per surface, for a gather per pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.scenes.atlas import TILE_HEIGHT
from models.scenes.scene import Scene
from models.scenes.textures import SIZE

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceTables:
    """What does not change with time; S surfaces with the sky as surface 0.

    Attributes
    ----------
    body
        (S,); the sky's is -1.
    gain, bias
        (3, S).
    gloss, emission, blotch
        (S,) as in Material.
    may_be_black
        Whether a dark texel may come out below black.
    density
        (S,) texels per metre.
    tile
        (S,) row of the texture's tile in the atlas.
    u, v
        (P, 4) texture coordinates of flat surfaces, affine in body coordinates.
    normal
        Of flat surfaces.
    repeats
        (2, K) of curved ones, round and along.
    """

    body: NDArray[np.intp]
    gain: Float32
    bias: Float32
    gloss: Float32
    emission: Float32
    blotch: Float32
    may_be_black: bool
    density: Float32
    tile: Float32
    u: Float64
    v: Float64
    normal: Float64
    repeats: Float32

    @staticmethod
    def of(scene: Scene) -> SurfaceTables:
        """Compute the tables of a scene."""
        materials = scene.materials
        u, v, normal, flat_density = _flat_coordinates(scene)
        repeats, curved_density = _curved_repeats(scene)

        def column(values: list[float], sky: float = 0.0) -> Float32:
            return np.array([sky, *values], np.float32)

        sky_tile = scene.lighting.cloud_texture * TILE_HEIGHT
        return SurfaceTables(
            np.concatenate([[-1], scene.planars.body, scene.quadrics.body]).astype(np.intp),
            np.array([(1.0, 1, 1), *(m.gain for m in materials)], np.float32).T.copy(),
            np.array([(0.0, 0, 0), *(m.bias for m in materials)], np.float32).T.copy(),
            column([m.gloss for m in materials]),
            column([m.emission for m in materials]),
            column([m.blotch for m in materials]),
            min((min(m.bias) + min(0.0, *m.gain) for m in materials), default=0.0) < 0,
            column([*flat_density, *curved_density]),
            column([m.texture * TILE_HEIGHT for m in materials], sky_tile),
            u,
            v,
            normal,
            repeats,
        )


def _flat_coordinates(scene: Scene) -> tuple[Float64, Float64, Float64, list[float]]:
    corners = scene.planars.corners
    count = len(corners)
    materials = scene.materials[:count]
    along = np.stack([corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0]], axis=1)
    length = np.maximum(np.linalg.norm(along, axis=2), 1e-9)
    normal = np.cross(along[:, 1], along[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    direction = along / length[..., None]
    tile = np.array([m.tile_m for m in materials]).reshape(count, 1)
    scale = np.where(tile > 0, 1 / np.maximum(tile, 1e-6), 1 / length)
    turn = np.array([m.turn for m in materials]).reshape(count, 1)
    gradient = direction * scale[..., None]
    cos, sin = np.cos(turn), np.sin(turn)
    u = cos * gradient[:, 0] + sin * gradient[:, 1]
    v = cos * gradient[:, 1] - sin * gradient[:, 0]
    u, v = (np.concatenate([g, -np.sum(g * corners[:, 0], 1, keepdims=True)], 1) for g in (u, v))
    return u, v, normal, (scale.max(axis=1) * SIZE).tolist() if count else []


def _curved_repeats(scene: Scene) -> tuple[Float32, list[float]]:
    quadrics = scene.quadrics
    repeats, density = np.ones((2, len(quadrics.body)), np.float32), []
    for i, material in enumerate(scene.materials[len(scene.planars.body) :]):
        axes = np.linalg.norm(quadrics.frame[i, :3, :3], axis=0)
        round_m = 2 * np.pi * max(axes[0] * float(quadrics.radii[i].max()), 1e-4)
        along_m = axes[2] * (2.0 if quadrics.ball[i] else quadrics.high[i] - quadrics.low[i])
        if material.tile_m > 0:
            repeats[0, i] = max(1, round(round_m / material.tile_m))
            repeats[1, i] = along_m / material.tile_m
        density.append(float(repeats[0, i]) * SIZE / round_m)
    return repeats, density
