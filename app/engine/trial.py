"""A live source on trial: opened beside the one that plays, until its first picture."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.core.source import SignalLost, Source
from app.engine.commands import CaptureRequest
from app.sources.parsing import is_camera
from models.errors import SourceError
from models.frames import Frame

TRIAL_S = 8.0
"""How long a live source has for its first picture before it counts as one that cannot be opened.

Cameras and streams take seconds to start, and report meanwhile that they wait."""


class Trial:
    """Waits for the first picture of a source without blocking.

    Attributes
    ----------
    request
        What was opened.
    source
        The open source.
    sentence
        What the source says is wrong, or "".
    """

    def __init__(
        self,
        request: CaptureRequest,
        source: Source,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.request = request
        self.source = source
        self.sentence = ""
        self._clock_s = clock_s
        self._ends_s = clock_s() + TRIAL_S

    def poll(self) -> Frame | str | None:
        """Return the first picture, or the sentence that says why there is none, or None so far."""
        try:
            reading = self.source.read(0.0)
        except SourceError as error:
            return str(error)
        if isinstance(reading, Frame):
            return reading
        if isinstance(reading, SignalLost):
            self.sentence = reading.sentence
        if self._clock_s() < self._ends_s:
            return None
        return self.sentence or f"{self.source.info.title} sends no pictures."


def can_open_beside(request: CaptureRequest, playing: CaptureRequest | None) -> bool:
    """Whether `request` may be opened while `playing` stays open.

    Two cameras may be one device or share a bus, what is opened again may be a pipe, and a fallback
    is requested because of what plays.
    """
    if playing is None or request.instead_of or request.spec == playing.spec:
        return False
    return not (is_camera(request.spec) and is_camera(playing.spec))
