"""A pane that shows one picture, with a header above it and messages and marks over it."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QRegion, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from renderers.prescale import Part, Prescaled, Prescaler
from widgets import pane_paint, theme
from widgets.guidance import Guidance, draw_numbered, draw_prompt
from widgets.hint import Hint
from widgets.linked_view import LinkedView
from widgets.picture import (
    ColourTable,
    Picture,
    UInt8,
    draw_smooth,
    levels_picture,
    rgb_picture,
    rgba_picture,
)
from widgets.picture_surface import PictureSurface
from widgets.theme import COLOURS

NEAREST_FROM_SCALE = 2.0


class ImagePane(PictureSurface):
    """One picture in its own proportions, following a shared zoom and centre.

    Attributes
    ----------
    hint_dismissed
        Emitted when the hint was closed.
    frames_painted
        Number of pictures that reached the screen.
    """

    hint_dismissed = pyqtSignal()

    def __init__(
        self,
        title: str,
        view: LinkedView,
        lane: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(view, parent)
        self._title, self._caption = title, ""
        self._lane = lane
        self._overlay: Picture | None = None
        self._fitter, self._overlay_fitter = Prescaler(), Prescaler()
        self._table = ColourTable()
        self._placeholder = "Waiting for the first picture"
        self._banner: tuple[str, str] | None = None
        self._probe: tuple[QPointF, str] | None = None
        self._row_marks: tuple[tuple[float, str], ...] = ()
        self._row_breaks: tuple[tuple[float, str], ...] = ()
        self._pins: tuple[QPointF, ...] = ()
        self._guidance: Guidance | None = None
        self._is_fresh = False
        self._painted_part: Part | None = None
        self.frames_painted = 0
        self._hint: Hint | None = None
        self._is_plain = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(title)

    @property
    def painted_part(self) -> Part | None:
        """The visible part of the picture and its size, for resizing the next one in advance.

        None if nothing is visible, or if pixels are shown as squares.
        """
        window = self.window()
        is_seen = self.isVisible() and window is not None and not window.isMinimized()
        return self._painted_part if is_seen else None

    @property
    def placeholder(self) -> str:
        """What stands where there is no picture."""
        return self._placeholder

    @property
    def banner(self) -> tuple[str, str] | None:
        """The message over the picture and its level, if there is one."""
        return self._banner

    @property
    def probe_text(self) -> str:
        """What stands beside the cross hair; empty if there is none."""
        return "" if self._probe is None or self._is_plain else self._probe[1]

    @property
    def guidance(self) -> Guidance | None:
        """What is to be clicked, if anything is."""
        return self._guidance

    def show_rgb(self, rgb: UInt8, prescaled: Sequence[Prescaled] = ()) -> None:
        """Show (H, W, 3) uint8 sRGB. The array is not copied and must not change any more.

        Parameters
        ----------
        rgb
            The picture.
        prescaled
            Resized versions; one may match `painted_part`.
        """
        self._show(rgb_picture(rgb, prescaled))

    def show_levels(self, levels: UInt8, table: UInt8, prescaled: Sequence[Prescaled] = ()) -> None:
        """Show (H, W) uint8 levels through a (256, 3) uint8 table; neither is copied."""
        self._show(levels_picture(levels, table, self._table.colours(table), prescaled))

    def clear(self, placeholder: str = "") -> None:
        """Remove the picture; `placeholder` says in its place why there is none."""
        self._picture = self._overlay = None
        self._painted_part = None
        self._placeholder = placeholder
        self.update()

    def set_placeholder(self, text: str) -> None:
        """Set what stands where there is no picture; a picture stays."""
        self._placeholder = text
        self.update()

    def set_title(self, title: str) -> None:
        """Set the text at the left of the header."""
        self._title = title
        self.setAccessibleName(title)
        self.update()

    def set_caption(self, caption: str) -> None:
        """Set the quiet text at the right of the header."""
        if caption != self._caption:
            self._caption = caption
            self.update()

    def set_banner(self, text: str | None, level: str = "warn") -> None:
        """Show a message over the last picture: level "info", "good", "warn" or "bad"."""
        theme.level_colour(level)
        self._banner = (text, level) if text else None
        self.update()

    def set_hint(self, text: str | None) -> None:
        """Show a dismissible hint over the picture, or remove it."""
        if self._hint is not None:
            self._hint.deleteLater()
            self._hint = None
        if text:
            self._hint = Hint(self)
            self._hint.dismissed.connect(self._on_hint_dismissed)
            self._hint.show_text(text)
            self._place_hint()
            self._hint.setVisible(not self._is_plain)

    def set_plain(self, is_plain: bool) -> None:
        """Show pictures and words alone, without hint, readings in the header and cross hair."""
        self._is_plain = is_plain
        if self._hint is not None:
            self._hint.setVisible(not is_plain)
            self._place_hint()
        self.update()

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

    def set_overlay(self, rgba: UInt8 | None) -> None:
        """Draw an (H, W, 4) uint8 picture with straight alpha over the whole picture, or none."""
        self._overlay = None if rgba is None else rgba_picture(rgba)
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

    def sizeHint(self) -> QSize:
        return QSize(400, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 96)

    def header(self) -> pane_paint.Header:
        """Content of the header."""
        zoom = "" if self._view.is_fit else f"{self._view.zoom:.1f}×"
        readings = () if self._is_plain else (self._caption, zoom)
        caption = "  ".join(part for part in readings if part)
        return pane_paint.Header(self._title, caption=caption, accent=self._accent())

    def _accent(self) -> QColor | None:
        return theme.lane_colour(self._lane) if self._lane else None

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        area = self.picture_area()
        self._fill_around_picture(painter, area)
        painter.save()
        painter.setClipRect(area)
        if self._picture is not None:
            self.paint_picture(painter, self._picture)
            self.paint_marks(painter, area)
        elif self._placeholder:
            pane_paint.draw_placeholder(painter, area, self._placeholder, self.font())
        if self._banner is not None:
            pane_paint.draw_banner(painter, area, *self._banner, self.font())
        painter.restore()
        self.paint_around(painter)
        top = QRectF(0, 0, self.width(), pane_paint.header_height(self.font()))
        pane_paint.draw_header(painter, top, self.header(), self.font())
        painter.end()
        self.frames_painted += self._is_fresh
        self._is_fresh = False

    def _fill_around_picture(self, painter: QPainter, area: QRectF) -> None:
        """Fill the background where no picture covers it; filling all costs as much as a header."""
        covered = QRect()
        if self._picture is not None:
            covered = self.picture_rect().intersected(area).toAlignedRect().adjusted(2, 2, -2, -2)
        painter.setClipRegion(QRegion(self.rect()) - QRegion(covered))
        painter.fillRect(self.rect(), QColor(COLOURS.background))
        painter.setClipping(False)

    def paint_picture(self, painter: QPainter, picture: Picture) -> None:
        """Draw the picture and its overlay; enlarged pixels stay square."""
        rect, area, ratio = self.picture_rect(), self.picture_area(), self.devicePixelRatioF()
        scale = rect.width() / picture.width * ratio
        self._painted_part = None
        if scale < NEAREST_FROM_SCALE and scale != 1.0:
            self._painted_part = draw_smooth(painter, picture, rect, area, self._fitter, ratio)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(rect, picture.image)
        if self._overlay is not None:
            draw_smooth(painter, self._overlay, rect, area, self._overlay_fitter, ratio)

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
            draw_prompt(painter, clip, prompt, self.font(), free)
            for number, mark in enumerate(marks, start=1):
                draw_numbered(painter, mark, number, self.font())
        if self._probe is not None and not self._is_plain:
            point, text = self._probe
            clip = rect.intersected(area)
            accent = self._accent() or QColor(COLOURS.quiet)
            pane_paint.draw_probe(painter, clip, self.to_screen(point), text, accent, self.font())

    def paint_around(self, painter: QPainter) -> None:
        """Draw beside the picture: nothing here, a scale in panes that have one."""

    def resizeEvent(self, _event: QResizeEvent | None) -> None:
        self._place_hint()

    def _show(self, picture: Picture) -> None:
        self._picture = picture
        self._is_fresh = True
        self.update()

    def _on_hint_dismissed(self) -> None:
        self.set_hint(None)
        self.hint_dismissed.emit()

    def _place_hint(self) -> None:
        if self._hint is not None and not self._hint.isHidden():
            area = self.picture_area().toAlignedRect()
            self._hint.place_within(area.x(), area.y(), area.width(), area.height())
