"""The viewer's camera: an immutable pose, and functions that derive a moved pose from it.

World axes as in `renderers.point_cloud`: x right, y up, z towards the viewer. The same pose serves
the turntable camera, which turns about the target, and the fly camera, which turns about the eye.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.geometry import Intrinsics

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Vector = tuple[float, float, float]

MAX_PITCH_DEG = 89.0
MIN_DISTANCE, MAX_DISTANCE = 0.02, 500.0
_SWAY_YAW_DEG = 5.0
_SWAY_PITCH_DEG = 1.5


@dataclass(frozen=True, slots=True)
class CameraPose:
    """Viewer's position: `distance` away from `target`, turned by yaw and pitch.

    Attributes
    ----------
    target
        (x, y, z) world point that stays in the middle while orbiting.
    distance
        Metres, greater than 0.
    yaw_deg, pitch_deg
        0, 0 looks along -z; positive yaw moves the viewer to the right of the target, positive
        pitch above it.
    """

    target: Vector = (0.0, 0.0, -3.0)
    distance: float = 3.0
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0


def rotation(pose: CameraPose) -> Float64:
    """Rotation (3, 3) whose rows are the viewer's right, up and backward axes in world axes."""
    yaw, pitch = math.radians(pose.yaw_deg), math.radians(pose.pitch_deg)
    cy, sy, cp, sp = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
    return np.array([[cy, 0.0, -sy], [-sy * sp, cp, -cy * sp], [sy * cp, sp, cy * cp]])


def eye(pose: CameraPose) -> Float64:
    """Viewer's position (3,) in world axes."""
    backward: Float64 = rotation(pose)[2]
    return np.asarray(pose.target) + pose.distance * backward


def view_matrix(pose: CameraPose) -> Float64:
    """Transform (4, 4) from world to viewer axes, for column vectors."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation(pose)
    matrix[:3, 3] = -matrix[:3, :3] @ eye(pose)
    return matrix


def projection_matrix(tan_half: float, aspect: float, near: float, far: float) -> Float64:
    """OpenGL perspective (4, 4); `tan_half` belongs to half the vertical field of view."""
    matrix = np.zeros((4, 4))
    matrix[0, 0] = 1.0 / (tan_half * aspect)
    matrix[1, 1] = 1.0 / tan_half
    matrix[2, 2] = (far + near) / (near - far)
    matrix[2, 3] = 2.0 * far * near / (near - far)
    matrix[3, 2] = -1.0
    return matrix


def clip_matrix(pose: CameraPose, tan_half: float, aspect: float, far_m: float) -> Float64:
    """From world to clip space (4, 4), for column vectors; `far_m` is the farthest depth."""
    near = max(0.005, 0.02 * pose.distance)
    far = pose.distance + 2.0 * far_m + float(np.linalg.norm(pose.target))
    return projection_matrix(tan_half, aspect, near, far) @ view_matrix(pose)


def tan_half_fov_to_fit(intrinsics: Intrinsics, aspect: float) -> float:
    """Tangent of half the vertical field of view at which the picture fits a canvas."""
    vertical = 0.5 * intrinsics.height / intrinsics.fy
    horizontal = 0.5 * intrinsics.width / intrinsics.fx
    return max(vertical, horizontal / aspect)


def orbit(pose: CameraPose, yaw_deg: float, pitch_deg: float) -> CameraPose:
    """Turn about the target; the pitch stops short of the poles."""
    return replace(
        pose, yaw_deg=_wrap(pose.yaw_deg + yaw_deg), pitch_deg=_level(pose.pitch_deg + pitch_deg)
    )


def look(pose: CameraPose, yaw_deg: float, pitch_deg: float) -> CameraPose:
    """Turn about the eye."""
    turned = orbit(pose, yaw_deg, pitch_deg)
    return replace(turned, target=_vector(eye(pose) - pose.distance * rotation(turned)[2]))


def pan(pose: CameraPose, right: float, up: float) -> CameraPose:
    """Move sideways by fractions of the distance; the target moves along."""
    axes = rotation(pose)
    shift = pose.distance * (right * axes[0] + up * axes[1])
    return replace(pose, target=_vector(np.asarray(pose.target) + shift))


def fly(pose: CameraPose, right: float, up: float, forward: float) -> CameraPose:
    """Move along the viewer's own axes, in metres; the target moves along."""
    axes = rotation(pose)
    shift = right * axes[0] + up * axes[1] - forward * axes[2]
    return replace(pose, target=_vector(np.asarray(pose.target) + shift))


def zoom(pose: CameraPose, factor: float) -> CameraPose:
    """Divide the distance to the target by `factor`."""
    return replace(pose, distance=min(max(pose.distance / factor, MIN_DISTANCE), MAX_DISTANCE))


def framing(points: Float32) -> CameraPose:
    """The pose of the camera that took the picture, for content of `points` (N, 3).

    What it shows is the picture itself. The target lies between near and far content in proportion,
    so that orbiting keeps both in sight. Without points the distance is the default.
    """
    middle = CameraPose().distance
    if len(points):
        near, far = np.percentile(-points[:, 2], (5, 95))
        middle = float(np.sqrt(near * far))
    return CameraPose((0.0, 0.0, -middle), middle)


def swayed(pose: CameraPose, turns: float) -> CameraPose:
    """`pose` moved to and fro about its target: a whole number of `turns` ends at `pose`."""
    angle = 2.0 * math.pi * turns
    pitch = _SWAY_PITCH_DEG * 0.5 * (1.0 - math.cos(2.0 * angle))
    return orbit(pose, _SWAY_YAW_DEG * math.sin(angle), pitch)


def _level(pitch_deg: float) -> float:
    return min(max(pitch_deg, -MAX_PITCH_DEG), MAX_PITCH_DEG)


def _wrap(yaw_deg: float) -> float:
    return (yaw_deg + 180.0) % 360.0 - 180.0


def _vector(values: Float64) -> Vector:
    return float(values[0]), float(values[1]), float(values[2])
