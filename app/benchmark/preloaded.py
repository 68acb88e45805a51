"""Frames in memory, so that reading the source takes no time."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence

from app.core.source import Ended, Reading, Source, SourceInfo
from models.errors import SourceError
from models.frames import Frame

MOST_FRAMES = 64


def preload(source: Source, count: int = MOST_FRAMES) -> list[Frame]:
    """Read the first `count` frames of a source, fewer if it is shorter.

    Raises
    ------
    SourceError
        If there is none.
    """
    frames: list[Frame] = []
    deadline = time.monotonic() + 30.0
    while len(frames) < count and time.monotonic() < deadline:
        reading = source.read(1.0)
        if isinstance(reading, Ended):
            break
        if isinstance(reading, Frame):
            frames.append(reading)
    if not frames:
        raise SourceError(
            f"{source.info.title} delivered no frame to measure with; choose another source."
        )
    return frames


def preloaded(frames: Sequence[Frame]) -> Callable[[str, tuple[int, int] | None], Source]:
    """A function that opens these frames as a source, whatever it is asked for."""

    def open_preloaded(_spec: str, _size: tuple[int, int] | None) -> Source:
        return PreloadedSource(frames)

    return open_preloaded


class ToAndFro:
    """Frames to and fro, without breaks: 0 1 … n-1 n-2 … 1 0 1 and so on."""

    def __init__(self, frames: Sequence[Frame]) -> None:
        self._frames = frames
        self._shown = 0

    def next(self) -> Frame:
        """The next frame, with a new number and the current time."""
        last = len(self._frames) - 1
        at = self._shown % (2 * last) if last else 0
        frame = self._frames[at if at <= last else 2 * last - at]
        index, self._shown = self._shown, self._shown + 1
        return dataclasses.replace(
            frame, index=index, segment=0, captured_ns=time.monotonic_ns(), time_s=index / 25
        )


class PreloadedSource:
    """Plays preloaded frames to and fro forever, as fast as they are taken."""

    def __init__(self, frames: Sequence[Frame]) -> None:
        self._order = ToAndFro(frames)
        self._info = SourceInfo(
            "preloaded", "Preloaded", False, frames[0].size, fps=25.0, is_endless=True
        )

    @property
    def info(self) -> SourceInfo:
        """What is known about the source."""
        return self._info

    def read(self, timeout_s: float) -> Reading:  # noqa: ARG002 - always at hand
        """The next frame."""
        return self._order.next()

    def seek(self, index: int) -> None:
        """Ignored: preloaded frames have no position."""

    def close(self) -> None:
        """Do nothing: no resource is held."""
