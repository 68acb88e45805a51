"""A picture surface with marks: cross hair, pins, guidance, scan line and marks of rows."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QColor, QPainter
from PyQt6.QtWidgets import QWidget

from widgets import pane_paint, theme
from widgets.guidance import Guidance, draw_numbered, draw_prompt
from widgets.header_paint import header_height
from widgets.linked_view import LinkedView
from widgets.picture_surface import PictureSurface
from widgets.theme import COLOURS


class MarkedSurface(PictureSurface):
    """Keeps the marks of one picture and draws them.

    Parameters
    ----------
    view
        Zoom and centre to follow.
    lane
        "a", "b" or "": whose colour the cross hair's label has.
    """

    def __init__(self, view: LinkedView, lane: str = "", parent: QWidget | None = None) -> None:
        super().__init__(view, parent)
        self._lane = lane
        self._is_plain = False
        self._probe: tuple[QPointF, str] | None = None
        self._row_marks: tuple[tuple[float, str], ...] = ()
        self._row_breaks: tuple[tuple[float, str], ...] = ()
        self._pins: tuple[QPointF, ...] = ()
        self._guidance: Guidance | None = None

    @property
    def probe_text(self) -> str:
        """What stands beside the cross hair; empty if there is none."""
        return "" if self._probe is None or self._is_plain else self._probe[1]

    @property
    def guidance(self) -> Guidance | None:
        """What is to be clicked, if anything is."""
        return self._guidance

    def set_probe(self, x: float, y: float, text: str) -> None:
        """Draw a cross hair at a picture pixel with `text` beside it."""
        self._probe = (QPointF(x, y), text)
        self.update()

    def clear_probe(self) -> None:
        """Remove the cross hair."""
        if self._probe is not None:
            self._probe = None
            self.update()

    def set_pins(self, pins: Sequence[tuple[float, float]]) -> None:
        """Mark picture pixels with the numbers 1 to 4.

        Raises
        ------
        ValueError
            For more.
        """
        if len(pins) > theme.PINS:
            raise ValueError(f"at most {theme.PINS} points can be pinned")
        self._pins = tuple(QPointF(x, y) for x, y in pins)
        self.update()

    def set_guidance(self, guidance: Guidance | None) -> None:
        """Say over the picture what to click, and mark what was clicked; None removes both."""
        self._guidance = guidance
        self.update()

    def set_scan_line(self, row: int | None) -> None:
        """Show a draggable line along a picture row, or none."""
        self._scan_row = row
        self._holds_scan_line = self._holds_scan_line and row is not None
        self.update()

    def set_row_marks(self, marks: Sequence[tuple[float, str]]) -> None:
        """Write words at the picture's left edge: (fraction of its height from the top, words)."""
        if tuple(marks) != self._row_marks:
            self._row_marks = tuple(marks)
            self.update()

    def set_row_breaks(self, breaks: Sequence[tuple[float, str]]) -> None:
        """Draw lines across the picture: (fraction of its height, "cut" or "reset")."""
        if tuple(breaks) != self._row_breaks:
            self._row_breaks = tuple(breaks)
            self.update()

    def paint_marks(self, painter: QPainter, area: QRectF) -> None:
        """Draw row marks, scan line, pins and cross hair."""
        rect = self.picture_rect()
        if self._row_breaks:
            pane_paint.draw_row_breaks(painter, rect, area, self._row_breaks, self.font())
        if self._row_marks:
            pane_paint.draw_row_marks(painter, rect, area, self._row_marks, self.font())
        if self._scan_row is not None:
            y = self.to_screen(QPointF(0, self._scan_row + 0.5)).y()
            pane_paint.draw_scan_line(painter, rect.intersected(area), y, self._holds_scan_line)
        for number, pin in enumerate(self._pins, start=1):
            pane_paint.draw_pin(painter, self.to_screen(pin), number, self.font())
        if self._guidance is not None:
            marks = [self.to_screen(QPointF(*at)) for at in self._guidance.points]
            free = marks if self._probe is None else [self.to_screen(self._probe[0])]
            clip, prompt = rect.intersected(area), self._guidance.prompt
            clip.setTop(clip.top() + header_height(self.font()))  # below the chip
            draw_prompt(painter, clip, prompt, self.font(), free)
            for number, mark in enumerate(marks, start=1):
                draw_numbered(painter, mark, number, self.font())
        if self._probe is not None and not self._is_plain:
            point, text = self._probe
            clip = rect.intersected(area)
            accent = self._accent() or QColor(COLOURS.quiet)
            pane_paint.draw_probe(painter, clip, self.to_screen(point), text, accent, self.font())

    def _accent(self) -> QColor | None:
        return theme.lane_colour(self._lane) if self._lane else None
