"""Folders and patterns of pictures, with ground truth if there is depth beside them."""

from __future__ import annotations

import dataclasses
import logging
import re
import threading
import time
from collections.abc import Sequence
from glob import glob
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.core.source import Ended, Reading, SourceInfo
from app.media.open import read_bytes
from app.sources.truth_folder import TruthFolder
from models.errors import SourceError
from models.frames import Frame
from models.opencv import cv2

log = logging.getLogger(__name__)

FPS = 24.0
PICTURE_SUFFIXES = frozenset(
    [".bmp", ".jp2", ".jpeg", ".jpg", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp"]
)
_NUMBER_FIELD = re.compile(r"%0?(\d*)d")


class ImagesSource:
    """Pictures in natural order (2 before 10), played at 24 a second.

    A picture that cannot be read is passed over and named in `info.note`; a picture of another
    size starts a new segment. 16-bit and grey pictures become 8-bit RGB.

    Parameters
    ----------
    paths
        The pictures; at least one, or ValueError.
    truth
        Where the depth of each picture is found, or None.

    Raises
    ------
    SourceError
        If not one of them can be read.
    """

    def __init__(
        self, spec: str, title: str, paths: Sequence[Path], truth: TruthFolder | None = None
    ) -> None:
        if not paths:
            raise ValueError("a picture source needs at least one picture")
        self._paths = tuple(paths)
        self._truth = truth
        self._lock = threading.Lock()
        self._closed = False
        self._next = 0
        self._segment = 0
        self._skipped: set[int] = set()
        self._in_segment = False  # a frame of this segment was shown
        self._info = SourceInfo(
            spec=spec,
            title=title,
            live=False,
            size=(0, 0),
            fps=FPS,
            frame_count=len(paths),
            has_truth=truth is not None,
        )
        first = self._readable_from(0)
        if first is None:
            raise SourceError(
                f"None of the {len(paths)} pictures of {title} can be read; the first that fails "
                f"is {self._paths[0].name}, check the files."
            )
        self._next = first[0]
        self._info = dataclasses.replace(self._info, size=_size(first[1]))

    @property
    def info(self) -> SourceInfo:
        return self._info

    def read(self, timeout_s: float) -> Reading:  # noqa: ARG002 - a picture loads at once
        """The next readable picture, or Ended."""
        with self._lock:
            if self._closed:
                return None
            found = self._readable_from(self._next)
            if found is None:
                self._next = len(self._paths)
                return Ended()
            index, rgb = found
            if _size(rgb) != self._info.size:
                self._segment += self._in_segment
                self._info = dataclasses.replace(self._info, size=_size(rgb))
            self._next = index + 1
            self._in_segment = True
            return self._frame(index, rgb)

    def seek(self, index: int) -> None:
        """Make picture `index` (clamped) the next one."""
        with self._lock:
            self._next = max(0, min(index, len(self._paths) - 1))
            self._segment += 1
            self._in_segment = False

    def close(self) -> None:
        """End the source: reads return None from now on."""
        with self._lock:
            self._closed = True

    def _frame(self, index: int, rgb: NDArray[np.uint8]) -> Frame:
        size = _size(rgb)
        return Frame(
            rgb,
            index,
            self._segment,
            time.monotonic_ns(),
            index / FPS,
            intrinsics=self._truth.intrinsics(size) if self._truth else None,
            truth=self._truth.of(self._paths[index].stem, index, size) if self._truth else None,
        )

    def _readable_from(self, index: int) -> tuple[int, NDArray[np.uint8]] | None:
        for at in range(index, len(self._paths)):
            try:
                return at, read_picture(self._paths[at])
            except SourceError as error:
                self._pass_over(at, error)
        return None

    def _pass_over(self, index: int, error: SourceError) -> None:
        if index in self._skipped:
            return
        log.warning("%s", error)
        self._skipped.add(index)
        note = f"Skipped: {error}"
        if len(self._skipped) > 1:
            note = f"{len(self._skipped)} pictures were skipped; the last: {error}"
        self._info = dataclasses.replace(self._info, note=note)


def read_picture(path: Path) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 sRGB, rotated as its metadata says.

    Raises
    ------
    SourceError
        If it is unreadable.
    """
    try:
        data = read_bytes(path)
    except OSError as error:
        raise SourceError(f"Can't open {path.name} ({error.strerror}).") from error
    if not data.size:
        raise SourceError(f"{path.name} is empty (0 bytes).")
    try:
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)  # deeper colours are scaled to 8 bits
    except cv2.error as error:
        raise SourceError(f"{path.name} is damaged.") from error
    if picture is None:
        raise SourceError(f"{path.name} is not a readable picture.")
    return np.asarray(picture, np.uint8)


def find_pictures(location: str) -> list[Path]:
    """Pictures of a folder, a pattern (`shot*.png`, `shot_%04d.png`) or a single file, in order.

    Raises
    ------
    SourceError
        If there are none.
    """
    folder = Path(location)
    if folder.is_file():
        return [folder]
    if folder.is_dir():
        found = [path for path in folder.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES]
        where = f"The folder {location} has no pictures"
    else:
        # glob matches more than a number field; other names are removed below
        found = [Path(name) for name in glob(_NUMBER_FIELD.sub("*", location))]
        numbered = _as_expression(location)
        found = [path for path in found if path.is_file() and numbered.fullmatch(path.name)]
        where = f"No picture matches {location}"
    if not found:
        raise SourceError(f"{where}; pictures are files such as .png, .jpg, .tif or .webp.")
    return sorted(found, key=natural_key)


def natural_key(path: Path) -> tuple[tuple[int, int | str], ...]:
    """Key for natural order: picture 2 comes before picture 10."""
    parts = re.split(r"(\d+)", path.name.casefold())
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in parts)


def is_pattern(location: str) -> bool:
    """Whether `location` is a pattern for several files."""
    return any(sign in location for sign in "*?[") or bool(_NUMBER_FIELD.search(location))


def _as_expression(pattern: str) -> re.Pattern[str]:
    """Expression for the last part of `pattern`, which is stricter than glob."""
    name = Path(pattern).name
    if not _NUMBER_FIELD.search(name):
        return re.compile(".*")
    pieces: list[str] = []
    end = 0
    for field in _NUMBER_FIELD.finditer(name):
        pieces.append(re.escape(name[end : field.start()]))
        digits = int(field[1] or 1)
        pieces.append(rf"\d{{{digits},}}")
        end = field.end()
    return re.compile("".join(pieces) + re.escape(name[end:]))


def _size(rgb: NDArray[np.uint8]) -> tuple[int, int]:
    return rgb.shape[1], rgb.shape[0]
