"""A pane that shows one picture, with a chip, messages and marks over it."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QRegion, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from renderers.prescale import Part, Prescaled, Prescaler
from widgets import pane_paint, theme
from widgets.header_paint import Header
from widgets.hint import Hint
from widgets.linked_view import LinkedView
from widgets.marked_surface import MarkedSurface
from widgets.pane_chip import PaneChip
from widgets.picture import (
    ColourTable,
    Picture,
    UInt8,
    draw_smooth,
    levels_picture,
    rgb_picture,
    rgba_picture,
)
from widgets.theme import COLOURS, SPACE_XS

NEAREST_FROM_SCALE = 2.0


class ImagePane(MarkedSurface):
    """One picture in its own proportions, following a shared zoom and centre.

    Attributes
    ----------
    hint_dismissed
        Emitted when the hint was closed.
    frames_painted
        Number of pictures that reached the screen.
    chip
        The words on the picture's corner; it may host small controls.
    """

    hint_dismissed = pyqtSignal()
    chip_is_at_bottom = False
    """Of the picture, for panes whose upper edge is taken."""

    def __init__(
        self,
        title: str,
        view: LinkedView,
        lane: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(view, lane, parent)
        self._title, self._caption = title, ""
        self._overlay: Picture | None = None
        self._fitter, self._overlay_fitter = Prescaler(), Prescaler()
        self._table = ColourTable()
        self._placeholder = "Waiting for the first picture"
        self._banner: tuple[str, str] | None = None
        self._is_fresh = False
        self._painted_part: Part | None = None
        self.frames_painted = 0
        self._hint: Hint | None = None
        self.chip = PaneChip(self)
        view.changed.connect(self.lay_out_chip)
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
        self.lay_out_chip()
        self.update()

    def set_placeholder(self, text: str) -> None:
        """Set what stands where there is no picture; a picture stays."""
        self._placeholder = text
        self.update()

    def set_title(self, title: str) -> None:
        """Set what the chip calls the picture."""
        if title != self._title:
            self._title = title
            self.setAccessibleName(title)
            self.lay_out_chip()

    def set_caption(self, caption: str) -> None:
        """Set the chip's quiet text."""
        if caption == self._caption:
            return
        self._caption = caption
        before = self.chip.natural_width()
        self.chip.show_header(self.header())
        if self.chip.natural_width() != before:  # digits are equally wide
            self.lay_out_chip()

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
        """Show pictures and words alone, without hint, readings, controls and cross hair."""
        self._is_plain = is_plain
        self.chip.set_plain(is_plain)
        if self._hint is not None:
            self._hint.setVisible(not is_plain)
        self.lay_out_chip()
        self.update()

    def set_overlay(self, rgba: UInt8 | None) -> None:
        """Draw an (H, W, 4) uint8 picture with straight alpha over the whole picture, or none."""
        self._overlay = None if rgba is None else rgba_picture(rgba)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 96)

    def header(self) -> Header:
        """Words of the chip."""
        zoom = "" if self._view.is_fit else f"{self._view.zoom:.1f}×"
        readings = () if self._is_plain else (self._caption, zoom)
        caption = "  ".join(part for part in readings if part)
        return Header(self._title, caption=caption, accent=self._accent())

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
        self.paint_over(painter)
        painter.end()
        self.frames_painted += self._is_fresh
        self._is_fresh = False

    def _fill_around_picture(self, painter: QPainter, area: QRectF) -> None:
        """Fill the background where no picture covers it."""
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

    def paint_over(self, painter: QPainter) -> None:
        """Draw over picture and marks: nothing here, a scale in panes that have one."""

    def lay_out_chip(self) -> None:
        """Show the words in force on the corner of the visible picture, and the hint below them."""
        self.chip.show_header(self.header())
        self.chip.place(self.chip_area(), self.chip_room(), self.chip_is_at_bottom)
        self._place_hint()

    def chip_area(self) -> QRectF:
        """What the chip lies on; a picture too narrow for the chip shares its pane's width."""
        shown, area = self.visible_rect(), self.picture_area()
        least = min(area.width(), self.chip.natural_width() + 2.0 * SPACE_XS)
        if shown.width() < least:
            shown.setLeft(max(area.left(), min(shown.left(), area.right() - least)))
            shown.setWidth(least)
        return shown

    def chip_room(self) -> float:
        """Greatest width of the chip."""
        return self.chip_area().width() - 2 * SPACE_XS

    def resizeEvent(self, _event: QResizeEvent | None) -> None:
        self.lay_out_chip()

    def changeEvent(self, event: QEvent | None) -> None:
        """Lay the chip out again in other type."""
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.lay_out_chip()

    def _show(self, picture: Picture) -> None:
        before, self._picture = self._picture, picture
        if before is None or (before.width, before.height) != (picture.width, picture.height):
            self.lay_out_chip()
        self._is_fresh = True
        self.update()

    def _on_hint_dismissed(self) -> None:
        self.set_hint(None)
        self.hint_dismissed.emit()

    def _place_hint(self) -> None:
        if self._hint is not None and not self._hint.isHidden():
            area = self.picture_area().toAlignedRect()
            area.setTop(self.chip.geometry().bottom())
            self._hint.place_within(area.x(), area.y(), area.width(), area.height())
