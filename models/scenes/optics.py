"""Views that a picture contains: what a mirror shows, and what is behind a pane of glass.

Both are pictures of their own, cut to the pixels that need them. What a mirror shows is what a
camera behind it sees, flipped: that camera is an ordinary one, so nothing else knows of mirrors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.geometry import Intrinsics
from models.scenes.scene import Float64, Scene

Bool = NDArray[np.bool_]
UInt8 = NDArray[np.uint8]
_SLACK_M = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A camera, and the surfaces that it can see.

    Attributes
    ----------
    camera_to_world
        (4, 4) rigid.
    intrinsics
        Of the camera; cut to a part of a picture, its centre may lie outside.
    flat, curved
        (P,) and (K,) bool, surfaces that exist for it.
    """

    camera_to_world: Float64
    intrinsics: Intrinsics
    flat: Bool
    curved: Bool

    @staticmethod
    def of(scene: Scene, time_s: float, k: Intrinsics) -> Sight:
        """The scene's own camera, which sees everything."""
        everything = (np.ones(len(s.body), np.bool_) for s in (scene.planars, scene.quadrics))
        return Sight(scene.camera.camera_to_world(time_s), k, *everything)

    def through(self, scene: Scene, box: Box) -> Sight:
        """The part `box` of the picture without panes of glass."""
        k = self.intrinsics
        cut = replace(k, cx=k.cx - box.left, cy=k.cy - box.top, width=box.width, height=box.height)
        return replace(self, intrinsics=cut, flat=self.flat & ~_clear(scene))

    def reflected(self, scene: Scene, poses: Float64, surface: int, box: Box) -> Sight:
        """What flat surface `surface` (from 1) reflects in the part `box`, flipped left to right.

        `poses` is (bodies, 4, 4), body to world.
        """
        normal, distance = _plane(scene, poses, surface)
        eye = self.camera_to_world[:3, 3]
        if normal @ eye < distance:
            normal, distance = -normal, -distance
        reflection = np.eye(4)
        reflection[:3, :3] -= 2 * np.outer(normal, normal)
        reflection[:3, 3] = 2 * distance * normal
        flip = np.diag([-1.0, 1, 1, 1])
        k = self.intrinsics
        cut = replace(
            k,
            cx=box.left + box.width - 1 - k.cx,
            cy=k.cy - box.top,
            width=box.width,
            height=box.height,
        )
        flat, curved = _before(scene, poses, normal, distance)
        return Sight(
            reflection @ self.camera_to_world @ flip,
            cut,
            self.flat & flat & ~_clear(scene),
            self.curved & curved,
        )


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, in pixels."""

    left: int
    top: int
    width: int
    height: int

    @staticmethod
    def around(mask: Bool) -> Box | None:
        """The smallest part that holds all True pixels of (H, W) `mask`; None if there are none."""
        rows = np.flatnonzero(mask.any(axis=1))
        if len(rows) == 0:
            return None
        columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(axis=0))
        left, top = int(columns[0]), int(rows[0])
        return Box(left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)

    @property
    def slices(self) -> tuple[slice, slice]:
        """Its rows and columns."""
        return (
            slice(self.top, self.top + self.height),
            slice(self.left, self.left + self.width),
        )


def optical_surfaces(scene: Scene) -> tuple[tuple[int, ...], ...]:
    """Flat surfaces, from 1, that reflect or let through what they show.

    Those of one material in one plane of a body stand together, since one picture serves them all.
    """
    planars = scene.planars
    groups: dict[object, list[int]] = {}
    for i, skin in enumerate(scene.materials[: len(planars.body)]):
        if skin.mirror > 0 or skin.clear > 0:
            corners = planars.corners[i]
            normal = np.cross(corners[3] - corners[0], corners[1] - corners[0])
            normal /= np.linalg.norm(normal)
            plane = np.append(normal, normal @ corners[0]).round(5) + 0.0  # no negative zero
            groups.setdefault((int(planars.body[i]), skin, *plane.tolist()), []).append(i + 1)
    return tuple(map(tuple, groups.values()))


def mixed(own: UInt8, others: list[tuple[float, UInt8]]) -> UInt8:
    """Light of several pictures (H, W, 3) added, each with its share; `own` has what is left.

    Shares are of light, which is the square of display values.
    """
    total = np.zeros(own.shape, np.float32)
    left = 1.0 - sum(share for share, _ in others)
    for share, picture in [(left, own), *others]:
        if share > 0:
            light = picture.astype(np.float32)
            light *= light
            total += light * np.float32(share)
    np.sqrt(total, out=total)
    return (total + np.float32(0.5)).astype(np.uint8)


def _clear(scene: Scene) -> Bool:
    return np.array([m.clear > 0 for m in scene.materials[: len(scene.planars.body)]], np.bool_)


def _plane(scene: Scene, poses: Float64, surface: int) -> tuple[Float64, float]:
    """Unit normal n and n . X of a flat surface in world axes."""
    pose = poses[scene.planars.body[surface - 1]]
    corners = scene.planars.corners[surface - 1] @ pose[:3, :3].T + pose[:3, 3]
    normal = np.cross(corners[3] - corners[0], corners[1] - corners[0])
    normal /= np.linalg.norm(normal)
    return normal, float(normal @ corners[0])


def _before(scene: Scene, poses: Float64, normal: Float64, distance: float) -> tuple[Bool, Bool]:
    """Flat and curved surfaces of which a part is where normal . X > distance."""
    planars, quadrics = scene.planars, scene.quadrics
    pose = poses[planars.body]
    corners = np.einsum("pij,pcj->pci", pose[:, :3, :3], planars.corners) + pose[:, None, :3, 3]
    flat = (corners @ normal).max(axis=1, initial=-np.inf) > distance + _SLACK_M
    frames = poses[quadrics.body] @ quadrics.frame
    along = np.einsum("kij,i->kj", frames[:, :3, :3], normal)
    middle = np.where(quadrics.ball, 0.0, (quadrics.low + quadrics.high) / 2)
    half = np.where(quadrics.ball, 1.0, (quadrics.high - quadrics.low) / 2)
    radius = quadrics.radii.max(axis=1, initial=0.0)
    reach = np.hypot(along[:, 0], along[:, 1]) * radius + np.abs(along[:, 2]) * half
    top = frames[:, :3, 3] @ normal + along[:, 2] * middle + reach
    return flat, top > distance + _SLACK_M
