"""Description of a scene: surfaces on rigid bodies, light, a camera path. No drawing.

The world is right-handed with z up and the ground at z = 0, in metres. Surface 0 is the sky; flat
surfaces come next, curved ones last.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.scenes.atlas import TextureAtlas
from models.scenes.motion import CameraPath, Matrix, Motion, Point

Colour = tuple[float, float, float]
Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Material:
    """Appearance of a surface.

    Attributes
    ----------
    texture
        Index in the atlas.
    tile_m
        Metres that one repeat covers; 0 fits it once.
    gain, bias
        Colour = texture * gain + bias per channel, in display values 0–1.
    gloss
        Strength of the highlight, 0–1.
    emission
        0 is lit, 1 emits light.
    blotch
        Strength of large, faint stains.
    turn
        Rotation of the texture, radians.
    mirror
        Share of the light that is a mirror image, 0–1; flat surfaces only.
    clear
        Share of the light that comes from behind, 0–1, as through glass; flat surfaces only.
    """

    texture: int = 0
    tile_m: float = 1.0
    gain: Colour = (1.0, 1.0, 1.0)
    bias: Colour = (0.0, 0.0, 0.0)
    gloss: float = 0.0
    emission: float = 0.0
    blotch: float = 0.2
    turn: float = 0.0
    mirror: float = 0.0
    clear: float = 0.0


@dataclass(frozen=True, slots=True)
class Lighting:
    """One light with shadows, one without, light from above and below, fog and sky.

    Attributes
    ----------
    key_position, key_colour
        The light with shadows, a point in world axes.
    key_focus, key_fov_deg
        Where its shadow map is aimed, and the field of view of that map.
    key_falloff_m, fill_falloff_m
        Distance at which a light has lost half its strength; inf for the sun.
    softness
        Width of the edges of shadows, 1 being the usual one.
    fill_position, fill_colour
        The light without shadows.
    ambient_up, ambient_down
        Light on surfaces that face up and down.
    occlusion
        How dark corners and the ground beneath things become, 0–1.
    fog_density, fog_colour
        Density in 1/m.
    sky_zenith, sky_horizon
        Colours.
    cloud_texture, cloud_amount
        Index in the atlas, and the strength of clouds, 0–1.
    exposure
        Factor on all light.
    """

    key_position: Point = (2.0, -2.0, 4.0)
    key_focus: Point = (0.0, 3.0, 0.0)
    key_fov_deg: float = 120.0
    key_colour: Colour = (0.9, 0.85, 0.8)
    key_falloff_m: float = math.inf
    softness: float = 1.0
    fill_position: Point = (0.0, 0.0, 2.0)
    fill_colour: Colour = (0.1, 0.1, 0.1)
    fill_falloff_m: float = 4.0
    ambient_up: Colour = (0.4, 0.4, 0.42)
    ambient_down: Colour = (0.2, 0.2, 0.2)
    occlusion: float = 0.6
    fog_density: float = 0.0
    fog_colour: Colour = (0.7, 0.75, 0.8)
    sky_zenith: Colour = (0.25, 0.45, 0.8)
    sky_horizon: Colour = (0.75, 0.82, 0.9)
    cloud_texture: int = 0
    cloud_amount: float = 0.0
    exposure: float = 1.0


@dataclass(frozen=True, slots=True)
class Body:
    """A rigid body.

    Attributes
    ----------
    base
        (4, 4) place in its parent.
    motion
        Its movement, if any.
    parent
        Index of the parent, which comes first.
    """

    base: Matrix
    motion: Motion | None = None
    parent: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Planars:
    """Flat convex surfaces with four corners, in the axes of their bodies.

    Attributes
    ----------
    body
        (P,) int.
    corners
        (P, 4, 3), from outside: top left, top right, bottom right, bottom left of the texture.
    two_sided
        (P,) bool.
    disc
        (P,) bool, only the inscribed ellipse.
    cutout
        (P,) int, texture whose mask outlines it, or -1.
    casts
        (P,) bool, casts shadows.
    """

    body: NDArray[np.intp]
    corners: Float64
    two_sided: NDArray[np.bool_]
    disc: NDArray[np.bool_]
    cutout: NDArray[np.intp]
    casts: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Quadrics:
    """Curved surfaces: x'Fx = 0 for x = (x, y, h, 1) in their own frame, between two heights.

    Attributes
    ----------
    body
        (K,) int.
    frame
        (K, 4, 4), own frame to body.
    form
        (K, 4, 4) symmetric.
    low, high
        (K,) bounds of h.
    radii
        (K, 2) radius at both heights; (1, 1) for the unit sphere.
    ball
        (K,) bool, the unit sphere.
    open
        (K,) bool, the inside is visible.
    casts
        (K,) bool, casts shadows.
    """

    body: NDArray[np.intp]
    frame: Float64
    form: Float64
    low: Float64
    high: Float64
    radii: Float64
    ball: NDArray[np.bool_]
    open: NDArray[np.bool_]
    casts: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Everything a Renderer needs. Made by demo_scene() and random_scene().

    Attributes
    ----------
    kind, seed
        How it was made.
    bodies, planars, quadrics
        The geometry.
    materials
        One per flat surface, then one per curved surface.
    lighting, camera
        Light and path of the camera.
    fov_deg
        Horizontal field of view.
    extent
        (x0, y0, x1, y1) of the part of the ground where occlusion is computed, metres.
    wall_m
        Height of walls around the extent, 0 in the open.
    atlas
        Its textures.
    """

    kind: str
    seed: int
    bodies: tuple[Body, ...]
    planars: Planars
    quadrics: Quadrics
    materials: tuple[Material, ...]
    lighting: Lighting
    camera: CameraPath
    fov_deg: float
    extent: tuple[float, float, float, float]
    wall_m: float
    atlas: TextureAtlas

    def body_to_world(self, time_s: float) -> Float64:
        """(bodies, 4, 4) float64 poses at `time_s`."""
        poses = np.empty((len(self.bodies), 4, 4))
        self.move(poses, range(len(self.bodies)), time_s)
        return poses

    def move(self, poses: Float64, bodies: Iterable[int], time_s: float) -> None:
        """Write the poses of some `bodies` at `time_s` into those of all, parents first."""
        for i in bodies:
            body = self.bodies[i]
            poses[i] = body.base if body.motion is None else body.base @ body.motion.matrix(time_s)
            if body.parent >= 0:
                poses[i] = poses[body.parent] @ poses[i]

    def moving(self) -> NDArray[np.bool_]:
        """(bodies,) bool, True for bodies whose pose changes with time."""
        moving = np.zeros(len(self.bodies), np.bool_)
        for i, body in enumerate(self.bodies):
            moving[i] = body.motion is not None or (body.parent >= 0 and moving[body.parent])
        return moving
