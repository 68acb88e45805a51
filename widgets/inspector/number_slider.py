"""A number that can be typed, or dragged over its common range."""

from __future__ import annotations

import math

from PyQt6.QtCore import QSignalBlocker, Qt
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from widgets.inspector.row_spec import RowSpec
from widgets.inspector.rows import CalmSlider, NumberRow, Row

_STEPS = 1000


class NumberSliderRow(Row):
    """A spin box with a slider below it, which ends where `RowSpec.slider` says."""

    def __init__(self, spec: RowSpec) -> None:
        holder = QWidget()
        super().__init__(spec, holder)
        self._number = NumberRow(spec)
        self._slider = CalmSlider(Qt.Orientation.Horizontal, holder)
        self._slider.setRange(0, _STEPS)
        self._slider.setAccessibleName(spec.label)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._number.control)
        column.addWidget(self._slider)
        self._number.changed.connect(self._on_typed)
        self._slider.valueChanged.connect(self._on_moved)

    @property
    def bounds(self) -> tuple[float, float]:
        """What can be typed."""
        return self._number.bounds

    def show_value(self, value: object) -> None:
        self._number.show_value(value)
        if isinstance(value, (int, float)):
            with QSignalBlocker(self._slider):
                self._slider.setValue(self._step_of(value))

    def _step_of(self, value: float) -> int:
        low, high = self.spec.slider
        return round(_STEPS * (min(max(value, low), high) - low) / (high - low))

    def _value_of(self, step: int) -> float:
        low, high = self.spec.slider
        return round(low + (high - low) * step / _STEPS, self.spec.decimals)

    def _on_typed(self, _key: str, value: object) -> None:
        self.show_value(value)
        self._emit(value)

    def _on_moved(self, step: int) -> None:
        value = self._value_of(step)
        self._number.show_value(value)
        self._emit(value)


class GeometricRow(NumberSliderRow):
    """A slider whose steps multiply, so that small numbers can be set precisely.

    The slider's left end is 0; `RowSpec.slider` begins one step further on.
    """

    def _step_of(self, value: float) -> int:
        low, high = self.spec.slider
        if value <= 0:
            return 0
        share = math.log(min(max(value, low), high) / low) / math.log(high / low)
        return 1 + round((_STEPS - 1) * share)

    def _value_of(self, step: int) -> float:
        low, high = self.spec.slider
        if step == 0:
            return 0.0
        factor = math.pow(high / low, (step - 1) / (_STEPS - 1))
        return round(low * factor, self.spec.decimals)
