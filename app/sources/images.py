"""Pictures as a source, with ground truth if there is depth beside them."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.core.source import Ended, Reading, SourceInfo
from app.media.stills import read_picture
from app.sources.truth_folder import TruthFolder
from models.errors import SourceError
from models.frames import Frame, GroundTruth

log = logging.getLogger(__name__)

FPS = 24.0


class ImagesSource:
    """Pictures in natural order (2 before 10), played at 24 a second.

    A picture that cannot be read is passed over and named in `info.note`, as is depth; a picture of
    another size starts a new segment. 16-bit and grey pictures become 8-bit RGB.

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
        self._poses = () if truth is None else truth.pose_numbers([path.stem for path in paths])
        self._lock = threading.Lock()
        self._closed = False
        self._next = 0
        self._segment = 0
        self._skipped: dict[str, set[int]] = {}
        self._notes: dict[str, str] = {}
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
            raise SourceError(self._why_none(paths, title))
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
            truth=self._truth_of(index, size),
            name=self._paths[index].name,
        )

    def _truth_of(self, index: int, size: tuple[int, int]) -> GroundTruth | None:
        if self._truth is None:
            return None
        try:
            return self._truth.of(self._paths[index].stem, self._poses[index], size)
        except SourceError as error:
            self._pass_over(index, error, "depth pictures")
            return None

    def _readable_from(self, index: int) -> tuple[int, NDArray[np.uint8]] | None:
        for at in range(index, len(self._paths)):
            try:
                return at, read_picture(self._paths[at])
            except SourceError as error:
                self._pass_over(at, error)
        return None

    def _why_none(self, paths: Sequence[Path], title: str) -> str:
        try:
            read_picture(paths[0])
        except SourceError as error:
            if len(paths) == 1:
                return f"{error} Choose another file."
            return f"None of the {len(paths)} pictures of {title} can be read; the first: {error}"
        return f"The pictures of {title} could not be read; try again."

    def _pass_over(self, index: int, error: SourceError, what: str = "pictures") -> None:
        skipped = self._skipped.setdefault(what, set())
        if index in skipped:
            return
        log.warning("%s", error)
        skipped.add(index)
        note = f"Skipped: {error}"
        if len(skipped) > 1:
            note = f"{len(skipped)} {what} were skipped; the last: {error}"
        self._notes[what] = note
        self._info = dataclasses.replace(self._info, note=" ".join(self._notes.values()))


def _size(rgb: NDArray[np.uint8]) -> tuple[int, int]:
    return rgb.shape[1], rgb.shape[0]
