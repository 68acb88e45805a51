"""The chip on a picture's corner: which lane it is, its name, its readings and small choosers."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from widgets import header_paint
from widgets.header_paint import Header
from widgets.theme import SPACE, SPACE_XS


class PaneChip(QWidget):
    """One line of words on a translucent ground, over the corner of its parent's picture.

    The mouse passes through to the parent, except where the chip hosts a control. Without words
    and controls nothing is shown.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._header = Header("")
        self._leading: QWidget | None = None
        self._trailing: QWidget | None = None
        self._is_plain = False
        self._yields = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)

    @property
    def header(self) -> Header:
        """The words shown."""
        return self._header

    def show_header(self, header: Header) -> bool:
        """Show these words; returns whether they differ from those before."""
        if header == self._header:
            return False
        self._header = header
        self.update()
        return True

    def host(self, widget: QWidget, leads: bool = False) -> None:
        """Show a small control in the chip, such as a combo box; the chip becomes its parent.

        Parameters
        ----------
        leads
            It stands behind the lane's letter and before the words, else behind them. There is one
            place of each. What stands behind the words gives way where the title has no room.
        """
        widget.setParent(self)
        if leads:
            self._leading = widget
        else:
            self._trailing = widget
        widget.setVisible(not self._is_plain)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False)

    def set_plain(self, is_plain: bool) -> None:
        """Show words alone, without controls."""
        self._is_plain, self._yields = is_plain, False
        for widget in (self._leading, self._trailing):
            if widget is not None:
                widget.setVisible(not is_plain)
        self.update()

    def natural_width(self) -> int:
        """Width in pixels at which nothing is shortened; 0 if there is nothing to show."""
        return self._width_with(self._header)

    def _width_with(self, header: Header) -> int:
        words = header_paint.words_width(header, self.font())
        trailing = self._hosted_width(self._trailing)
        if self._yields and self._trailing is not None:
            trailing = self._trailing.sizeHint().width()
        widths = [self._hosted_width(self._leading), words, trailing]
        shown = [width for width in widths if width]
        letter = header_paint.letter_width(header, self.font())
        if not shown:
            return 0 if not letter else round(letter) + SPACE
        return round(letter + sum(shown) + SPACE * (len(shown) - 1) + 2 * SPACE)

    def place(self, area: QRectF, room: float, at_bottom: bool = False) -> None:
        """Lie on the upper (or lower) left corner of `area`, at most `room` pixels wide."""
        width = min(self.natural_width(), int(room))
        least = self._width_with(replace(self._header, badge="", caption=""))
        if self._trailing is not None and self._yields != (least > room) and not self._is_plain:
            self._yields = least > room
            self._trailing.setVisible(not self._yields)
        height = round(header_paint.header_height(self.font()))
        self.setVisible(width > 0)
        top = area.bottom() - height - SPACE_XS if at_bottom else area.top() + SPACE_XS
        self.setGeometry(round(area.left()) + SPACE_XS, round(top), max(1, width), height)
        self._place_hosted()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        header_paint.draw_ground(painter, QRectF(self.rect()))
        line = QRectF(self.rect()).adjusted(SPACE, 0, -SPACE, 0)
        left = header_paint.draw_letter(painter, line, self._header, self.font())
        if self._is_hosted(self._leading) and self._leading is not None:
            left = self._leading.geometry().right() + 1 + SPACE
        right = line.right()
        if self._is_hosted(self._trailing) and self._trailing is not None:
            right = self._trailing.geometry().left() - SPACE
        line.setLeft(left)
        line.setRight(max(left, right))
        header_paint.draw_words(painter, line, self._header, self.font())
        painter.end()

    def _is_hosted(self, widget: QWidget | None) -> bool:
        return widget is not None and not widget.isHidden()

    def _hosted_width(self, widget: QWidget | None) -> float:
        return widget.sizeHint().width() if widget is not None and not widget.isHidden() else 0

    def _place_hosted(self) -> None:
        """Place the controls; one that leads takes from the words what it needs."""
        height, right = self.height() - 2, self.width() - SPACE
        if self._trailing is not None and self._is_hosted(self._trailing):
            width = min(self._trailing.sizeHint().width(), max(1, right - SPACE))
            self._trailing.setGeometry(right - width, 1, width, height)
            right -= width + SPACE
        if self._leading is not None and self._is_hosted(self._leading):
            left = SPACE + round(header_paint.letter_width(self._header, self.font()))
            width = min(self._leading.sizeHint().width(), max(1, right - left))
            self._leading.setGeometry(left, 1, width, height)
