"""Boundary F1 of the lane whose edges are drawn over the picture."""

from __future__ import annotations

from app.lessons.quantities.quantity import Quantity, Reading, Screen


class _Meter:
    def __init__(self) -> None:
        self._score: float | None = None

    def add(self, screen: Screen) -> None:
        analysis = screen.result.analysis
        lane = screen.lane(screen.settings.cloud_lane)
        if analysis is None or analysis.boundary_f1 is None or lane is None:
            return
        self._score = analysis.boundary_f1

    def reading(self) -> Reading | None:
        if self._score is None:
            return None
        return Reading(self._score, f"Boundary F1 is {self._score:.3f}; 1 would be perfect.")


QUANTITY = Quantity(
    "boundary-f1",
    "boundary F1 of the edges over the picture, 0 to 1",
    _Meter,
    frames=11,
    needs="Waiting for the score of the edges.",
)
