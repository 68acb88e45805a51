"""Measures what a lesson's question asks for, while results are shown."""

from __future__ import annotations

from app.lessons.quantities import table
from app.lessons.quantities.quantity import Meter, Quantity, Reading, Screen
from app.lessons.walk import Walk


class Measuring:
    """The meter of the question that is asked now, if it is one that measures."""

    def __init__(self) -> None:
        self._quantity: Quantity | None = None
        self._meter: Meter | None = None
        self._is_ready = False

    def begin(self, walk: Walk | None) -> None:
        """Measure for the question at that place, from nothing; None ends measuring."""
        question = walk.question if walk is not None and walk.is_waiting else None
        self._quantity = self._meter = None
        self._is_ready = False
        if question is not None and question.quantity:
            self._quantity = table.find(question.quantity)
            self._meter = self._quantity.make()

    def add(self, screen: Screen) -> bool:
        """Take in a result; True if the question can be answered from now on."""
        if self._meter is None:
            return False
        self._meter.add(screen)
        if self._is_ready or self._meter.reading() is None:
            return False
        self._is_ready = True
        return True

    def reading(self) -> Reading | None:
        """What is measured now; None if nothing can be."""
        return self._meter.reading() if self._meter is not None else None

    @property
    def waits_for(self) -> str:
        """What the question waits for; "" if it can be answered."""
        return self._quantity.needs if self._quantity is not None and not self._is_ready else ""
