"""Messages with buttons over the lower edge of a widget; each stays until it is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from PyQt6.QtCore import QEvent, QObject, QRect, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from widgets import theme
from widgets.overlay import lifted
from widgets.plain import Label, set_tip
from widgets.theme import SPACE, SPACE_XS

WIDEST_PX = 640


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence with its buttons.

    Attributes
    ----------
    text
        The sentence.
    level
        "info", "good", "warn" or "bad".
    buttons
        Their words, from left to right.
    """

    text: str
    level: str = "info"
    buttons: tuple[str, ...] = ()


class Notices(QWidget):
    """Shows one notice per topic, the newest at the bottom.

    Parameters
    ----------
    keep_clear
        Returns what of the parent the notices should not cover, in the parent's pixels; they then
        lie above that, if there is room.

    Attributes
    ----------
    pressed
        Emitted with a topic and the words on the button; the notice stays.
    dismissed
        Emitted with the topic of a notice that the user closed.
    """

    pressed = pyqtSignal(str, str)
    dismissed = pyqtSignal(str)

    def __init__(self, parent: QWidget, keep_clear: Callable[[], Iterable[QRectF]] = tuple) -> None:
        super().__init__(parent)
        self._keep_clear = keep_clear
        self._cards: dict[str, _Card] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE)
        parent.installEventFilter(self)
        self.hide()

    def notice(self, topic: str) -> Notice | None:
        """Return what is shown about `topic`, or None."""
        card = self._cards.get(topic)
        return card.notice if card is not None else None

    def show_notice(self, topic: str, notice: Notice) -> None:
        """Show `notice`, in place of the one before about the same topic."""
        if notice == self.notice(topic):
            return
        self.remove(topic)
        card = self._cards[topic] = _Card(notice, self)
        card.pressed.connect(partial(self.pressed.emit, topic))
        card.closed.connect(partial(self._dismiss, topic))
        self._column.addWidget(card)
        self.place()
        self.show()
        self.raise_()

    def remove(self, topic: str) -> None:
        """Remove what is shown about `topic`, if anything."""
        card = self._cards.pop(topic, None)
        if card is None:
            return
        card.hide()
        self._column.removeWidget(card)
        card.deleteLater()
        self.setVisible(bool(self._cards))
        self.place()

    def dismiss(self) -> bool:
        """Close the newest notice as if the user did; whether there was one."""
        for topic in reversed(self._cards):
            self._dismiss(topic)
            return True
        return False

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Stay in place when the parent changes its size."""
        if event is not None and event.type() == QEvent.Type.Resize:
            self.place()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent | None) -> bool:
        """Take another size when the type does."""
        done = super().event(event)
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self.place()
        return done

    def _dismiss(self, topic: str) -> None:
        self.remove(topic)
        self.dismissed.emit(topic)

    def place(self) -> None:
        """Lie at the lower edge, or above what is to be kept clear now."""
        parent = self.parentWidget()
        if parent is None or not self._cards:
            return
        width = max(1, min(WIDEST_PX, parent.width() - 2 * SPACE))
        height = self._column.heightForWidth(width)
        height = self._column.sizeHint().height() if height < 0 else height
        low = QRect((parent.width() - width) // 2, parent.height() - height - SPACE, width, height)
        self.setGeometry(lifted(QRectF(low), self._keep_clear(), SPACE).toRect())


class _Card(QFrame):
    """One notice; `pressed` has the words on the button."""

    pressed = pyqtSignal(str)
    closed = pyqtSignal()

    def __init__(self, notice: Notice, parent: QWidget) -> None:
        super().__init__(parent)
        self.notice = notice
        self._colour = theme.level_colour(notice.level)
        self.setProperty("role", "card")
        self.setAccessibleName(notice.text)
        text = Label(notice.text, self)
        text.setWordWrap(True)
        close = QToolButton(self)
        close.setIcon(theme.icon("close", "quiet"))
        set_tip(close, "Dismiss (Esc)")
        close.setAccessibleName("Dismiss")
        close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        close.clicked.connect(self.closed)
        top = QHBoxLayout()
        top.addWidget(text, 1)
        top.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(SPACE + SPACE_XS, SPACE, SPACE, SPACE)
        rows.setSpacing(SPACE)
        rows.addLayout(top)
        if notice.buttons:
            rows.addLayout(self._make_buttons(notice.buttons))

    def _make_buttons(self, texts: tuple[str, ...]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addStretch(1)
        for text in texts:
            button = QPushButton(text, self)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self._on_clicked, text))
            row.addWidget(button)
        return row

    def _on_clicked(self, text: str, _checked: bool) -> None:
        self.pressed.emit(text)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(1, SPACE, SPACE_XS, self.height() - 2 * SPACE, self._colour)
        painter.end()
