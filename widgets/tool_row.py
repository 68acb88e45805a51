"""A row of tools that folds: those that do not fit go into a menu at its end."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from PyQt6.QtCore import QEvent, QSize
from PyQt6.QtGui import QAction, QResizeEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLayout, QMenu, QToolButton, QWidget

from widgets.controls import tool_button
from widgets.plain import menu_words
from widgets.theme import SPACE, SPACE_XS

ALWAYS = 0
"""Rank of a tool that stays, however narrow the row is."""


class ToolRow(QFrame):
    """Tools from left to right in groups; the window can be as narrow as those that stay.

    Buttons that are left out are the lines of a menu behind a button at the end, which is there
    only then.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._ranks: dict[QWidget, int] = {}
        self._stands_for: dict[QWidget, QWidget] = {}
        self._unwanted: set[QWidget] = set()
        self._more = tool_button("more", "More tools")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self._more)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._more.setMenu(self._menu)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(SPACE, SPACE_XS, SPACE, SPACE_XS)
        self._row.setSpacing(SPACE_XS)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._row.addWidget(self._more)
        self._more.hide()

    @property
    def more(self) -> QToolButton:
        """The button with the menu of what is left out."""
        return self._more

    def add(self, tool: QWidget, rank: int = ALWAYS, stands_for: QWidget | None = None) -> None:
        """Add a tool at the end; those of the highest rank are left out first.

        Parameters
        ----------
        stands_for
            The tool in whose place this narrower one is shown, where that one does not fit.
        """
        self._ranks[tool] = rank
        if stands_for is not None:
            self._stands_for[tool] = stands_for
        self._row.insertWidget(self._row.count() - 1, tool)

    def add_space(self) -> None:
        """Begin another group, as far to the right as there is room."""
        self._row.insertStretch(self._row.count() - 1, 1)

    def set_wanted(self, tool: QWidget, is_wanted: bool) -> None:
        """Show a tool if there is room, or never."""
        (self._unwanted.discard if is_wanted else self._unwanted.add)(tool)
        self._fit()

    def left_out(self) -> tuple[QWidget, ...]:
        """The tools whose buttons are in the menu at the end."""
        return self._left_out_of({tool for tool in self._ranks if not tool.isHidden()})

    def minimumSizeHint(self) -> QSize:
        width = self._width_of(self._shown_up_to(ALWAYS))
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent | None) -> bool:
        """Fit again when a tool takes another size."""
        done = super().event(event)
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _is_wanted(self, tool: QWidget) -> bool:
        return self._stands_for.get(tool, tool) not in self._unwanted

    def _shown_up_to(self, most: int) -> set[QWidget]:
        """The tools that are shown if none of a higher rank is."""
        fit = {tool for tool, rank in self._ranks.items() if rank <= most and self._is_wanted(tool)}
        return {tool for tool in fit if self._stands_for.get(tool) not in fit}

    def _left_out_of(self, shown: Collection[QWidget]) -> tuple[QWidget, ...]:
        replaced = {self._stands_for[tool] for tool in shown if tool in self._stands_for}
        return tuple(
            tool
            for tool in self._ranks
            if tool not in self._stands_for
            and self._is_wanted(tool)
            and tool not in shown
            and tool not in replaced
        )

    def _width_of(self, shown: Collection[QWidget]) -> int:
        """Room that these tools need, and the button at the end if it is there."""
        parts = [*shown, self._more] if self._left_out_of(shown) else [*shown]
        widths = [part.sizeHint().width() for part in parts]
        return sum(widths) + SPACE_XS * len(widths) + 2 * SPACE

    def _fit(self) -> None:
        shown = self._shown_up_to(ALWAYS)
        for rank in sorted(set(self._ranks.values())):
            more = self._shown_up_to(rank)
            shown = more if self._width_of(more) <= self.width() else shown
        for tool in self._ranks:
            _show(tool, tool in shown)
        _show(self._more, bool(self._left_out_of(shown)))
        self._row.activate()

    def _fill_menu(self) -> None:
        """List the buttons that are left out as they are now, tool by tool."""
        self._menu.clear()
        for tool in self.left_out():
            if self._menu.actions():
                self._menu.addSeparator()
            for button in _buttons_of(tool):
                words = menu_words(button.accessibleName() or button.text())
                action = QAction(button.icon(), words, self._menu)
                action.setCheckable(button.isCheckable())
                action.setChecked(button.isChecked())
                action.setEnabled(button.isEnabled())
                action.triggered.connect(button.click)
                self._menu.addAction(action)


def _show(widget: QWidget, is_shown: bool) -> None:
    if is_shown == widget.isHidden():
        widget.setVisible(is_shown)


def _buttons_of(tool: QWidget) -> Iterator[QToolButton]:
    if isinstance(tool, QToolButton):
        yield tool
    else:
        yield from tool.findChildren(QToolButton)
