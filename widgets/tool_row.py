"""A row of tools in which those that do not fit are left out, the least needed first."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QSize
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLayout, QWidget

from widgets.theme import SPACE, SPACE_XS

ALWAYS = 0
"""Rank of a tool that stays, however narrow the row is."""


class ToolRow(QFrame):
    """Tools from left to right in groups; the window can be as narrow as those that stay.

    What is left out must be within reach elsewhere, by menu and key.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._ranks: dict[QWidget, int] = {}
        self._unwanted: set[QWidget] = set()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(SPACE, SPACE_XS, SPACE, SPACE_XS)
        self._row.setSpacing(SPACE_XS)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)

    def add(self, tool: QWidget, rank: int = ALWAYS) -> None:
        """Add a tool at the end; those of the highest rank are left out first."""
        self._ranks[tool] = rank
        self._row.addWidget(tool)

    def add_space(self) -> None:
        """Begin another group, as far to the right as there is room."""
        self._row.addStretch(1)

    def set_wanted(self, tool: QWidget, is_wanted: bool) -> None:
        """Show a tool if there is room, or never."""
        (self._unwanted.discard if is_wanted else self._unwanted.add)(tool)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width_up_to(ALWAYS), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent | None) -> bool:
        """Fit again when a tool takes another size."""
        done = super().event(event)
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _width_up_to(self, rank: int) -> int:
        """Room that all wanted tools up to this rank need."""
        widths = [
            tool.sizeHint().width()
            for tool, own in self._ranks.items()
            if own <= rank and tool not in self._unwanted
        ]
        return sum(widths) + SPACE_XS * len(widths) + 2 * SPACE

    def _fit(self) -> None:
        ranks = sorted(set(self._ranks.values()))
        most = max((r for r in ranks if self._width_up_to(r) <= self.width()), default=ALWAYS)
        for tool, rank in self._ranks.items():
            is_shown = rank <= most and tool not in self._unwanted
            if is_shown == tool.isHidden():
                tool.setVisible(is_shown)
        self._row.activate()
