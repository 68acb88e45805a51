"""Point clouds as PLY files for MeshLab, CloudCompare, Blender and Open3D.

Binary little endian; per vertex float x, y, z and uchar red, green, blue. Axes are those of
`renderers.point_cloud`: x right, y up, z towards the viewer; the camera that took the picture is at
the origin and looks along -z. The header states that, and the unit.
"""

from __future__ import annotations

import contextlib
import errno
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import UserError

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]

AXES = "axes: x right, y up, z towards the viewer; camera at the origin, looking along -z"

_VERTEX = np.dtype(
    [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("red", "u1"), ("green", "u1"), ("blue", "u1")]
)


def write_ply(path: Path, points: Float32, colours: UInt8, comment: str) -> None:
    """Write (N, 3) float32 points and (N, 3) uint8 RGB colours, or no file at all on failure.

    Points that are not finite are left out. `comment` is one line for the header, such as "unit:
    metre".

    Raises
    ------
    UserError
        If the file cannot be written.
    """
    finite = np.isfinite(points).all(axis=1)
    points, colours = points[finite], colours[finite]
    vertices = np.empty(len(points), _VERTEX)
    for axis, name in enumerate(("x", "y", "z")):
        vertices[name] = points[:, axis]
    for channel, name in enumerate(("red", "green", "blue")):
        vertices[name] = colours[:, channel]
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("wb") as file:
            file.write(_header(len(points), comment))
            file.write(vertices.view(np.uint8).data)
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise UserError(_sentence(path, error)) from error


def _header(count: int, comment: str) -> bytes:
    kinds = {"f": "float", "u": "uchar"}
    lines = [
        "ply",
        "format binary_little_endian 1.0",
        f"comment {AXES}",
        f"comment {' '.join(comment.split())}",
        f"element vertex {count}",
        *(f"property {kinds[_VERTEX[name].kind]} {name}" for name in _VERTEX.names or ()),
        "end_header",
    ]
    # Common readers expect ASCII here, whatever the locale.
    return ("\n".join(lines) + "\n").encode("ascii", "replace")


def _sentence(path: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full, so {path.name} was not written; free some space and try again."
    reason = error.strerror or "unknown error"
    return f"Can't write {path.name} to {path.parent} ({reason}); choose another folder."
