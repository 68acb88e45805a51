"""Base of widgets that cover another widget."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QEvent, QObject, QRectF, Qt
from PyQt6.QtWidgets import QWidget


class Overlay(QWidget):
    """Covers its parent, whatever size that takes; hidden at first.

    Parameters
    ----------
    passes_mouse
        Clicks and drags go to the widget below.
    """

    def __init__(self, parent: QWidget, passes_mouse: bool) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, passes_mouse)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        parent.installEventFilter(self)
        self.hide()

    def appear(self) -> None:
        """Show it over the whole parent."""
        self._cover()
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Resize and not self.isHidden():
            self._cover()
        return super().eventFilter(watched, event)

    def _cover(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())


def lifted(box: QRectF, obstacles: Iterable[QRectF], gap: float) -> QRectF:
    """Return the box, moved up as little as it takes to cover none of the obstacles.

    It stays where it is if there is no such place.

    Parameters
    ----------
    gap
        Pixels between the box and what it would cover; above 0 there is none.
    """
    beside = [r for r in obstacles if r.left() < box.right() and box.left() < r.right()]
    bottoms = [box.bottom(), *(r.top() - gap for r in beside if r.top() - gap < box.bottom())]
    for bottom in sorted(bottoms, reverse=True):
        there = box.translated(0.0, bottom - box.bottom())
        if there.top() >= gap and not any(there.intersects(each) for each in beside):
            return there
    return box
