"""Base of widgets that cover another widget."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
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
