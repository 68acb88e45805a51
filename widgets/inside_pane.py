"""A lane's pane with a chooser of what to show of its network's inside."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QStandardItem, QStandardItemModel
from PyQt6.QtWidgets import QStyledItemDelegate, QWidget

from widgets import header_paint, theme
from widgets.controls import ElidedCombo
from widgets.depth_pane import DepthPane
from widgets.linked_view import LinkedView
from widgets.pane_content import Nothing, PaneContent, RgbContent
from widgets.plain import set_tip

LEAST_WIDTH_PX = 84


class _Chooser(ElidedCombo):
    """As wide as the chosen name takes."""

    def sizeHint(self) -> QSize:
        return QSize(max(LEAST_WIDTH_PX, self.natural_width()), super().sizeHint().height())


class InsidePane(DepthPane):
    """One lane's inside.

    Parameters
    ----------
    lane
        "a" or "b".

    Attributes
    ----------
    chosen
        Emitted with the key of the quantity that the user picked.
    """

    chosen = pyqtSignal(str)

    def __init__(self, lane: str, view: LinkedView, parent: QWidget | None = None) -> None:
        super().__init__(lane, view, parent)
        self._keys: tuple[str, ...] = ()
        self._footnote = ""
        self._items = QStandardItemModel(self)
        self._chooser = _Chooser(self)
        self._chooser.setModel(self._items)
        self._chooser.setItemDelegate(QStyledItemDelegate(self._chooser))
        self._chooser.setAccessibleName(f"What to show of lane {lane.upper()}'s network")
        self._chooser.activated.connect(self._on_activated)
        self.chip.host(self._chooser, leads=True)
        self.lay_out_chip()

    @property
    def choices(self) -> Mapping[str, str]:
        """The quantities by key, with the reason of those that are greyed out, else ""."""
        items = (self._items.item(row) for row in range(self._items.rowCount()))
        reasons = [str(item.data(_REASON)) if item is not None else "" for item in items]
        return dict(zip(self._keys, reasons, strict=True))

    def offer(self, titles: Mapping[str, str], tips: Mapping[str, str]) -> None:
        """Fill the menu: titles and tips by key."""
        self._keys = tuple(titles)
        self._items.clear()
        for key, title in titles.items():
            item = QStandardItem(title)
            item.setData(tips.get(key, ""), _TIP)
            item.setData("", _REASON)
            set_tip(item, tips.get(key, ""))
            self._items.appendRow(item)
        self.lay_out_chip()

    def grey_out(self, reasons: Mapping[str, str]) -> None:
        """Grey the quantities that the lane's network lacks, with the reason in the tool tip.

        They can be chosen all the same: the pane then says the reason.
        """
        for row, key in enumerate(self._keys):
            item, reason = self._items.item(row), reasons.get(key, "")
            if item is None or item.data(_REASON) == reason:
                continue
            item.setData(reason, _REASON)
            set_tip(item, reason or str(item.data(_TIP)))
            colour = QColor(theme.COLOURS.quiet) if reason else None
            item.setData(colour, Qt.ItemDataRole.ForegroundRole)

    def show_content(self, content: PaneContent | RgbContent | Nothing) -> None:
        """Show a picture with its footnote, or why there is none."""
        self._footnote = content.footnote if isinstance(content, PaneContent) else ""
        super().show_content(content)

    def paint_over(self, painter: QPainter) -> None:
        """Draw the scale, and the footnote on the lower left corner of the picture."""
        super().paint_over(painter)
        if self._footnote and self._picture is not None and self._banner is None:
            area, scale = self.visible_rect(), self.scale_rect()
            if scale.top() > area.center().y():  # small pictures have theirs below
                area.setBottom(scale.top())
            header_paint.draw_footnote(painter, area, self._footnote, self.font())

    def choose(self, key: str) -> None:
        """Show which quantity is on; nothing is emitted."""
        if key in self._keys:
            self._chooser.setCurrentIndex(self._keys.index(key))
            set_tip(self._chooser, self._chooser.currentText())
            self.lay_out_chip()

    def _on_activated(self, at: int) -> None:
        self.choose(self._keys[at])
        self.chosen.emit(self._keys[at])


_TIP, _REASON = Qt.ItemDataRole.UserRole + 11, Qt.ItemDataRole.UserRole + 12
