"""The window of the page for the audience: its code to scan, its address, and who is there."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from widgets.plain import Label, set_tip
from widgets.theme import SPACE, SPACE_L, type_scale_in_force

_QUIET_MODULES = 4
"""White border that readers of QR codes need, in modules."""


class CodePicture(QWidget):
    """A QR code, black on white whatever the theme."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[Sequence[int]] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("QR code of the address")

    def set_code(self, rows: Sequence[Sequence[int]]) -> None:
        """Show these modules, by row; 1 is dark. None hides it."""
        self._rows = rows
        self.setVisible(bool(rows))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 180)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        if not self._rows:
            return
        painter = QPainter(self)
        modules = len(self._rows) + 2 * _QUIET_MODULES
        # Whole pixels per module: a reader needs sharp edges.
        step = max(1, min(self.width(), self.height()) // modules)
        left, top = (self.width() - step * modules) // 2, (self.height() - step * modules) // 2
        painter.fillRect(QRectF(left, top, step * modules, step * modules), QColor("white"))
        for y, row in enumerate(self._rows, start=_QUIET_MODULES):
            for x, is_dark in enumerate(row, start=_QUIET_MODULES):
                if is_dark:
                    painter.fillRect(left + x * step, top + y * step, step, step, QColor("black"))
        painter.end()


class PageCard(QDialog):
    """Shows one address at a time: the audience's, or the remote control's.

    Attributes
    ----------
    network_toggled
        Emitted with whether the page should be served to the network.
    remote_toggled
        Emitted with whether one phone may be the remote control.
    stop_requested
        Emitted when the page should end.
    """

    network_toggled = pyqtSignal(bool)
    remote_toggled = pyqtSignal(bool)
    stop_requested = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Page for the audience")
        self._words = Label("", self)
        self._words.setWordWrap(True)
        self._code = CodePicture(self)
        self._address = QLineEdit(self)
        self._address.setReadOnly(True)
        self._address.setAccessibleName("Address of the page")
        self._viewers = Label("", self)
        self._network = QCheckBox("Open to the local network", self)
        set_tip(self._network, "Phones and laptops on the same network can open it, by its address")
        self._remote = QCheckBox("Let one phone be the remote control", self)
        set_tip(self._remote, "Next view, divider and backup clip, by an address of its own")
        self._stop = QPushButton("Close the page", self)
        self._network.clicked.connect(self.network_toggled)
        self._remote.clicked.connect(self.remote_toggled)
        self._stop.clicked.connect(self.stop_requested)
        self._lay_out()

    def show_page(
        self, words: str, address: str, code: Sequence[Sequence[int]], viewers: str
    ) -> None:
        """Show an address with its code, a sentence above it, and a line on who is there."""
        self._words.setText(words)
        self._viewers.setText(viewers)
        if address != self._address.text():
            self._address.setText(address)
            self._address.setCursorPosition(0)
            self._code.set_code(code)

    def show_choices(self, is_for_network: bool, has_remote: bool) -> None:
        """Tick what is on; nothing is emitted."""
        self._network.setChecked(is_for_network)
        self._remote.setChecked(has_remote)

    @property
    def address(self) -> str:
        """The address that is shown."""
        return self._address.text()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE)
        for part in (self._words, self._code, self._address, self._viewers):
            column.addWidget(part, 1 if part is self._code else 0)
        column.addWidget(self._network)
        column.addWidget(self._remote)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._stop)
        column.addLayout(row)

    def sizeHint(self) -> QSize:
        return QSize(round(440 * type_scale_in_force()), 560)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._stop.setAutoDefault(False)
        self._address.setFocus(Qt.FocusReason.OtherFocusReason)
