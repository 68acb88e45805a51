"""Small controls with a common look."""

from __future__ import annotations

from PyQt6.QtCore import QRect, QSize, Qt
from PyQt6.QtGui import QPaintEvent, QWheelEvent
from PyQt6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QWidget,
)

from widgets import theme
from widgets.plain import Label, set_tip


def tool_button(
    icon_name: str, tip: str, parent: QWidget | None = None, checks: bool = False
) -> QToolButton:
    """A flat icon button; `tip` says what it does and its key, and names it for screen readers."""
    button = QToolButton(parent)
    button.setIcon(theme.icon(icon_name))
    button.setIconSize(QSize(theme.ICON_PX, theme.ICON_PX))
    set_tip(button, tip)
    button.setAccessibleName(tip)
    button.setCheckable(checks)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def paragraph(role: str, text: str = "") -> Label:
    """Text that breaks into lines; `role` is its style, "" for the usual one."""
    label = Label(text)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    if role:
        theme.set_role(label, role)
    return label


LABEL_ROLE = Qt.ItemDataRole.UserRole + 1
"""Item data of ElidedCombo: text of the closed box if it is shorter than the menu's."""


class ElidedCombo(QComboBox):
    """A combo box that shortens a long text with "…" and passes the wheel to its parent."""

    def __init__(
        self,
        parent: QWidget | None = None,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(parent)
        self._elide = elide
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # by default the wheel focuses it
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    @property
    def label(self) -> str:
        """Text of the closed box, before it is shortened."""
        return str(self.currentData(LABEL_ROLE) or self.currentText())

    def natural_width(self) -> int:
        """Width in pixels at which the label fits completely."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self._field(option)
        frame = self.width() - field.width() + theme.SPACE_XS
        return frame + self.fontMetrics().horizontalAdvance(self.label) + 1

    def _field(self, option: QStyleOptionComboBox) -> QRect:
        style = self.style()
        if style is None:
            return self.rect()
        combo, field = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        return style.subControlRect(combo, option, field, self)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        room = self._field(option).width() - theme.SPACE_XS
        option.currentText = self.fontMetrics().elidedText(self.label, self._elide, room)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        if event is not None:
            event.ignore()
