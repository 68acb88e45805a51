"""A live source with a fallback that is shown while it is lost.

The live source is read all the time, so it is back on screen with its first picture. The fallback
clip is opened on a thread of its own, since that may take seconds.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Callable

from app.core.source import Ended, Reading, SignalLost, Source, SourceInfo
from app.sources.pacing import Pacer
from models.errors import UserError
from models.frames import Frame

log = logging.getLogger(__name__)

OpenSource = Callable[[str, tuple[int, int] | None], Source]
BUILT_IN = "synthetic"
_OPENING_S = 10.0


@dataclasses.dataclass(frozen=True, slots=True)
class Fallback:
    """What to show instead of a lost live source.

    Attributes
    ----------
    after_s
        Seconds until then; 0 never.
    clip
        A file or recording; empty for the built-in scene.
    """

    after_s: float = 0.0
    clip: str = ""


def with_fallback(open_source: OpenSource, wanted: Callable[[], Fallback]) -> OpenSource:
    """`open_source`, with the fallback of `wanted()` for live sources."""

    def open_protected(spec: str, size: tuple[int, int] | None) -> Source:
        source = open_source(spec, size)
        fallback = wanted()
        if not source.info.live or fallback.after_s <= 0:
            return source
        return FallbackSource(source, fallback, open_source)

    return open_protected


class FallbackSource:
    """The frames of `primary`, or those of a clip after `fallback.after_s` of silence.

    While the clip is shown, `info.note` says so.
    """

    def __init__(self, primary: Source, fallback: Fallback, open_source: OpenSource) -> None:
        self._primary = primary
        self._fallback = fallback
        self._clip = _Clip(fallback.clip, open_source)
        self._lost_s: float | None = None
        self._sentence = ""
        self._shows_clip = False
        self._base = 0
        self._segment = 0

    @property
    def primary(self) -> Source:
        """The live source itself."""
        return self._primary

    @property
    def info(self) -> SourceInfo:
        info = self._primary.info
        clip = self._clip.info
        if not self._shows_clip or clip is None:
            return info
        what = "the built-in scene" if clip.spec == BUILT_IN else clip.title
        note = f"{self._sentence} Showing {what} until it is back."
        return dataclasses.replace(info, size=clip.size, note=note)

    def read(self, timeout_s: float) -> Reading:
        """See Source; while nothing comes, frames of the clip."""
        wait_s = timeout_s
        if self._shows_clip:
            wait_s = min(timeout_s, self._clip.due_in_s())
        reading = self._primary.read(wait_s)
        match reading:
            case Frame():
                self._lost_s = None
                self._turn_to(clip=False)
                return self._numbered(reading)
            case SignalLost(sentence):
                self._sentence = sentence
                if self._lost_s is None:
                    self._lost_s = time.monotonic()
                return None if self._shows_clip else reading
        if self._lost_s is None or time.monotonic() - self._lost_s < self._fallback.after_s:
            return reading
        frame = self._clip.take()
        if frame is None:
            return None
        self._turn_to(clip=True)
        return self._numbered(frame)

    def seek(self, index: int) -> None:
        """Ignored: a live source cannot seek."""

    def close(self) -> None:
        """Close both; may be called twice."""
        self._primary.close()
        self._clip.close()

    def _turn_to(self, clip: bool) -> None:
        if clip != self._shows_clip:
            self._shows_clip = clip
            self._base = self._segment + 1
            log.info("showing %s", "the fallback" if clip else "the source again")

    def _numbered(self, frame: Frame) -> Frame:
        self._segment = max(self._segment, self._base + frame.segment)
        return dataclasses.replace(frame, segment=self._base + frame.segment)


class _Clip:
    """Opens when it is first needed and plays in real time, in a loop."""

    def __init__(self, spec: str, open_source: OpenSource) -> None:
        self._specs = [spec, BUILT_IN] if spec else [BUILT_IN]
        self._open_source = open_source
        self._lock = threading.Lock()
        self._opening: threading.Thread | None = None
        self._source: Source | None = None
        self._is_closed = False
        self._next: Frame | None = None
        self._pacer = Pacer()

    @property
    def info(self) -> SourceInfo | None:
        source = self._source
        return source.info if source is not None else None

    def due_in_s(self) -> float:
        """Seconds until take() has a frame; 0 if it must be called."""
        return self._pacer.wait_s(self._next.time_s) if self._next is not None else 0.0

    def take(self) -> Frame | None:
        """The frame that is due, or None."""
        source = self._source
        if source is None:
            self._begin_to_open()
            return None
        if self._next is None:
            self._next = self._read(source)
        if self._next is None or self._pacer.wait_s(self._next.time_s) > 0:
            return None
        frame, self._next = self._next, None
        return dataclasses.replace(frame, captured_ns=time.monotonic_ns())

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            source, self._source = self._source, None
            opening = self._opening
        if source is not None:
            source.close()
        if opening is not None:
            opening.join(_OPENING_S)

    def _read(self, source: Source) -> Frame | None:
        try:
            reading = source.read(0.0)
        except UserError as error:
            self._give_up(source, error)
            return None
        if isinstance(reading, Ended):
            source.seek(0)
            self._pacer.restart()
        return reading if isinstance(reading, Frame) else None

    def _give_up(self, source: Source, error: UserError) -> None:
        log.warning("the fallback clip fails: %s", error)
        source.close()
        self._source = None
        self._specs = [BUILT_IN]

    def _begin_to_open(self) -> None:
        if self._opening is not None and self._opening.is_alive():
            return
        if self._specs and not self._is_closed:
            self._opening = threading.Thread(target=self._open, name="fallback", daemon=True)
            self._opening.start()

    def _open(self) -> None:
        for spec in tuple(self._specs):
            try:
                source = self._open_source(spec, None)
            except UserError as error:
                log.warning("the fallback clip cannot be opened: %s", error)
                continue
            with self._lock:
                keep = not self._is_closed and not source.info.live
                if keep:
                    self._source = source
            if keep:
                return
            source.close()
        self._specs = []
