"""The protocol of a source of frames, which is read from one thread.

A read never blocks longer than its timeout and never returns a picture that was not captured. When
no frames come, one sentence says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from models.plain_text import LINE, SENTENCE, single_line, without_credentials

if TYPE_CHECKING:  # the command line reads specs, and does without numpy
    from models.frames import Frame
    from models.scene_options import SceneOptions


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is known about an open source.

    Title, note and formats are text from outside; they are made printable, in one line each.

    Attributes
    ----------
    spec
        The text that opens it again, as given to --source.
    title
        Its name on screen.
    live
        Frames arrive by themselves and cannot be requested again (newest wins).
    size
        (width, height) of its frames in pixels; the requested size until a live source's first
        frame.
    fps
        Nominal frames per second, measured if the source is live; None if unknown.
    frame_count
        Number of frames; None if there is no end or it is not known yet.
    is_endless
        There is no last frame, as in a built-in scene. Otherwise reading ends with Ended, whether
        `frame_count` is known or not.
    left_out_at_start
        Number of frames before the first that cannot be decoded, since the file begins between two
        key frames; frame 0 is the first that can.
    asked
        What was requested of the device, as text, if it may differ from what is delivered.
    delivered
        What the device delivers, as text to be shown beside `asked`.
    has_truth
        Its frames carry GroundTruth.
    note
        A sentence for the user while frames keep coming, such as pictures that were skipped; else
        empty.
    """

    spec: str
    title: str
    live: bool
    size: tuple[int, int]
    fps: float | None = None
    frame_count: int | None = None
    is_endless: bool = False
    left_out_at_start: int = 0
    asked: str = ""
    delivered: str = ""
    has_truth: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        for name, limit in _TEXTS.items():
            text = single_line(without_credentials(getattr(self, name)), limit)
            object.__setattr__(self, name, text)


_TEXTS = {"title": LINE, "asked": LINE, "delivered": LINE, "note": SENTENCE}


@dataclass(frozen=True, slots=True)
class Ended:
    """The last frame was read; seek() to continue."""


@dataclass(frozen=True, slots=True)
class SignalLost:
    """No frames come at the moment; the source keeps trying. `sentence` is for the user."""

    sentence: str

    def __post_init__(self) -> None:
        sentence = single_line(without_credentials(self.sentence), SENTENCE)
        object.__setattr__(self, "sentence", sentence)


Reading: TypeAlias = "Frame | SignalLost | Ended | None"


@runtime_checkable
class Source(Protocol):
    """An open source. One thread reads it; close() may come from another."""

    @property
    def info(self) -> SourceInfo:
        """What is known now; the size of a live source may change while it runs."""
        ...

    def read(self, timeout_s: float) -> Reading:
        """Return the next frame (file) or the newest (live); None after `timeout_s`.

        `Frame.segment` counts the source's own breaks in continuity from 0 (seek, reopen, change of
        size).

        Raises
        ------
        SourceError
            If reading on makes no sense, for example in a file that turns out to be damaged.
        """
        ...

    def seek(self, index: int) -> None:
        """Make frame `index` (clamped) the next, in a new segment. Live sources ignore it."""
        ...

    def close(self) -> None:
        """Release the device or file; a blocked read() returns. May be called twice."""
        ...


@runtime_checkable
class OnDemand(Source, Protocol):
    """A source that makes a frame when it is read, so that frames left out cost nothing."""

    def skip_to(self, time_s: float) -> None:
        """Leave out the frames before media time `time_s`, if any, in the same segment."""
        ...


@runtime_checkable
class Adjustable(Source, Protocol):
    """A built-in scene that can be changed while it is open."""

    def adjust(self, options: SceneOptions) -> bool:
        """Change the scene from the next frame on, which has no flow; False if it is fixed."""
        ...

    def return_to(self, index: int) -> None:
        """Make frame `index`, which was read already, the next again, in the same segment."""
        ...
