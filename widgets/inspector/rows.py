"""One control for one setting: shows a value without a sound, speaks when the user turns it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSlider,
    QSpinBox,
    QWidget,
)

from widgets import theme
from widgets.controls import ElidedCombo
from widgets.theme import SPACE


class _CalmSpin(QSpinBox):
    """A spin box that leaves the wheel to the scroll area around it."""

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        if event is not None:
            event.ignore()


class _CalmDoubleSpin(QDoubleSpinBox):
    """A spin box that leaves the wheel to the scroll area around it."""

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        if event is not None:
            event.ignore()


class Row(QObject):
    """A control bound to a settings key.

    changed : the user wants another value: (key, value).
    control : the widget to lay out; label : its name, or "" where the control says it itself.
    show_value : show a value and emit nothing; a method of each kind of row.
    """

    changed = pyqtSignal(str, object)
    show_value: Callable[[object], None]

    def __init__(self, key: str, label: str, control: QWidget, tip: str) -> None:
        super().__init__(control)
        self.key, self.label, self.control, self.tip = key, label, control, tip
        control.setToolTip(tip)
        control.setAccessibleName(label or key)

    def _say(self, value: object) -> None:
        self.changed.emit(self.key, value)


class ChoiceRow(Row):
    """A menu of (value, words)."""

    def __init__(
        self, key: str, label: str, choices: Sequence[tuple[object, str]], tip: str
    ) -> None:
        self._combo = ElidedCombo()
        self._combo.setMinimumContentsLength(8)
        super().__init__(key, label, self._combo, tip)
        self._values: list[object] = []
        self.set_choices(choices)
        self._combo.activated.connect(self._on_activated)

    def set_choices(self, choices: Sequence[tuple[object, str]]) -> None:
        """Replace the menu, keeping the value that is shown."""
        current = self._current()
        self._combo.clear()
        self._values = [value for value, _ in choices]
        self._combo.addItems([words for _, words in choices])
        self.show_value(current)

    def show_value(self, value: object) -> None:
        if value is not None and value not in self._values:
            self._values.append(value)
            self._combo.addItem(str(value))
        self._combo.setCurrentIndex(self._values.index(value) if value is not None else -1)

    def _current(self) -> object:
        at = self._combo.currentIndex()
        return self._values[at] if 0 <= at < len(self._values) else None

    def _on_activated(self, at: int) -> None:
        self._say(self._values[at])


class ToggleRow(Row):
    """A tick box that carries its own words."""

    def __init__(self, key: str, words: str, tip: str) -> None:
        self._box = QCheckBox(words)
        super().__init__(key, "", self._box, tip)
        self._box.setAccessibleName(words)
        self._box.clicked.connect(self._say)

    def show_value(self, value: object) -> None:
        self._box.setChecked(bool(value))


class WholeRow(Row):
    """A whole number between two bounds; `zero` are the words shown for 0."""

    def __init__(
        self,
        key: str,
        label: str,
        bounds: tuple[int, int],
        tip: str,
        *,
        zero: str = "",
        suffix: str = "",
    ) -> None:
        self._spin = _CalmSpin()
        self._spin.setRange(*bounds)
        self._spin.setKeyboardTracking(False)
        self._spin.setSpecialValueText(zero)
        self._spin.setSuffix(suffix)
        self._spin.setFont(theme.numbers_font())
        super().__init__(key, label, self._spin, tip)
        self._spin.valueChanged.connect(self._say)
        self._spin.editingFinished.connect(self._spin.clearFocus)

    def show_value(self, value: object) -> None:
        if isinstance(value, int):
            self._spin.blockSignals(True)
            self._spin.setValue(value)
            self._spin.blockSignals(False)


def decimals_for(value: float, usual: int) -> int:
    """`usual`, or three digits of what is smaller than that shows: none but 0 reads as 0."""
    if value == 0 or abs(value) >= 10**-usual:
        return usual
    return min(12, 2 - math.floor(math.log10(abs(value))))


class NumberRow(Row):
    """A number between two bounds; `zero` are the words shown for the lowest value."""

    def __init__(
        self,
        key: str,
        label: str,
        bounds: tuple[float, float],
        tip: str,
        *,
        step: float = 0.1,
        decimals: int = 2,
        zero: str = "",
        suffix: str = "",
    ) -> None:
        self._spin = _CalmDoubleSpin()
        self._decimals = decimals
        self._spin.setDecimals(decimals)
        self._spin.setRange(*bounds)
        self._spin.setSingleStep(step)
        self._spin.setKeyboardTracking(False)
        self._spin.setSpecialValueText(zero)
        self._spin.setSuffix(suffix)
        self._spin.setFont(theme.numbers_font())
        super().__init__(key, label, self._spin, tip)
        self._spin.valueChanged.connect(self._say)
        self._spin.editingFinished.connect(self._spin.clearFocus)

    def show_value(self, value: object) -> None:
        if isinstance(value, (int, float)):
            self._spin.blockSignals(True)
            # What was worked out elsewhere may lie beyond what is usual; it is shown as it is.
            self._spin.setDecimals(decimals_for(value, self._decimals))
            self._spin.setRange(min(self._spin.minimum(), value), max(self._spin.maximum(), value))
            self._spin.setValue(float(value))
            self._spin.blockSignals(False)


class CalmSlider(QSlider):
    """A slider that leaves the wheel to the scroll area around it."""

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        if event is not None:
            event.ignore()


class SliderRow(Row):
    """A number by a slider, in whole steps, with the value beside it."""

    def __init__(
        self,
        key: str,
        label: str,
        bounds: tuple[float, float],
        tip: str,
        *,
        step: float = 1.0,
        whole: bool = False,
        suffix: str = "",
    ) -> None:
        holder = QWidget()
        self._step, self._whole, self._suffix = step, whole, suffix
        self._slider = CalmSlider(Qt.Orientation.Horizontal, holder)
        self._slider.setRange(round(bounds[0] / step), round(bounds[1] / step))
        self._value = QLabel(holder)
        self._value.setFont(theme.numbers_font())
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self._slider, 1)
        row.addWidget(self._value)
        super().__init__(key, label, holder, tip)
        widest = max((self._words(bound) for bound in bounds), key=len)
        self._value.setMinimumWidth(self._value.fontMetrics().horizontalAdvance(widest))
        self._slider.setAccessibleName(label)
        self._slider.valueChanged.connect(self._on_moved)

    def show_value(self, value: object) -> None:
        if isinstance(value, (int, float)):
            self._slider.blockSignals(True)
            self._slider.setValue(round(value / self._step))
            self._slider.blockSignals(False)
            self._value.setText(self._words(value))

    def _words(self, value: float) -> str:
        decimals = 0 if self._whole or self._step >= 1 else len(f"{self._step:g}") - 2
        return f"{value:.{decimals}f}{self._suffix}"

    def _on_moved(self, steps: int) -> None:
        value = round(steps * self._step, 9)
        self._value.setText(self._words(value))
        self._say(int(value) if self._whole else value)
