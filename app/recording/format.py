"""Files of a recording's folder; docs/recording.md describes the format for other programs.

File names are fixed here and never read from a recording, so an untrusted recording cannot point
outside its folder.
"""

from __future__ import annotations

import stat
from pathlib import Path

from models.errors import SourceError

FORMAT = "flashdepth-live recording"
VERSION = 1

MANIFEST = "manifest.json"
INDEX = "index.jsonl"
DISPARITY = "disparity.bin"

MAX_SIDE = 16_384
MAX_PIXELS = 1 << 26
MAX_PARTS = 1_000
MAX_MANIFEST_BYTES = 1 << 20
LANES = ("a", "b")
"""By the number that stands for the lane in a chunk."""


def source_name(part: int) -> str:
    """Name of the source's pictures: source.mp4, then source-001.mp4 and so on, one per size."""
    return "source.mp4" if part == 0 else f"source-{part:03d}.mp4"


def composite_name(part: int) -> str:
    """Name of the displayed pictures: composite.mp4, then composite-001.mp4 and so on."""
    return "composite.mp4" if part == 0 else f"composite-{part:03d}.mp4"


def inside_name(number: int, lane: str) -> str:
    """Name of the intermediate results of a lane, for the frame of that number."""
    return f"inside-{number:06d}-{lane}.npz"


def is_recording(path: Path | str) -> bool:
    """Whether `path` is a folder with a manifest of ours. Never raises."""
    try:
        manifest = regular_file(Path(path), MANIFEST)
        with manifest.open("rb") as file:
            return FORMAT.encode() in file.read(MAX_MANIFEST_BYTES)
    except (OSError, SourceError, ValueError):
        return False


def regular_file(folder: Path, name: str) -> Path:
    """`folder / name`, which must be a plain file: a link could lead outside, a pipe could block.

    Raises
    ------
    SourceError
        If it is not.
    """
    path = folder / name
    try:
        mode = path.lstat().st_mode
    except (OSError, ValueError) as error:
        raise SourceError(
            f"The recording {folder.name} has no {name}; copy the whole folder again."
        ) from error
    if not stat.S_ISREG(mode):
        raise SourceError(
            f"{name} in the recording {folder.name} is not a regular file; copy the whole folder "
            "again from the original."
        )
    return path


def usable_size(width: object, height: object) -> bool:
    """Whether both are integers in the range of a picture's size."""
    return (
        type(width) is int
        and type(height) is int
        and 1 <= width <= MAX_SIDE
        and 1 <= height <= MAX_SIDE
        and width * height <= MAX_PIXELS
    )
