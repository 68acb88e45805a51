"""A picture pane for one lane's disparity, with its scale beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QWidget

from renderers.prescale import Prescaled
from widgets.colour_bar import ColourBar
from widgets.image_pane import ImagePane
from widgets.linked_view import LinkedView
from widgets.notices import Notices
from widgets.pane_content import Nothing, PaneContent, Scale
from widgets.pane_paint import Header
from widgets.picture import UInt8


class ScaledPane(ImagePane):
    """A pane with a colour bar at its right; shows levels 1 to 255, 0 being unknown."""

    def __init__(
        self,
        title: str,
        view: LinkedView,
        lane: str = "",
        parent: QWidget | None = None,
    ) -> None:
        self._bar = ColourBar()
        self._has_own_bar = False
        super().__init__(title, view, lane, parent)

    def show_levels(self, levels: UInt8, table: UInt8, prescaled: Sequence[Prescaled] = ()) -> None:
        """Show (H, W) uint8 levels through a (256, 3) uint8 table; neither is copied."""
        super().show_levels(levels, table, prescaled)
        if not self._has_own_bar:
            self._bar.set_table(table)

    def show_content(self, content: PaneContent | Nothing) -> None:
        """Show a picture with the words and marks around it, or why there is none."""
        if isinstance(content, Nothing):
            self.clear(content.reason)
            return
        if content.title:
            self.set_title(content.title)
        self.set_caption(content.caption)
        self.set_row_marks(content.row_marks)
        self.set_row_breaks(content.row_breaks)
        self.set_scale(content.scale, content.scale_table)
        self.show_levels(content.levels, content.table, content.prescaled)
        self.set_overlay(content.overlay)

    def set_range(self, far: float, near: float, unit_text: str) -> None:
        """Set the disparity of levels 1 and 255, and its unit ("relative" or "1/m")."""
        self.set_scale(Scale(far, near, unit_text))

    def set_scale(self, scale: Scale | None, table: UInt8 | None = None) -> None:
        """Set what the ends of the colour bar mean, with other words than far and near.

        Parameters
        ----------
        scale
            None hides the values.
        table
            (256, 3) uint8 colours of the bar if it explains an overlay instead of the levels.
        """
        self._bar.set_scale(scale)
        self._has_own_bar = table is not None
        if table is not None:
            self._bar.set_table(table)
        self.update()

    def picture_area(self) -> QRectF:
        """The part of the pane for pictures, without the scale."""
        area = super().picture_area()
        return area.adjusted(0, 0, -min(self._bar.width(self.font()), area.width() / 3), 0)

    def paint_around(self, painter: QPainter) -> None:
        """Draw the scale."""
        area = super().picture_area()
        left = self.picture_area().right()
        beside = QRectF(left, area.top(), area.right() - left, area.height())
        if self._picture is not None:
            self._bar.paint(painter, beside, self.font())


class DepthPane(ScaledPane):
    """One lane: a chip with its letter, the model's title and a word on its state.

    Parameters
    ----------
    lane
        "a" or "b".

    Attributes
    ----------
    notices
        Messages with buttons over the picture.
    """

    def __init__(self, lane: str, view: LinkedView, parent: QWidget | None = None) -> None:
        super().__init__(f"Lane {lane.upper()}", view, lane, parent)
        self.lane = lane
        self.notices = Notices(self)
        self._badge = ""

    def set_title(self, title: str) -> None:
        """Set the text behind the lane's chip, such as the model's title."""
        super().set_title(title)
        self.setAccessibleName(f"Lane {self.lane.upper()}: {title}")

    def set_badge(self, badge: str | None) -> None:
        """Set a word on the lane's state, such as "preliminary", "memory off" or "reset"."""
        if (badge or "") != self._badge:
            self._badge = badge or ""
            self.update()

    def header(self) -> Header:
        """Content of the header."""
        return dataclasses.replace(super().header(), chip=self.lane.upper(), badge=self._badge)
