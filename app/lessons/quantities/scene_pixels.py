"""The pixels of things that were added to the demonstration scene."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.settings.settings import Settings
from models.frames import Bool, Frame
from models.scene_places import CAMERA_Y, OBJECT_SIDE, OBJECT_X, Upright

_SAME = 0.02  # disparities that differ by less than this share belong to the same surface
_WITHIN = 0.5  # of the object's half side, around its middle


def object_pixels(frame: Frame, settings: Settings) -> Bool | None:
    """(H, W) bool, True around the middle of the object; None where nothing is known of it."""
    if frame.truth is None or frame.truth.camera_to_world is None or frame.intrinsics is None:
        return None
    camera, half = frame.intrinsics, 0.5 * OBJECT_SIDE * settings.scene_size
    middle = (OBJECT_X, CAMERA_Y + settings.scene_distance, half, 1.0)
    x, y, z = (np.linalg.inv(frame.truth.camera_to_world) @ np.array(middle))[:3].tolist()
    if z <= half:
        return None
    column = camera.cx + camera.fx * x / z
    row = camera.cy + camera.fy * (y - settings.scene_raise) / z
    rows, columns = _indices(frame)
    reach = _WITHIN * half * camera.fx / z
    around: Bool = np.square(rows - row) + np.square(columns - column) <= reach * reach
    true = frame.truth.disparity
    near_enough: Bool = (true > 1.0 / (z + half)) & (true < 1.0 / (z - half))
    return around & near_enough


def surface_pixels(frame: Frame, place: Upright) -> Bool | None:
    """(H, W) bool, True where an upright rectangle is seen; None where nothing is known."""
    if frame.truth is None or frame.truth.camera_to_world is None or frame.intrinsics is None:
        return None
    camera, pose, true = frame.intrinsics, frame.truth.camera_to_world, frame.truth.disparity
    rows, columns = _indices(frame)
    right, down = (columns - camera.cx) / camera.fx, (rows - camera.cy) / camera.fy
    ray = [pose[axis, 0] * right + pose[axis, 1] * down + pose[axis, 2] for axis in range(3)]
    with np.errstate(divide="ignore", invalid="ignore"):
        depth_m = (place.y - pose[1, 3]) / ray[1]
        inside: Bool = (
            (depth_m > 0.0)
            & (np.abs(pose[0, 3] + ray[0] * depth_m - place.x) < place.width / 2)
            & (np.abs(pose[2, 3] + ray[2] * depth_m - place.z) < place.height / 2)
        )
        on_it: Bool = np.abs(true * depth_m - 1.0) < _SAME
    return inside & on_it


def _indices(frame: Frame) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(H, 1) rows and (1, W) columns."""
    width, height = frame.size
    return np.arange(height)[:, None], np.arange(width)[None]
