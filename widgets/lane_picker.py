"""The control that chooses the estimator of one lane, small enough for its pane's chip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QResizeEvent, QStandardItem, QStandardItemModel
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QStyledItemDelegate,
    QToolButton,
    QWidget,
)

from models import names
from widgets import theme
from widgets.controls import LABEL_ROLE, ElidedCombo
from widgets.plain import set_tip
from widgets.theme import SPACE_XS

CONTENTS_LENGTH = 6
LEAST_WIDTH_PX = 96


@dataclass(frozen=True, slots=True)
class LaneChoice:
    """One line of the menu.

    Attributes
    ----------
    name, title, summary
        Of the model.
    note
        A word behind the title, such as "preliminary".
    missing
        Why it cannot run now and what to do, or None. It can be chosen all the same, so that the
        reason is shown in the pane.
    can_smooth
        "+ema" may be appended to its name.
    """

    name: str
    title: str
    summary: str = ""
    note: str = ""
    missing: str | None = None
    can_smooth: bool = True


class _ModelCombo(ElidedCombo):
    """Requests as much room as the chosen name takes, and accepts less."""

    def sizeHint(self) -> QSize:
        hint, width = super().sizeHint(), self.natural_width()
        return QSize(max(LEAST_WIDTH_PX, width), hint.height())


class LanePicker(QWidget):
    """A menu of models and a switch for smoothing; the chip has the lane's letter.

    Parameters
    ----------
    lane
        "a" or "b".

    Attributes
    ----------
    chosen
        Emitted with the name of the model that the user picked, with "+ema" if smoothing is on.
    """

    chosen = pyqtSignal(str)

    def __init__(self, lane: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lane = lane
        self._choices: tuple[LaneChoice, ...] = ()
        self._current = ""
        self._model = QStandardItemModel(self)
        self._combo = _ModelCombo(self, Qt.TextElideMode.ElideMiddle)
        self._combo.setModel(self._model)
        # The default delegate draws menu lines whose colour cannot differ.
        self._combo.setItemDelegate(QStyledItemDelegate(self._combo))
        self._combo.setMinimumContentsLength(CONTENTS_LENGTH)
        self._combo.setMinimumWidth(LEAST_WIDTH_PX)
        self._combo.setProperty("role", "chip")
        self._combo.setAccessibleName(f"Model of lane {lane.upper()}")
        self._combo.activated.connect(self._on_activated)
        self._ema = QToolButton(self)
        self._ema.setText("EMA")
        self._ema.setProperty("role", "segment")
        self._ema.setCheckable(True)
        set_tip(
            self._ema,
            f"Smooth lane {lane.upper()} with an exponential moving average of its disparity "
            f"(Shift+{lane.upper()})",
        )
        self._ema.clicked.connect(self._on_ema)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(self._combo, 1)
        row.addWidget(self._ema)

    def sizeHint(self) -> QSize:
        """Room for the whole name and the switch, also while that one gives way."""
        hint = super().sizeHint()
        missing = SPACE_XS + self._ema.sizeHint().width() if self._ema.isHidden() else 0
        return QSize(hint.width() + missing, hint.height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Leave out the switch rather than part of the name, unless it is on."""
        super().resizeEvent(event)
        self._show_switch()

    def _show_switch(self) -> None:
        self._ema.setVisible(self._ema.isChecked() or self.width() >= self.sizeHint().width())

    @property
    def current(self) -> str:
        """Name of the model shown, with "+ema" if smoothing is on."""
        return self._current

    def set_entries(self, choices: Sequence[LaneChoice]) -> None:
        """Fill the menu; models that cannot run are greyed, with the reason in the tool tip."""
        self._choices = tuple(choices)
        self._model.clear()
        for choice in self._choices:
            self._model.appendRow(_item(choice))
        popup = self._combo.view()
        if popup is not None:
            popup.setMinimumWidth(popup.sizeHintForColumn(0) + 4 * theme.SPACE)
        self.set_current(self._current)

    def set_current(self, name: str) -> None:
        """Show the model of that name, also with "+ema"; nothing is emitted."""
        self._current = name
        base = names.unsmoothed(name)
        at = next((i for i, c in enumerate(self._choices) if c.name == base), -1)
        self._combo.setCurrentIndex(at)
        self._combo.updateGeometry()
        self._ema.setChecked(names.is_smoothed(name))
        can_smooth = at >= 0 and self._choices[at].can_smooth
        self._ema.setEnabled(can_smooth)
        self._show_switch()
        letter = self.lane.upper()
        tip = f"Model of lane {letter} (Ctrl+{letter} takes the next one installed)"
        if at >= 0:
            choice = self._choices[at]
            tip = "\n".join(part for part in (tip, choice.summary, choice.missing) if part)
        set_tip(self._combo, tip)

    def _on_activated(self, at: int) -> None:
        choice = self._choices[at]
        smooth = self._ema.isChecked() and choice.can_smooth
        name = names.smoothed(choice.name, smooth)
        if choice.missing and name == self._current:  # asked for again, to install it
            self.chosen.emit(name)
        self._choose(name)

    def _on_ema(self, is_on: bool) -> None:
        self._choose(names.smoothed(self._current, is_on))

    def _choose(self, name: str) -> None:
        if name != self._current:
            self.set_current(name)
            self.chosen.emit(name)


def _item(choice: LaneChoice) -> QStandardItem:
    item = QStandardItem(f"{choice.title}  · {choice.note}" if choice.note else choice.title)
    item.setData(choice.title, LABEL_ROLE)
    set_tip(item, "\n".join(part for part in (choice.summary, choice.missing) if part))
    if choice.missing:
        item.setData(QColor(theme.COLOURS.quiet), Qt.ItemDataRole.ForegroundRole)
    return item
