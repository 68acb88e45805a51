"""Animated WebP files, which FFmpeg does not decode: their frames at their own times."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.core.source import Ended, Reading, SourceInfo
from app.media.picture_header import PictureHeader
from app.media.stills import read_animation
from models.errors import SourceError
from models.frames import Frame

_AT_ONCE_BYTES = 64 << 20
_SHORTEST_MS = 10  # browsers show frames without a duration for a moment too


class AnimationSource:
    """All frames of an animated WebP file.

    Parameters
    ----------
    header
        What `app.media.stills.header_of` says of the file.

    Raises
    ------
    SourceError
        If it cannot be read.
    """

    def __init__(self, path: Path, header: PictureHeader) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._closed = False
        self._next = 0
        self._segment = 0
        self._at_once = max(1, _AT_ONCE_BYTES // (4 * header.width * header.height))
        self._decoded: tuple[int, Sequence[NDArray[np.uint8]]] = (0, ())
        durations_s = [max(_SHORTEST_MS, one) / 1000 for one in header.durations_ms]
        self._times_s = tuple(accumulate(durations_s, initial=0.0))[:-1]
        first = self._picture(0)
        if first is None:
            raise SourceError(f"{path.name} is damaged.")
        self._info = SourceInfo(
            spec=str(path),
            title=path.name,
            live=False,
            size=(first.shape[1], first.shape[0]),
            fps=len(durations_s) / sum(durations_s),
            frame_count=len(durations_s),
        )

    @property
    def info(self) -> SourceInfo:
        return self._info

    def read(self, timeout_s: float) -> Reading:  # noqa: ARG002 - a few frames decode at once
        """The next frame, or Ended.

        Raises
        ------
        SourceError
            Where the file is damaged.
        """
        with self._lock:
            if self._closed:
                return None
            if self._next >= len(self._times_s):
                return Ended()
            index = self._next
            rgb = self._picture(index)
            self._next = index + 1
            if rgb is None:
                self._next = len(self._times_s)
                raise SourceError(f"{self._path.name} is damaged after frame {index}.")
            return Frame(rgb, index, self._segment, time.monotonic_ns(), self._times_s[index])

    def seek(self, index: int) -> None:
        """Make frame `index` (clamped) the next one."""
        with self._lock:
            self._next = max(0, min(index, len(self._times_s) - 1))
            self._segment += 1

    def close(self) -> None:
        """End the source: reads return None from now on."""
        with self._lock:
            self._closed = True
            self._decoded = (0, ())

    def _picture(self, index: int) -> NDArray[np.uint8] | None:
        first, pictures = self._decoded
        if not first <= index < first + len(pictures):
            first, pictures = self._decoded = (
                index,
                read_animation(self._path, index, self._at_once),
            )
        return pictures[index - first] if index - first < len(pictures) else None
