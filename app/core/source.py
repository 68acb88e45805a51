"""What every source of frames is: something that is read from one thread and always answers.

A source never blocks for longer than it was asked to, never hands out a picture it did not get,
and says in one sentence why nothing comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from models.frames import Frame


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is known of an open source.

    spec : the text that opens it again, as given to --source.
    title : how it is called on screen.
    live : frames come by themselves and cannot be asked for again (newest wins).
    size : (width, height) of its frames, pixels; what was asked until a live source's first frame.
    fps : nominal frames per second, or None if unknown; measured where the source is live.
    frame_count : number of frames, or None where there is no end or it is not known yet.
    asked : what was asked of the device, as text, where it may differ from what came.
    delivered : what the device sends in truth, as text to be shown beside `asked`.
    has_truth : its frames carry GroundTruth.
    note : a sentence that the user should see while frames go on coming, such as pictures that
        were skipped; else empty.
    """

    spec: str
    title: str
    live: bool
    size: tuple[int, int]
    fps: float | None = None
    frame_count: int | None = None
    asked: str = ""
    delivered: str = ""
    has_truth: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The last frame was read; seek() to go on."""


@dataclass(frozen=True, slots=True)
class SignalLost:
    """Nothing comes for now; the source keeps trying by itself. `sentence` is for the user."""

    sentence: str


Reading = Frame | SignalLost | Ended | None


@runtime_checkable
class Source(Protocol):
    """An open source. One thread reads it; close() may come from another."""

    @property
    def info(self) -> SourceInfo:
        """What is known now; a live source may change its size while it runs."""
        ...

    def read(self, timeout_s: float) -> Reading:
        """The next frame (file) or the newest (live).

        None if nothing came in `timeout_s`. `Frame.segment` counts the source's own breaks in
        continuity from 0 (seek, reopen, change of size). Raises SourceError where going on makes
        no sense, for example a file that turns out to be damaged.
        """
        ...

    def seek(self, index: int) -> None:
        """Make `index` the next frame read (clamped), as a new segment. Live sources ignore it."""
        ...

    def close(self) -> None:
        """Give the device or file back; a blocked read() returns. May be called twice."""
        ...
