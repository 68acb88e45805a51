"""The OpenGL surface of the point cloud: its context and what it shows; no layout and no input.

Built on Qt's own QOpenGLWidget with VisPy's gloo, because a VisPy canvas replaces Qt's message
handler, asks the shell for the screen's resolution and pumps events while it closes. VisPy is
loaded when the first frame is drawn (`widgets.cloud_scene`), not with the window.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QImage, QShowEvent, QSurfaceFormat
from PyQt6.QtOpenGLWidgets import QOpenGLWidget
from PyQt6.QtWidgets import QWidget

from renderers.camera import CameraPose, clip_matrix, tan_half_fov_to_fit
from renderers.cloud_options import CloudOptions, Rgb
from renderers.point_cloud import intrinsics_in_force
from widgets.cloud_frame import CloudFrame
from widgets.gl_support import gl_functions, is_software, renderer_name

if TYPE_CHECKING:
    from widgets.cloud_scene import CloudScene, CloudView

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
UInt8 = NDArray[np.uint8]

_log = logging.getLogger(__name__)

_GL_COLOR_BUFFER_BIT = 0x4000  # from gl.h


def pixels_of(image: QImage) -> UInt8:
    """(H, W, 3) uint8 RGB of an image; one black pixel of an empty one."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    bits = rgb.constBits()
    if bits is None or rgb.isNull():
        return np.zeros((1, 1, 3), np.uint8)
    data = bytes(bits.asarray(rgb.sizeInBytes()))
    rows = np.frombuffer(data, np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : rgb.width() * 3].reshape(rgb.height(), rgb.width(), 3).copy()


class CloudCanvas(QOpenGLWidget):
    """Draws the latest frame from a pose. Does nothing while hidden."""

    drawn = pyqtSignal(float)
    """Draw time in milliseconds; emitted for every draw on software GL, else for some."""
    frame_drawn = pyqtSignal()
    """A new frame was drawn for the first time."""
    started = pyqtSignal(str)
    """OpenGL is ready; the name of its renderer."""
    failed = pyqtSignal(str)
    """OpenGL failed; one sentence. The canvas draws nothing from then on."""
    stale = pyqtSignal()
    """The last drawing is out of date; for a widget that grabs a canvas that is not shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        surface_format = QSurfaceFormat()
        surface_format.setDepthBufferSize(24)
        surface_format.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
        self.setFormat(surface_format)
        self.setMouseTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.renderer_name = ""
        self.software = False
        self._scene: CloudScene | None = None
        self._frame: CloudFrame | None = None
        self._frame_stale = False
        self._table: UInt8 | None = None
        self._options = CloudOptions()
        self._stride = 1.0
        self._pose = CameraPose()
        self._floor = (-1.0, 5.0)
        self._broken = False

    @property
    def pose(self) -> CameraPose:
        """The viewer's position."""
        return self._pose

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw but the background."""
        return self._frame is None

    @property
    def background(self) -> tuple[Rgb, Rgb]:
        """RGB 0-255 at the top and at the bottom."""
        bottom = self._options.background
        return self._options.background_top or bottom, bottom

    @property
    def uploads_pending(self) -> bool:
        """Whether a frame waits for the next draw."""
        return self._frame_stale

    def set_pose(self, pose: CameraPose) -> None:
        """Set the viewer's position."""
        self._pose = pose
        self._redraw()

    def set_table(self, colours: UInt8) -> None:
        """Set the (256, 3) uint8 colour of each level."""
        self._table = colours
        if self._scene is not None:
            self._scene.set_table(colours)
        self._redraw()

    def set_options(self, options: CloudOptions, stride: float) -> None:
        """Set the options; `stride` is the resolved one, `options.stride` may be None."""
        self._frame_stale |= options.colour is not self._options.colour and self._frame is not None
        self._options, self._stride = options, stride
        self._redraw()

    def set_floor(self, height: float, extent: float) -> None:
        """Set the ground grid's height and extent in world units."""
        self._floor = (height, extent)
        self._redraw()

    def set_frame(self, frame: CloudFrame) -> None:
        """Show `frame` at the next draw; uploads nothing while hidden."""
        self._frame = frame
        self._frame_stale = True
        self._redraw()

    def clear(self) -> None:
        """Draw the background alone until the next frame."""
        self._frame = None
        self._frame_stale = False
        self._redraw()

    def tan_half(self) -> float:
        """Tangent of half the vertical field of view: the source's, fitted to this canvas."""
        aspect = self.width() / max(1, self.height())
        frame = self._frame
        height, width = frame.disparity.shape if frame is not None else (480, 640)
        source = intrinsics_in_force(
            self._options, frame.intrinsics if frame is not None else None, width, height
        )
        return tan_half_fov_to_fit(source, aspect)

    def begin_picture(self, stride: float) -> None:
        """Begin to draw the current frame off screen at that stride.

        `continue_picture` goes on with it. Whatever changes what is seen ends it.
        """
        if self._scene is None or self._frame is None or self._broken:
            return
        self.makeCurrent()
        self._scene.begin_picture(self._frame, replace(self._view(), stride=stride))
        self.doneCurrent()

    def continue_picture(self, budget_s: float) -> bool:
        """Draw on for about that long. True once the picture is complete, and is shown then."""
        if self._scene is None or self._broken:
            return False
        self.makeCurrent()
        try:
            is_complete = self._scene.continue_picture(budget_s, time.monotonic)
        except (RuntimeError, ValueError) as error:
            self._give_up(error)
            return False
        finally:
            self.doneCurrent()
        if is_complete:
            self.update()
            self.stale.emit()
        return is_complete

    def transform(self) -> Float64:
        """From world to clip space (4, 4), as it is drawn now."""
        aspect = max(1, self.width()) / max(1, self.height())
        far_m = self._frame.calibration.far_m if self._frame is not None else 1.0
        return clip_matrix(self._pose, self.tan_half(), aspect, far_m)

    def grab_image(self) -> UInt8:
        """Render the current content: (H, W, 3) uint8 RGB in physical pixels."""
        return pixels_of(self.grabFramebuffer())

    def release(self) -> None:
        """Release everything on the GPU. The canvas draws nothing afterwards."""
        self._broken = True
        self._drop_scene()
        self._frame = None

    def initializeGL(self) -> None:
        """Note a new context; Qt calls this again after some reparentings."""
        context = self.context()
        if self._broken or context is None:
            return
        self.renderer_name = renderer_name(context)
        self.software = is_software(self.renderer_name)
        context.aboutToBeDestroyed.connect(self._drop_scene)
        self._frame_stale = self._frame is not None
        self.started.emit(self.renderer_name)

    def paintGL(self) -> None:
        """Upload what is new and draw."""
        if self._broken:
            return
        if self._frame is None and self._scene is None:
            self._fill()
            return
        try:
            self._draw(self._scene or self._make_scene())
        except (RuntimeError, ValueError) as error:
            self._give_up(error)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Draw what arrived while hidden."""
        super().showEvent(event)
        self.update()

    def _give_up(self, error: Exception) -> None:
        _log.exception("drawing the point cloud failed")
        self._broken = True
        self.failed.emit(f"This graphics driver can't draw the point cloud ({error}).")

    def _redraw(self) -> None:
        if self._scene is not None:
            self._scene.drop_picture()
        self.update()
        self.stale.emit()

    def _fill(self) -> None:
        """Fill the background, without VisPy."""
        context = self.context()
        functions = gl_functions(context) if context is not None else None
        if functions is not None:
            functions.glClearColor(*(channel / 255 for channel in self._options.background), 1.0)
            functions.glClear(_GL_COLOR_BUFFER_BIT)

    def _make_scene(self) -> CloudScene:
        from widgets.cloud_scene import CloudScene

        self._scene = CloudScene(self.software)
        if self._table is not None:
            self._scene.set_table(self._table)
        return self._scene

    def _view(self) -> CloudView:
        from widgets.cloud_scene import CloudView

        ratio = self.devicePixelRatioF()
        canvas_px = (max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio)))
        return CloudView(
            self._pose, self.tan_half(), self._options, self._stride, self._floor, canvas_px
        )

    def _draw(self, scene: CloudScene) -> None:
        framebuffer, view = self.defaultFramebufferObject(), self._view()
        if scene.show_picture(framebuffer, view.canvas_px):
            return
        is_new, self._frame_stale = self._frame_stale, False
        spent_ms = scene.draw(self._frame, view, framebuffer, is_new)
        if is_new:
            self.frame_drawn.emit()
        if spent_ms is not None:
            self.drawn.emit(spent_ms)

    def _drop_scene(self) -> None:
        """Delete GL objects while their context still lives."""
        scene, self._scene = self._scene, None
        if scene is not None:
            self.makeCurrent()
            scene.delete()
            self.doneCurrent()
