"""`scene.json` of an RGB-D folder. It comes from elsewhere: every field is checked and bounded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.media.open import open_bytes
from models.errors import SourceError

Float64 = NDArray[np.float64]

MILLIMETRES_PER_METRE = 1000.0
_MOST_BYTES = 64 << 20
_MOST_POSES = 1_000_000
_FOCAL_PX = (1.0, 1e6)
_MOST_CENTRE_PX = 1e6
_UNITS_PER_METRE = (1e-3, 1e7)
_MOST_POSITION_M = 1e8
_ROTATION_TOLERANCE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class SceneDescription:
    """What is known about a recorded scene.

    Attributes
    ----------
    camera
        (3, 3) pinhole matrix in pixels of the pictures, or None.
    poses
        (N, 4, 4) camera to world, metres, NaN where unknown; or None.
    units_per_metre
        Value of one metre in the depth files.
    """

    camera: Float64 | None = None
    poses: Float64 | None = None
    units_per_metre: float = MILLIMETRES_PER_METRE


def read_description(path: Path) -> SceneDescription:
    """Read `scene.json`.

    Raises
    ------
    SourceError
        If it cannot be read, or a field of it cannot be true; the sentence names the field.
    """
    try:
        scene = _parsed(path)
        if not isinstance(scene, dict):
            raise ValueError('it is not an object such as {"K": …}')
        return SceneDescription(
            _camera(scene.get("K")),
            _poses(scene.get("poses_camera_to_world")),
            _units_per_metre(scene.get("depth_scale", MILLIMETRES_PER_METRE)),
        )
    except OSError as error:
        reason = error.strerror or str(error)
    except RecursionError:
        reason = "it is nested too deeply"
    except json.JSONDecodeError as error:
        reason = f"line {error.lineno} is not JSON: {error.msg}"
    except UnicodeDecodeError:
        reason = "it is not text in UTF-8"
    except ValueError as error:
        reason = str(error)
    raise SourceError(
        f"Can't read the scene description {path}: {reason}; correct or remove the file."
    )


def _parsed(path: Path) -> object:
    with open_bytes(path) as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise ValueError(f"it has more than {_MOST_BYTES >> 20} MiB")
    return json.loads(data.decode("utf-8-sig"), parse_int=float)  # huge numbers become infinite


def _numbers(value: object, shape: tuple[int, ...], field: str) -> Float64:
    what = f"{field} is not {'x'.join(map(str, shape))} finite numbers"
    rows = [value]
    for count in shape:
        if not all(isinstance(row, list) and len(row) == count for row in rows):
            raise ValueError(what)
        rows = [inner for row in rows if isinstance(row, list) for inner in row]
    if not all(isinstance(number, float) for number in rows):
        raise ValueError(what)
    found = np.array(rows, np.float64).reshape(shape)
    if not np.isfinite(found).all():
        raise ValueError(what)
    return found


def _camera(value: object) -> Float64 | None:
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 9:
        value = [value[:3], value[3:6], value[6:]]
    k = _numbers(value, (3, 3), "K")
    low, high = _FOCAL_PX
    if not (low <= k[0, 0] <= high and low <= k[1, 1] <= high):
        raise ValueError(f"a focal length in K is not between {low:g} and {high:g} pixels")
    if np.abs(k[:2, 2]).max() > _MOST_CENTRE_PX:
        raise ValueError("the centre of the picture in K is not plausible")
    if k[1, 0] or not np.allclose(k[2], (0.0, 0.0, 1.0), atol=1e-6):
        raise ValueError("K is not a pinhole matrix, whose last row is 0, 0, 1")
    return k


def _poses(value: object) -> Float64 | None:
    if value is None:
        return None
    field = "poses_camera_to_world"
    if not isinstance(value, list) or len(value) > _MOST_POSES:
        raise ValueError(f"{field} is not a list of at most {_MOST_POSES} matrices")
    if len(value) == 0:
        return None
    return np.stack([_pose(one, f"{field}[{at}]") for at, one in enumerate(value)])


def _pose(value: object, field: str) -> Float64:
    if value is None:
        return np.full((4, 4), np.nan)
    pose = _numbers(value, (4, 4), field)
    turn = pose[:3, :3]
    if not (
        np.allclose(pose[3], (0.0, 0.0, 0.0, 1.0), atol=1e-3)
        and np.abs(pose[:3, 3]).max() <= _MOST_POSITION_M
        and np.abs(turn.T @ turn - np.eye(3)).max() <= _ROTATION_TOLERANCE
    ):
        raise ValueError(f"{field} is not a rotation and a position in metres")
    return pose


def _units_per_metre(value: object) -> float:
    low, high = _UNITS_PER_METRE
    if not isinstance(value, float) or not low <= value <= high:
        raise ValueError(f"depth_scale is not a number of units per metre from {low:g} to {high:g}")
    return value
