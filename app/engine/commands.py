"""Commands for the capture loop, and its status."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from app.core.source import SourceInfo
from models.scene_options import USUAL_SCENE, SceneOptions


@dataclass(frozen=True, slots=True)
class CaptureRequest:
    """Open a source, replacing the open one.

    Attributes
    ----------
    spec
        What to open, in one of the ways that app.sources.parsing lists.
    size
        (width, height) in pixels to request of a camera or a rendered scene; None takes the
        default.
    camera_format
        (frames per second, pixel format) to request of a camera; None for any other source.
    attempt
        Another number is another request for the same source, which opens it again.
    instead_of
        The chosen source in whose place this one is shown; "" if it is the chosen one.
    """

    spec: str
    size: tuple[int, int] | None = None
    camera_format: tuple[float, str] | None = None
    attempt: int = 0
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A source that cannot be opened, while the one before it goes on. `sentence` says why."""

    request: CaptureRequest
    sentence: str


@dataclass(frozen=True, slots=True)
class Play:
    """Play or pause."""

    playing: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Show the frame `by` places ahead (negative: back) and stay paused."""

    by: int


@dataclass(frozen=True, slots=True)
class Seek:
    """Go to the frame of that index (clamped), in a new segment."""

    index: int


@dataclass(frozen=True, slots=True)
class PlaybackOptions:
    """How frames are delivered; see the settings of the same names.

    Attributes
    ----------
    scene
        What the built-in scene shows, while that one is the source.
    """

    loop: bool = True
    every_frame: bool = False
    mirror: bool = False
    rotate: int = 0
    scene: SceneOptions = USUAL_SCENE


Command = CaptureRequest | Play | Step | Seek | PlaybackOptions


@dataclass(frozen=True, slots=True)
class CaptureStatus:
    """State of the capture loop; replaced as a whole, so any thread may read it.

    Attributes
    ----------
    message
        One sentence for a banner while no frames come, else empty.
    position
        Index of the last frame delivered, -1 before the first.
    first_segment
        Frames of this source have it or a later one.
    request
        What was opened, or is being opened with nothing else open.
    opening
        One sentence about a source that is opened beside this one, else empty.
    refusal
        Why the source that was requested last could not be opened, if this one goes on instead.
    """

    info: SourceInfo | None = None
    request: CaptureRequest | None = None
    playing: bool = True
    ended: bool = False
    position: int = -1
    message: str = ""
    failed: bool = False
    first_segment: int = 0
    opening: str = ""
    refusal: Refusal | None = None

    @property
    def spec(self) -> str:
        """How the source was requested; "" before the first request."""
        return self.request.spec if self.request is not None else ""


class CommandQueue:
    """Commands in the order of their arrival. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._commands: deque[Command] = deque()

    def __bool__(self) -> bool:
        return bool(self._commands)

    def put(self, command: Command) -> None:
        """Append a command."""
        with self._lock:
            self._commands.append(command)

    def take(self) -> Command | None:
        """The oldest, or None if there is none."""
        with self._lock:
            return self._commands.popleft() if self._commands else None

    def has_capture_request(self) -> bool:
        """Whether one of them opens another source."""
        with self._lock:
            return any(isinstance(command, CaptureRequest) for command in self._commands)

    def for_replacement(
        self, playback: PlaybackOptions, selected: CaptureRequest | None, status: CaptureStatus
    ) -> list[Command]:
        """Empty the queue and return the commands for a loop that replaces one that hangs.

        Commands for a source before the newest CaptureRequest no longer count. If no other source
        was requested, `selected` is opened again, and a file continues behind the frame at which
        the old loop failed.

        Parameters
        ----------
        playback
            The old loop's options.
        selected
            The source that it opened last, if any.
        status
            Its last status.
        """
        with self._lock:
            commands = list(self._commands)
            self._commands.clear()
        requests = [n for n, command in enumerate(commands) if isinstance(command, CaptureRequest)]
        if requests:
            newest = requests[-1]
            kept = [
                command
                for n, command in enumerate(commands)
                if n >= newest or isinstance(command, PlaybackOptions)
            ]
            return [playback, *kept]
        again: list[Command] = [playback]
        if selected is not None:
            again.append(selected)
            if not status.playing:
                again.append(Play(False))
            if status.info is not None and not status.info.live and status.position >= 0:
                again.append(Seek(status.position + 2))
        return [*again, *commands]
