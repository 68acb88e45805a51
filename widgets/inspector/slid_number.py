"""A number that can be typed, and dragged over the part of its range that is usual."""

from __future__ import annotations

import math

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from widgets.inspector.rows import CalmSlider, NumberRow, Row

_STEPS = 1000


class SlidNumberRow(Row):
    """The spin box of `number` with a slider below it.

    usual : (low, high) at the ends of the slider; what is typed may lie beyond.
    by_factors : a step of the slider multiplies, so that small numbers can be told apart; its left
        end is 0 then and `usual` begins one step further on.
    """

    def __init__(
        self, number: NumberRow, usual: tuple[float, float], by_factors: bool = False
    ) -> None:
        holder = QWidget()
        super().__init__(number.key, number.label, holder, number.tip)
        self._number, self._usual, self._by_factors = number, usual, by_factors
        self._slider = CalmSlider(Qt.Orientation.Horizontal, holder)
        self._slider.setRange(0, _STEPS)
        self._slider.setAccessibleName(number.label)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(number.control)
        column.addWidget(self._slider)
        number.changed.connect(self._on_typed)
        self._slider.valueChanged.connect(self._on_moved)

    def show_value(self, value: object) -> None:
        self._number.show_value(value)
        if isinstance(value, (int, float)):
            self._slider.blockSignals(True)
            self._slider.setValue(self._step_of(value))
            self._slider.blockSignals(False)

    def _step_of(self, value: float) -> int:
        low, high = self._usual
        if not self._by_factors:
            return round(_STEPS * (min(max(value, low), high) - low) / (high - low))
        if value <= 0:
            return 0
        share = math.log(min(max(value, low), high) / low) / math.log(high / low)
        return 1 + round((_STEPS - 1) * share)

    def _value_of(self, step: int) -> float:
        low, high = self._usual
        if not self._by_factors:
            return round(low + (high - low) * step / _STEPS, 4)
        return round(low * (high / low) ** ((step - 1) / (_STEPS - 1)), 4) if step else 0.0

    def _on_typed(self, _key: str, value: object) -> None:
        self.show_value(value)
        self._say(value)

    def _on_moved(self, step: int) -> None:
        value = self._value_of(step)
        self._number.show_value(value)
        self._say(value)
