"""One control for one setting: emits when the user changes it, never when a value is shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from PyQt6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QStandardItemModel, QWheelEvent
from PyQt6.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout, QSlider, QWidget

from widgets import theme
from widgets.controls import ElidedCombo
from widgets.inspector.row_spec import RowSpec
from widgets.plain import Label, set_tip
from widgets.theme import SPACE


class CalmSlider(QSlider):
    """A slider that leaves the wheel to the scroll area around it."""

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        if event is not None:
            event.ignore()


class _CalmSpin(QDoubleSpinBox):
    """A spin box that leaves the wheel to the scroll area around it.

    It is as wide as common numbers need, not as wide as its bounds. Keys that cannot be part of a
    number stay the window's.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # by default the wheel focuses it

    def event(self, event: QEvent | None) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and not _may_be_typed(event)
        ):
            event.ignore()
            return False
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        if event is not None:
            event.ignore()

    def sizeHint(self) -> QSize:
        return self._narrowed(super().sizeHint())

    def minimumSizeHint(self) -> QSize:
        return self._narrowed(super().minimumSizeHint())

    def _narrowed(self, hint: QSize) -> QSize:
        metrics = self.fontMetrics()
        bounds = (self.textFromValue(self.minimum()), self.textFromValue(self.maximum()))
        widest = max(map(metrics.horizontalAdvance, bounds))
        enough = max(map(metrics.horizontalAdvance, ("-1000.0000", self.specialValueText())))
        return QSize(hint.width() - max(0, widest - enough), hint.height())


def _may_be_typed(event: QKeyEvent) -> bool:
    """Whether a key may be part of a number, or edits one."""
    text = event.text()
    return not text.isprintable() or not text or text in "0123456789.,+-"


class Row(QObject):
    """A control bound to a setting.

    Attributes
    ----------
    changed : signal (str, object)
        The user wants another value: key and value.
    spec : RowSpec
        What the row was made from.
    control : QWidget
        The widget to lay out.
    names_itself : bool
        The control shows its label, which therefore needs no column of its own.
    show_value : callable (value)
        Shows a value and emits nothing; a method of each kind of row.
    """

    changed = pyqtSignal(str, object)
    names_itself = False
    show_value: Callable[[object], None]

    def __init__(self, spec: RowSpec, control: QWidget) -> None:
        super().__init__(control)
        self.spec, self.control = spec, control
        set_tip(control, spec.tip)
        control.setAccessibleName(spec.label)

    def _emit(self, value: object) -> None:
        self.changed.emit(self.spec.key, value)


class ChoiceRow(Row):
    """A menu of (value, words)."""

    def __init__(self, spec: RowSpec) -> None:
        self._combo = ElidedCombo()
        self._combo.setMinimumContentsLength(8)
        super().__init__(spec, self._combo)
        self._values: list[object] = []
        self.set_choices(spec.choices)
        self._combo.activated.connect(self._on_activated)

    @property
    def values(self) -> tuple[object, ...]:
        """The values to choose from."""
        return tuple(self._values)

    def set_choices(
        self, choices: Sequence[tuple[object, str]], refused: Mapping[object, str] | None = None
    ) -> None:
        """Replace the menu, keeping the value that is shown.

        Parameters
        ----------
        refused
            Why a value cannot be chosen, by value.
        """
        at = self._combo.currentIndex()
        current = self._values[at] if at >= 0 else None
        self._combo.clear()
        self._values = [value for value, _ in choices]
        self._combo.addItems([words for _, words in choices])
        items = self._combo.model()
        for value, reason in (refused or {}).items():
            at = self._values.index(value)
            self._combo.setItemData(at, reason, Qt.ItemDataRole.ToolTipRole)
            if isinstance(items, QStandardItemModel) and (item := items.item(at)) is not None:
                item.setEnabled(False)
        self.show_value(current)

    def offer(self, names: Iterable[str]) -> None:
        """Offer these names behind the choices that are always there."""
        self.set_choices([*self.spec.choices, *((name, name) for name in names)])

    def show_value(self, value: object) -> None:
        if value is not None and value not in self._values:
            self._values.append(value)
            self._combo.addItem(str(value))
        self._combo.setCurrentIndex(self._values.index(value) if value is not None else -1)

    def _on_activated(self, at: int) -> None:
        self._emit(self._values[at])


class ToggleRow(Row):
    """A tick box."""

    names_itself = True

    def __init__(self, spec: RowSpec) -> None:
        self._box = QCheckBox(spec.label)
        super().__init__(spec, self._box)
        self._box.clicked.connect(self._emit)

    def show_value(self, value: object) -> None:
        self._box.setChecked(bool(value))


def decimals_for(value: float, usual: int) -> int:
    """Return `usual`, or enough for three digits of a smaller value, so that only 0 reads as 0."""
    if value == 0 or abs(value) >= 10**-usual:
        return usual
    return min(12, 2 - math.floor(math.log10(abs(value))))


class NumberRow(Row):
    """A number to type, between two bounds."""

    def __init__(self, spec: RowSpec) -> None:
        low, high = spec.bounds
        self._spin = _CalmSpin()
        self._spin.setDecimals(spec.decimals)
        self._spin.setRange(low / spec.per_shown, high / spec.per_shown)
        self._spin.setSingleStep(spec.step)
        self._spin.setKeyboardTracking(False)
        self._spin.setSpecialValueText(spec.zero)
        self._spin.setSuffix(spec.suffix)
        self._spin.setFont(theme.numbers_font())
        super().__init__(spec, self._spin)
        self._spin.valueChanged.connect(self._on_typed)
        self._spin.editingFinished.connect(self._spin.clearFocus)

    @property
    def bounds(self) -> tuple[float, float]:
        """What can be typed, in the setting's unit."""
        per_shown = self.spec.per_shown
        return self._spin.minimum() * per_shown, self._spin.maximum() * per_shown

    def show_value(self, value: object) -> None:
        if isinstance(value, (int, float)):
            shown = value / self.spec.per_shown
            with QSignalBlocker(self._spin):
                self._spin.setDecimals(decimals_for(shown, self.spec.decimals))
                self._spin.setValue(shown)

    def _on_typed(self, shown: float) -> None:
        value = shown * self.spec.per_shown
        self._emit(round(value) if self.spec.is_whole else value)


class SliderRow(Row):
    """A number to drag in whole steps, with the value beside it."""

    def __init__(self, spec: RowSpec) -> None:
        holder = QWidget()
        self._decimals = 0 if spec.step >= 1 else len(f"{spec.step:g}") - 2
        self._slider = CalmSlider(Qt.Orientation.Horizontal, holder)
        self._slider.setRange(*(round(bound / spec.step) for bound in spec.bounds))
        self._value = Label("", holder)
        self._value.setFont(theme.numbers_font())
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self._slider, 1)
        row.addWidget(self._value)
        super().__init__(spec, holder)
        widest = max((self._text(bound) for bound in spec.bounds), key=len)
        self._value.setMinimumWidth(self._value.fontMetrics().horizontalAdvance(widest))
        self._slider.setAccessibleName(spec.label)
        self._slider.valueChanged.connect(self._on_moved)

    @property
    def bounds(self) -> tuple[float, float]:
        """The values at the ends of the slider."""
        return self._value_at(self._slider.minimum()), self._value_at(self._slider.maximum())

    def show_value(self, value: object) -> None:
        if isinstance(value, (int, float)):
            with QSignalBlocker(self._slider):
                self._slider.setValue(round(value / self.spec.step))
            self._value.setText(self._text(value))

    def _text(self, value: float) -> str:
        return f"{value:.{self._decimals}f}{self.spec.suffix}"

    def _value_at(self, steps: int) -> float:
        value = round(steps * self.spec.step, 9)
        return int(value) if self.spec.is_whole else value

    def _on_moved(self, steps: int) -> None:
        value = self._value_at(steps)
        self._value.setText(self._text(value))
        self._emit(value)
