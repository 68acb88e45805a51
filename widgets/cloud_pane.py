"""The pane of the point cloud: chip, canvas, navigation and density."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QCloseEvent,
    QColor,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from models.frames import Unit
from models.geometry import Calibration, Intrinsics
from renderers.camera import CameraPose
from renderers.point_cloud import CloudOptions
from widgets import pane_paint, theme
from widgets.banner_overlay import BannerOverlay
from widgets.cloud_canvas import CloudCanvas, is_gl_software, no_gl_reason
from widgets.cloud_content import CloudContent
from widgets.cloud_density import CloudDensity
from widgets.cloud_navigation import CloudNavigator
from widgets.header_paint import Header
from widgets.painted_cloud import PaintedCloud
from widgets.pane_chip import PaneChip
from widgets.pane_content import CALIBRATED
from widgets.plain import set_tip
from widgets.theme import COLOURS, SPACE_XS
from widgets.viewpoints_menu import ViewpointsMenu, viewpoints_button

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]


class CloudPane(QWidget):
    """Shows one lane as a point cloud, or a sentence that says why OpenGL is not available.

    Attributes
    ----------
    pressed
        Emitted when a mouse button went down on the cloud.
    enlarge_requested
        Emitted on a double click.
    stride_changed
        Emitted with the stride and the reason: "software GL", "draw time", "set by hand" or
        "still".
    view_changed
        Emitted with a CameraPose when the viewer moved.
    frames_painted
        Number of frames that reached the screen.
    """

    pressed = pyqtSignal()
    enlarge_requested = pyqtSignal()
    stride_changed = pyqtSignal(int, str)
    view_changed = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = CloudOptions()
        self._content: CloudContent | None = None
        self._density = CloudDensity(self)
        self._density.changed.connect(self._on_stride_changed)
        self._lane: str | None = None
        self._needs_framing = True
        self._is_plain = False
        self.draw_ms = 0.0
        """Time of the last draw."""
        self.frames_painted = 0
        self._no_gl = no_gl_reason()
        self._canvas: CloudCanvas | None = None
        self._surface: QWidget | None = None
        self._navigator: CloudNavigator | None = None
        self._banner = BannerOverlay(self)
        self.chip = PaneChip(self)
        if self._no_gl is None:
            self._make_canvas()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Point cloud")
        set_tip(
            self,
            "Drag to orbit, Shift-drag to pan, scroll to zoom; on a trackpad two fingers orbit "
            "and a pinch zooms; hold the right button and press W A S D Q E to fly; Home resets "
            "the view; double-click enlarges the pane",
        )

    # -- values in ---------------------------------------------------------------------------

    def show_cloud(
        self,
        rgb: UInt8,
        disparity: Float32,
        levels: UInt8,
        display_range: tuple[float, float],
        unit: Unit,
        intrinsics: Intrinsics | None,
        calibration: Calibration | None = None,
    ) -> None:
        """Show a frame: (H, W, 3) uint8, (H, W) float32, (H, W) uint8, (far, near).

        Arrays are not copied and must not change any more. Costs nothing while hidden. A
        `calibration` by two points goes before the options' a and b.
        """
        content = CloudContent(rgb, disparity, levels, display_range, unit, intrinsics, calibration)
        before, self._content = self._content, content
        if (before and before.measured) != calibration:
            self._lay_out_chip()
        if not content.fits_view_of(before):
            self._needs_framing = True
            self._start_stride()
            self._lay_out_chip()  # its number of points
        if before is None or before.disparity is not disparity:
            self._density.frame_arrived()
        if self._canvas is None:
            self.frames_painted += self._no_gl is not None
        elif self.isVisible():
            self._send()

    def clear(self, placeholder: str = "") -> None:
        """Remove the frame; `placeholder` says in its place why there is none."""
        if self._content is not None:
            self._content = None
            self._lay_out_chip()  # its number of points
        if self._canvas is not None:
            self._canvas.clear()
        self._banner.set_text(placeholder or None, "info")

    def set_options(self, options: CloudOptions) -> None:
        """Use other options for drawing."""
        had, self._options = self._options, options
        if had.stride != options.stride:
            self._start_stride()
        self._apply_options()
        if self._content is not None and self.isVisible():
            self._send()

    def set_color_table(self, colours: UInt8) -> None:
        """Set the (256, 3) uint8 colour of each level, for points coloured by disparity."""
        if self._canvas is not None:
            self._canvas.set_table(colours)

    def set_lane(self, lane: str | None) -> None:
        """Show lane "a" or "b" in the chip, or none."""
        self._lane = lane
        self._lay_out_chip()

    def set_plain(self, is_plain: bool) -> None:
        """Show the picture and words alone, without readings and controls."""
        self._is_plain = is_plain
        self.chip.set_plain(is_plain)
        self._lay_out_chip()

    def set_banner(self, text: str | None, level: str = "warn") -> None:
        """Show a message over the cloud: level "info", "good", "warn" or "bad"; None hides it."""
        self._banner.set_text(text, level)

    def offer_viewpoints(self) -> ViewpointsMenu:
        """Add a menu of viewpoints to the chip and return it, empty."""
        menu = ViewpointsMenu(self)
        self.chip.host(viewpoints_button(menu, self))
        self._lay_out_chip()
        return menu

    def reset_view(self) -> None:
        """Choose a new viewpoint for the current content."""
        self._needs_framing = True
        self._frame_content()

    def viewpoint(self) -> CameraPose:
        """The viewer's current position."""
        return self._canvas.pose if self._canvas is not None else CameraPose()

    def set_viewpoint(self, pose: CameraPose) -> None:
        """Go to a position that `viewpoint` returned."""
        self._needs_framing = False
        self._set_pose(pose)

    def grab_image(self) -> UInt8:
        """Render the cloud: (H, W, 3) uint8 RGB in physical pixels."""
        if self._canvas is not None:
            return self._canvas.grab_image()
        blank = np.empty((max(1, self.height()), max(1, self.width()), 3), np.uint8)
        blank[:] = self._options.background
        return blank

    # -- what is in force --------------------------------------------------------------------

    @property
    def no_gl_reason(self) -> str | None:
        """Why no cloud is drawn, in one sentence; None if all is well."""
        return self._no_gl

    @property
    def stride(self) -> int:
        """The current stride."""
        return self._density.stride

    @property
    def calibration(self) -> Calibration | None:
        """Calibration of the current drawing; None before the first frame."""
        return self._content.calibration(self._options) if self._content is not None else None

    @property
    def readout(self) -> str:
        """Stride, number of points and "software GL", as in the chip; "" while it is plain."""
        if self._canvas is None or self._content is None or self._is_plain:
            return ""
        parts = [f"stride {self.stride}", self._content.amount(self.stride)]
        if self._canvas.software:
            parts.append("software GL")
        return " · ".join(parts)

    # -- Qt ----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(400, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 96)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(COLOURS.background))
        if self._no_gl is not None:
            pane_paint.draw_placeholder(painter, QRectF(self.rect()), self._no_gl, self.font())
        painter.end()

    def header(self) -> Header:
        """Words of the chip."""
        lane = self._lane
        return Header(
            "Point cloud",
            chip=lane.upper() if lane else "",
            badge=CALIBRATED if self._content and self._content.measured else "",
            caption=self.readout,
            accent=theme.lane_colour(lane) if lane else None,
        )

    def _lay_out_chip(self) -> None:
        self.chip.show_header(self.header())
        self.chip.place(QRectF(self.rect()), self.width() - 2 * SPACE_XS)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._density.stir()
        self._lay_out()

    def _lay_out(self) -> None:
        if self._surface is not None:
            self._surface.setGeometry(self.rect())
        self._banner.setGeometry(self.rect())
        self._lay_out_chip()

    def changeEvent(self, event: QEvent | None) -> None:
        """Lay the chip out again in other type."""
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._lay_out_chip()

    def showEvent(self, _event: QShowEvent | None) -> None:
        """Show what arrived while hidden."""
        if self._content is not None:
            self._send()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Stop navigating and release the GPU's objects while their context lives."""
        self._density.stop()
        if self._navigator is not None:
            self._navigator.stop()
        if self._canvas is not None:
            self._canvas.release()
        super().closeEvent(event)

    # -- inside ------------------------------------------------------------------------------

    def _make_canvas(self) -> None:
        if is_gl_software():
            canvas = CloudCanvas()
            surface: QWidget = PaintedCloud(canvas, self)
        else:
            surface = canvas = CloudCanvas(self)
        # The right button flies the camera; the menu is on the chip.
        surface.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        canvas.started.connect(self._on_started)
        canvas.failed.connect(self._on_failed)
        canvas.drawn.connect(self._on_drawn)
        canvas.frame_drawn.connect(self._on_frame_drawn)
        navigator = CloudNavigator(surface, canvas.tan_half)
        navigator.moved.connect(self._on_moved)
        navigator.pressed.connect(self.pressed)
        navigator.double_clicked.connect(self.enlarge_requested)
        navigator.home_pressed.connect(self.reset_view)
        self._canvas, self._surface, self._navigator = canvas, surface, navigator
        self._banner.raise_()
        self.chip.raise_()

    def _send(self) -> None:
        if self._content is not None and self._canvas is not None:
            self._frame_content()
            self._canvas.set_frame(self._content.frame(self._options))

    def _frame_content(self) -> None:
        if not self._needs_framing or self._content is None or self._canvas is None:
            return
        framed = self._content.framed(self._options)
        if framed is None:  # an empty picture gives no viewpoint; the next one will
            return
        self._set_pose(framed.pose)
        self._needs_framing = False
        self._canvas.set_floor(framed.floor, framed.reach)

    def _set_pose(self, pose: CameraPose) -> None:
        if self._canvas is not None and self._navigator is not None:
            self._density.stir()
            self._navigator.set_pose(pose)
            self._canvas.set_pose(pose)
            self.view_changed.emit(pose)

    def _start_stride(self) -> None:
        """Choose the stride again: by hand, or from the size and the kind of OpenGL."""
        canvas, shown = self._canvas, self._content
        if canvas is None:
            return
        if self._options.stride is not None:
            self._density.set_by_hand(self._options.stride)
        elif shown is not None and canvas.renderer_name:
            height, width = shown.disparity.shape
            self._density.choose(width, height, canvas.software)

    def _on_stride_changed(self, stride: int, reason: str) -> None:
        self._apply_options()
        self._lay_out_chip()
        self.stride_changed.emit(stride, reason)

    def _apply_options(self) -> None:
        if self._canvas is not None:
            self._canvas.set_options(self._options, self.stride)

    def _on_started(self, _renderer: str) -> None:
        self._start_stride()

    def _on_failed(self, sentence: str) -> None:
        self._no_gl = sentence
        if self._surface is not None:
            self._surface.hide()
        self.update()

    def _on_drawn(self, milliseconds: float) -> None:
        self.draw_ms = milliseconds
        self._density.observe(milliseconds)

    def _on_frame_drawn(self) -> None:
        self.frames_painted += 1

    def _on_moved(self, pose: CameraPose) -> None:
        self._needs_framing = False
        self._density.stir()
        if self._canvas is not None:
            self._canvas.set_pose(pose)
        self.view_changed.emit(pose)
