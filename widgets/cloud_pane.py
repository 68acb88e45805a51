"""The pane of the point cloud: its chip, messages over it, and the cloud itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QColor, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from models.frames import Unit
from models.geometry import Calibration, Intrinsics
from renderers.camera import CameraPose
from renderers.cloud_options import CloudOptions
from renderers.cloud_ruler import CloudLength
from widgets import pane_paint, theme
from widgets.banner_overlay import BannerOverlay
from widgets.cloud_content import CloudContent
from widgets.cloud_controls import CloudControls
from widgets.cloud_viewer import CloudViewer
from widgets.gl_support import find_gl
from widgets.header_paint import Header
from widgets.pane_chip import PaneChip
from widgets.pane_content import CALIBRATED
from widgets.plain import set_tip
from widgets.theme import COLOURS, SPACE_XS
from widgets.viewpoints_menu import ViewpointsMenu

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
    measuring_changed
        Emitted with whether clicks are measured.
    measured
        Emitted with the `CloudLength` between two clicks whenever it changes, or with None.
    frames_painted
        Number of frames that reached the screen.
    """

    pressed = pyqtSignal()
    enlarge_requested = pyqtSignal()
    stride_changed = pyqtSignal(float, str)
    view_changed = pyqtSignal(object)
    measuring_changed = pyqtSignal(bool)
    measured = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = CloudOptions()
        self._content: CloudContent | None = None
        self._lane: str | None = None
        self._is_plain = False
        self.frames_painted = 0
        gl = find_gl()
        self._no_gl = gl.missing
        self._viewer: CloudViewer | None = None
        self._banner = BannerOverlay(self)
        self.chip = PaneChip(self)
        if gl.missing is None:
            self._make_viewer(gl.is_software)
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
        if self._viewer is not None:
            self._viewer.show_content(content)
        else:
            self.frames_painted += 1
        if not content.fits_view_of(before):
            self._lay_out_chip()  # its number of points, and whether it is calibrated

    def clear(self, placeholder: str = "") -> None:
        """Remove the frame; `placeholder` says in its place why there is none."""
        if self._content is not None:
            self._content = None
            self._lay_out_chip()  # its number of points
        if self._viewer is not None:
            self._viewer.clear()
        self._banner.set_text(placeholder or None, "info")

    def set_options(self, options: CloudOptions) -> None:
        """Use other options for drawing."""
        self._options = options
        if self._viewer is not None:
            self._viewer.set_options(options)
        self._lay_out_chip()

    def set_color_table(self, colours: UInt8) -> None:
        """Set the (256, 3) uint8 colour of each level, for points coloured by disparity."""
        if self._viewer is not None:
            self._viewer.set_table(colours)

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
        """Add a menu of viewpoints and the ruler to the chip; return the menu, empty."""
        menu = ViewpointsMenu(self)
        controls = CloudControls(menu, self)
        controls.measuring_toggled.connect(self.set_measuring)
        self.measuring_changed.connect(controls.set_measuring)
        self.chip.host(controls)
        self._lay_out_chip()
        return menu

    def reset_view(self) -> None:
        """Choose a new viewpoint for the current content."""
        if self._viewer is not None:
            self._viewer.reset_view()

    def hold_still(self) -> None:
        """Stay at the content's own viewpoint, whatever the options say of swaying."""
        if self._viewer is not None:
            self._viewer.hold_still()

    @property
    def length(self) -> CloudLength | None:
        """What the ruler measures now, or None."""
        return self._viewer.ruler.length if self._viewer is not None else None

    @property
    def is_measuring(self) -> bool:
        """Whether clicks are measured."""
        return self._viewer is not None and self._viewer.ruler.is_on

    def set_measuring(self, is_on: bool) -> None:
        """Measure lengths between two clicks, or stop and forget the length."""
        if self._viewer is not None and is_on != self.is_measuring:
            self._viewer.set_measuring(is_on)
            self.measuring_changed.emit(is_on)

    def toggle_measuring(self) -> None:
        """Begin to measure, or stop."""
        self.set_measuring(not self.is_measuring)

    def stop_measuring(self) -> bool:
        """Stop measuring; whether it was on."""
        was_on = self.is_measuring
        self.set_measuring(False)
        return was_on

    def catch_up(self) -> None:
        """Show the newest frame now; on software OpenGL it may wait for its turn otherwise."""
        if self._viewer is not None:
            self._viewer.catch_up()

    def viewpoint(self) -> CameraPose:
        """The viewer's current position."""
        return self._viewer.pose if self._viewer is not None else CameraPose()

    def set_viewpoint(self, pose: CameraPose) -> None:
        """Go to a position that `viewpoint` returned."""
        if self._viewer is not None:
            self._viewer.set_pose(pose)

    def grab_image(self) -> UInt8:
        """Render the cloud: (H, W, 3) uint8 RGB in physical pixels."""
        if self._viewer is not None:
            return self._viewer.grab_image()
        blank = np.empty((max(1, self.height()), max(1, self.width()), 3), np.uint8)
        blank[:] = self._options.background
        return blank

    # -- what is in force --------------------------------------------------------------------

    @property
    def no_gl_reason(self) -> str | None:
        """Why no cloud is drawn, in one sentence; None if all is well."""
        return self._no_gl

    @property
    def stride(self) -> float:
        """The current stride."""
        return self._viewer.stride if self._viewer is not None else 1.0

    @property
    def draw_ms(self) -> float:
        """Time of the last draw."""
        return self._viewer.draw_ms if self._viewer is not None else 0.0

    @property
    def is_swaying(self) -> bool:
        """Whether the viewer sways, or would if there were new frames."""
        return self._viewer is not None and self._viewer.is_swaying

    @property
    def calibration(self) -> Calibration | None:
        """Calibration of the current drawing; None before the first frame."""
        return self._content.calibration(self._options) if self._content is not None else None

    @property
    def readout(self) -> str:
        """What is drawn and how, for the chip; "" while it is plain."""
        if self._viewer is None or self._content is None or self._is_plain:
            return ""
        parts = [f"stride {self.stride:g}", self._content.amount(self.stride)]
        if self._options.fill:
            parts.append("grey: filled in")
        if self._viewer.software:
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

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def changeEvent(self, event: QEvent | None) -> None:
        """Lay the chip out again in other type."""
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._lay_out_chip()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Stop moving and release the GPU's objects while their context lives."""
        if self._viewer is not None:
            self._viewer.release()
        super().closeEvent(event)

    # -- inside ------------------------------------------------------------------------------

    def _make_viewer(self, is_software: bool) -> None:
        viewer = CloudViewer(is_software, self)
        viewer.pressed.connect(self.pressed)
        viewer.double_clicked.connect(self.enlarge_requested)
        viewer.home_pressed.connect(self.reset_view)
        viewer.view_changed.connect(self.view_changed)
        viewer.stride_changed.connect(self._on_stride_changed)
        viewer.frame_drawn.connect(self._on_frame_drawn)
        viewer.ruler.measured.connect(self.measured)
        viewer.failed.connect(self._on_failed)
        self._viewer = viewer
        self._banner.raise_()
        self.chip.raise_()

    def _lay_out(self) -> None:
        if self._viewer is not None:
            self._viewer.setGeometry(self.rect())
        self._banner.setGeometry(self.rect())
        self._lay_out_chip()

    def _lay_out_chip(self) -> None:
        self.chip.show_header(self.header())
        self.chip.place(QRectF(self.rect()), self.width() - 2 * SPACE_XS)

    def _on_stride_changed(self, stride: float, reason: str) -> None:
        self._lay_out_chip()
        self.stride_changed.emit(stride, reason)

    def _on_frame_drawn(self) -> None:
        self.frames_painted += 1

    def _on_failed(self, sentence: str) -> None:
        self._no_gl = sentence
        if self._viewer is not None:
            self._viewer.hide()
        self.update()
