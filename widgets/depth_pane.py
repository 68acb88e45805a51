"""A picture pane for one lane's disparity, with its scale over it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QWidget

from renderers.prescale import Prescaled
from widgets.colour_bar import ColourBar
from widgets.header_paint import Header
from widgets.image_pane import ImagePane
from widgets.linked_view import LinkedView
from widgets.notices import Notices
from widgets.pane_content import Content, Nothing, RgbContent, Scale
from widgets.picture import UInt8
from widgets.theme import SPACE_XS


class ScaledPane(ImagePane):
    """A pane with a colour bar over its picture; shows levels 1 to 255, 0 being unknown."""

    def __init__(
        self,
        title: str,
        view: LinkedView,
        lane: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, view, lane, parent)
        self._bar = ColourBar()
        self._has_own_bar = False

    def show_levels(self, levels: UInt8, table: UInt8, prescaled: Sequence[Prescaled] = ()) -> None:
        """Show (H, W) uint8 levels through a (256, 3) uint8 table; neither is copied."""
        if not self._has_own_bar:  # first, because the chip makes room for the scale
            self._bar.set_table(table)
        super().show_levels(levels, table, prescaled)

    def show_content(self, content: Content) -> None:
        """Show a picture with the words and marks around it, or why there is none."""
        if isinstance(content, Nothing):
            self.clear(content.reason)
            return
        if content.title:
            self.set_title(content.title)
        self.set_caption(content.caption)
        if isinstance(content, RgbContent):
            self.set_scale(None)
            self.show_rgb(content.rgb)
            return
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
        is_other_box = self._bar.set_scale(scale)
        self._has_own_bar = table is not None
        if table is not None:
            self._bar.set_table(table)
        if is_other_box:
            self.lay_out_chip()
        self.update()

    def scale_rect(self) -> QRectF:
        """Where the scale lies over the picture; empty if there is none."""
        if self._picture is None:
            return QRectF()
        has_numbers, is_low = not self._is_plain, self.chip_is_at_bottom
        return self._bar.box(self.visible_rect(), self.font(), has_numbers, is_low)

    def chip_room(self) -> float:
        """Greatest width of the chip: what the scale leaves of the upper edge."""
        scale, area = self.scale_rect(), self.chip_area()
        if scale.isEmpty() or self.chip_is_at_bottom != (scale.top() > area.center().y()):
            return super().chip_room()
        return scale.left() - area.left() - 2 * SPACE_XS

    def paint_over(self, painter: QPainter) -> None:
        """Draw the scale."""
        if self._picture is not None and self._banner is None:
            has_numbers, is_low = not self._is_plain, self.chip_is_at_bottom
            self._bar.paint(painter, self.visible_rect(), self.font(), has_numbers, is_low)


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
        self._has_picker = False
        self.lay_out_chip()

    def set_title(self, title: str) -> None:
        """Set the text behind the lane's letter, such as the model's title."""
        super().set_title(title)
        self.setAccessibleName(f"Lane {self.lane.upper()}: {title}")

    def set_badge(self, badge: str | None) -> None:
        """Set a word on the lane's state, such as "preliminary", "memory off" or "reset"."""
        if (badge or "") != self._badge:
            self._badge = badge or ""
            self.lay_out_chip()

    def host_picker(self, picker: QWidget) -> None:
        """Let the user choose the model in the chip, where its title stands otherwise."""
        self._has_picker = True
        self.chip.host(picker, leads=True)
        self.lay_out_chip()

    def header(self) -> Header:
        """Words of the chip; the picker names the model, except to an audience."""
        words = super().header()
        title = "" if self._has_picker and not self._is_plain else words.title
        return dataclasses.replace(words, title=title, chip=self.lane.upper(), badge=self._badge)
