"""Reading a source until what a test waits for comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.source import SignalLost, Source
from models.frames import Frame
from tests.support.waiting import attempts


def until(source: Source, wanted: Callable[[Any], bool]) -> Any:
    """The first reading that is wanted."""
    for _ in attempts(step_s=0.0):
        reading = source.read(0.05)
        if wanted(reading):
            return reading
    raise AssertionError("the reading that was waited for did not come")


def next_frame(source: Source) -> Frame:
    """The next picture, whatever is said before it."""
    frame = until(source, lambda reading: isinstance(reading, Frame))
    assert isinstance(frame, Frame)
    return frame


def next_loss(source: Source) -> str:
    """What is said when the signal is lost next."""
    lost = until(source, lambda reading: isinstance(reading, SignalLost))
    assert isinstance(lost, SignalLost)
    return lost.sentence
