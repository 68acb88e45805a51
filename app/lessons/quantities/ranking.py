"""Whether the order of the lanes depends on the alignment: one for all frames, or one for each."""

from __future__ import annotations

from app.lessons.quantities.accuracy import Shot
from app.lessons.quantities.quantity import Quantity, Reading, Screen

_LEAST, FRAMES = 30, 50
STRIDE = 4
"""Frames of the source between two samples, so that the scale has time to drift."""


class _Meter:
    def __init__(self) -> None:
        self._shot = Shot(FRAMES, STRIDE)

    def add(self, screen: Screen) -> None:
        self._shot.add(screen)

    def reading(self) -> Reading | None:
        if len(self._shot) < _LEAST:
            return None
        clip = [self._shot.abs_rel(lane) for lane in "ab"]
        frame = [self._shot.abs_rel_per_frame(lane) for lane in "ab"]
        turns = (clip[0] < clip[1]) != (frame[0] < frame[1])
        one, other = (f"{100 * fit[0]:.2f} and {100 * fit[1]:.2f} %" for fit in (clip, frame))
        return Reading(
            "turns" if turns else "same",
            f"AbsRel of A and B: {one} with one fit, {other} with a fit for each frame.",
        )


QUANTITY = Quantity(
    "ranking",
    "order of the lanes by AbsRel with one alignment for the clip, and with one for each frame",
    _Meter,
    frames=FRAMES,
    stride=STRIDE,
    words=("same", "turns"),
    needs="Comparing with the truth for some seconds.",
)
