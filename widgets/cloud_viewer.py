"""The cloud itself: its canvas with navigation, sway and density; no header and no words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QWidget

from renderers.camera import CameraPose
from renderers.cloud_options import CloudOptions
from widgets.cloud_canvas import CloudCanvas, pixels_of
from widgets.cloud_content import CloudContent
from widgets.cloud_density import CloudDensity
from widgets.cloud_navigation import CloudNavigator
from widgets.cloud_pace import CloudPace
from widgets.cloud_ruler import CloudRuler
from widgets.cloud_sway import CloudSway
from widgets.painted_cloud import PaintedCloud

UInt8 = NDArray[np.uint8]

_MAIN_SHARE = 0.5
"""Of the window; a larger cloud is what is watched, and gets every frame."""


class CloudViewer(QWidget):
    """Draws clouds from a viewpoint that mouse and keys move.

    Parameters
    ----------
    software
        OpenGL runs on the CPU: draw off screen and paint the picture.

    Attributes
    ----------
    pressed, double_clicked, home_pressed
        Emitted for the mouse and the key Home on the cloud.
    stride_changed
        Emitted with the stride and the reason.
    view_changed
        Emitted with a CameraPose when the viewer moved or was moved.
    frame_drawn
        Emitted when a new frame was drawn for the first time.
    failed
        Emitted with one sentence when OpenGL failed.
    """

    pressed = pyqtSignal()
    double_clicked = pyqtSignal()
    home_pressed = pyqtSignal()
    stride_changed = pyqtSignal(float, str)
    view_changed = pyqtSignal(object)
    frame_drawn = pyqtSignal()
    failed = pyqtSignal(str)

    def __init__(self, software: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = CloudOptions()
        self._content: CloudContent | None = None
        self._needs_framing = True
        self._is_held_still = False
        self._is_waiting = False  # the content, for its turn
        self.draw_ms = 0.0
        """Time of the last draw."""
        self._canvas = CloudCanvas(None if software else self)
        self._surface: QWidget = PaintedCloud(self._canvas, self) if software else self._canvas
        # The right button flies the camera; the menu is on the header.
        self._surface.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._density = CloudDensity(self._canvas, self)
        self._pace = CloudPace(self)
        self._sway = CloudSway(self)
        self._navigator = CloudNavigator(self._surface, self._canvas.tan_half)
        self.ruler = CloudRuler(self)
        """Measures lengths; off until `set_measuring`."""
        self._connect()

    def _connect(self) -> None:
        self._canvas.started.connect(self._on_started)
        self._canvas.failed.connect(self._on_failed)
        self._canvas.drawn.connect(self._on_drawn)
        self._canvas.frame_drawn.connect(self.frame_drawn)
        self._navigator.moved.connect(self._on_navigated)
        self._navigator.pressed.connect(self._on_pressed)
        self._navigator.clicked.connect(self._on_clicked)
        self._navigator.double_clicked.connect(self.double_clicked)
        self._navigator.home_pressed.connect(self.home_pressed)
        self._density.changed.connect(self._on_stride_changed)
        self._pace.due.connect(self.catch_up)
        self._sway.moved.connect(self._on_swayed)

    @property
    def stride(self) -> float:
        """The stride of the points on screen."""
        return self._density.stride

    @property
    def software(self) -> bool:
        """Whether the CPU draws, as the canvas itself found out."""
        return self._canvas.software

    @property
    def pose(self) -> CameraPose:
        """The viewer's position."""
        return self._canvas.pose

    @property
    def is_swaying(self) -> bool:
        """Whether the viewer sways, or would if there were new frames."""
        return self._sway.is_on

    def show_content(self, content: CloudContent) -> None:
        """Show a frame, on software OpenGL when its turn comes; costs nothing while hidden."""
        before, self._content = self._content, content
        is_other_view = not content.fits_view_of(before)
        if is_other_view:
            self._needs_framing = True
            self._start_stride()
        if before is None or before.disparity is not content.disparity:
            self._density.frame_arrived()
        if not self.isVisible():
            return
        self._is_waiting = True
        if self._is_slowed and not is_other_view:
            self._pace.request()
        else:
            self.catch_up()

    def catch_up(self) -> None:
        """Show the newest frame now, if it waits for its turn."""
        if self._is_waiting:
            self._sway.frame_arrived()
            self._send()

    def clear(self) -> None:
        """Remove the frame."""
        self._content = None
        self._is_waiting = False
        self._pace.stop()
        self._canvas.clear()
        self.ruler.set_content(None, self._options)

    def set_options(self, options: CloudOptions) -> None:
        """Use other options for drawing."""
        had, self._options = self._options, options
        if had.stride != options.stride:
            self._start_stride()
        self._density.stir()
        self._apply_options()
        if not options.sway:
            self._sway.stop()
        elif not had.sway:
            self.reset_view()
        if self._content is not None and self.isVisible():
            self._send()

    def set_table(self, colours: UInt8) -> None:
        """Set the (256, 3) uint8 colour of each level, for points coloured by disparity."""
        self._density.stir()
        self._canvas.set_table(colours)

    def reset_view(self) -> None:
        """Choose a new viewpoint for the current content, and sway about it."""
        self._needs_framing = True
        self._frame_content()

    def set_pose(self, pose: CameraPose) -> None:
        """Go to a viewpoint and stay there."""
        self._needs_framing = False
        self._sway.stop()
        self._go_to(pose)

    def hold_still(self) -> None:
        """Stay at the current content's own viewpoint, whatever the options say of swaying."""
        self._is_held_still = True
        self.reset_view()

    def set_measuring(self, is_on: bool) -> None:
        """Measure between clicks, or stop; the viewer stands still for it."""
        if is_on:
            self._sway.stop()
        self.ruler.set_on(is_on)
        self.ruler.set_content(self._content, self._options)
        self.ruler.set_view(self._canvas.transform())

    def grab_image(self) -> UInt8:
        """Render the cloud: (H, W, 3) uint8 RGB in physical pixels."""
        self.catch_up()
        if isinstance(self._surface, PaintedCloud):
            return pixels_of(self._surface.drawn())
        return self._canvas.grab_image()

    def release(self) -> None:
        """Stop moving and release the GPU's objects while their context lives."""
        self._density.stop()
        self._pace.stop()
        self._sway.stop()
        self._navigator.stop()
        self._canvas.release()

    # -- Qt ----------------------------------------------------------------------------------

    def showEvent(self, _event: QShowEvent | None) -> None:
        """Show what arrived while hidden."""
        self._sway.set_in_sight(True)
        if self._content is not None:
            self._send()

    def hideEvent(self, _event: QHideEvent | None) -> None:
        """Rest while hidden."""
        self._pace.stop()
        self._sway.set_in_sight(False)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._surface.setGeometry(self.rect())
        self._start_stride()
        self._density.stir()
        self.ruler.setGeometry(self.rect())
        self.ruler.set_view(self._canvas.transform())

    # -- inside ------------------------------------------------------------------------------

    @property
    def _is_slowed(self) -> bool:
        """Whether new frames wait for their turn: a CPU draws, and other panes are beside it."""
        window = self.window()
        whole = window.width() * window.height() if window is not None else 0
        return self._canvas.software and self.width() * self.height() < _MAIN_SHARE * whole

    def _send(self) -> None:
        self._is_waiting = False
        self._pace.stop()
        if self._content is not None:
            self._frame_content()
            self._canvas.set_frame(self._content.frame(self._options))
            self.ruler.set_content(self._content, self._options)
            self.ruler.set_view(self._canvas.transform())

    def _frame_content(self) -> None:
        if not self._needs_framing or self._content is None:
            return
        framed = self._content.framed(self._options)
        if framed is None:  # an empty picture gives no viewpoint; the next one will
            return
        self._needs_framing = False
        self._canvas.set_floor(framed.floor, framed.reach)
        self._go_to(framed.pose)
        if self._options.sway and not self._is_held_still:
            self._sway.start(framed.pose)
        else:
            self._sway.stop()

    def _go_to(self, pose: CameraPose) -> None:
        self._navigator.set_pose(pose)
        self._move_to(pose)

    def _move_to(self, pose: CameraPose) -> None:
        self._density.stir()
        self._canvas.set_pose(pose)
        self.ruler.set_view(self._canvas.transform())
        self.view_changed.emit(pose)

    def _start_stride(self) -> None:
        """Choose the stride again: by hand, or from the sizes and the kind of OpenGL."""
        shown = self._content
        if self._options.stride is not None:
            self._density.set_by_hand(self._options.stride)
        elif shown is not None and self._canvas.renderer_name:
            height, width = shown.disparity.shape
            canvas = self._canvas.size() * self.devicePixelRatioF()
            shown_px = min(canvas.width() / width, canvas.height() / height)
            self._density.choose(width, height, shown_px, self._canvas.software)

    def _apply_options(self) -> None:
        self._canvas.set_options(self._options, self._density.moving_stride)

    def _on_started(self, _renderer: str) -> None:
        self._start_stride()

    def _on_failed(self, sentence: str) -> None:
        self._surface.hide()
        self._sway.stop()
        self._density.stop()
        self.failed.emit(sentence)

    def _on_stride_changed(self, stride: float, reason: str) -> None:
        if stride == self._density.moving_stride:
            self._apply_options()
        self.stride_changed.emit(stride, reason)

    def _on_drawn(self, milliseconds: float) -> None:
        self.draw_ms = milliseconds
        self._density.observe(milliseconds)
        self._pace.observe(milliseconds)
        self._sway.set_interval(self._pace.sway_ms(self._is_slowed))

    def _on_pressed(self) -> None:
        self._sway.stop()
        self.pressed.emit()

    def _on_clicked(self, at: QPointF) -> None:
        self.ruler.click(at)

    def _on_navigated(self, pose: CameraPose) -> None:
        self._needs_framing = False
        self._sway.stop()
        self._move_to(pose)

    def _on_swayed(self, pose: CameraPose) -> None:
        self._go_to(pose)
        if self._is_waiting:  # one draw for both
            self._send()
