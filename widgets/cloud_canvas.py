"""The OpenGL surface of the point cloud: contexts, drawing and timing; no layout and no input.

Built on Qt's own QOpenGLWidget with VisPy's gloo, because a VisPy canvas replaces Qt's message
handler, asks the shell for the screen's resolution and pumps events while it closes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import (
    QGuiApplication,
    QImage,
    QOffscreenSurface,
    QOpenGLContext,
    QShowEvent,
    QSurfaceFormat,
)
from PyQt6.QtOpenGLWidgets import QOpenGLWidget
from PyQt6.QtWidgets import QWidget
from vispy.gloo import gl
from vispy.gloo.context import FakeCanvas, forget_canvas, set_current_canvas

from models.geometry import Calibration, Intrinsics
from renderers.camera import CameraPose, projection_matrix, tan_half_fov_to_fit, view_matrix
from renderers.cloud_visual import LinesVisual, PointCloudVisual, ground_and_axes
from renderers.point_cloud import CloudOptions, intrinsics_in_force
from widgets.draw_timer import DrawTimer

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]

_log = logging.getLogger(__name__)

_SOFTWARE_RENDERERS = (
    "llvmpipe",
    "softpipe",
    "swrast",
    "swiftshader",
    "gdi generic",
    "basic render",
)
_NO_GL_PLATFORMS = ("offscreen", "minimal", "minimalegl", "vnc")


@dataclass(frozen=True, slots=True, eq=False)
class CloudFrame:
    """Content of one cloud; the arrays must not change any more.

    Attributes
    ----------
    rgb
        (H, W, 3) uint8.
    disparity
        (H, W) float32.
    levels
        (H, W) uint8.
    calibration
        From disparity to depth.
    intrinsics
        Of the source, or None.
    """

    rgb: UInt8
    disparity: Float32
    levels: UInt8
    calibration: Calibration
    intrinsics: Intrinsics | None


def no_gl_reason() -> str | None:
    """One sentence if point clouds cannot be drawn here, else None."""
    platform = QGuiApplication.platformName()
    if platform in _NO_GL_PLATFORMS:
        return f"The point cloud needs OpenGL, which the Qt platform “{platform}” does not provide."
    with _current_context() as context:
        if context is None:
            return "The point cloud needs OpenGL 2.1; install a graphics driver."
        if context.format().version() < (2, 1) or context.isOpenGLES():
            return "The point cloud needs desktop OpenGL 2.1; update the graphics driver."
    return None


def is_gl_software() -> bool:
    """Whether OpenGL runs on the CPU here. Asks only if `no_gl_reason` finds OpenGL."""
    with _current_context() as context:
        return context is not None and _is_software(str(gl.glGetParameter(gl.GL_RENDERER)))


def _is_software(renderer: str) -> bool:
    return any(name in renderer.lower() for name in _SOFTWARE_RENDERERS)


@contextmanager
def _current_context() -> Iterator[QOpenGLContext | None]:
    context, surface = QOpenGLContext(), QOffscreenSurface()
    surface.create()
    try:
        yield context if context.create() and context.makeCurrent(surface) else None
    finally:
        context.doneCurrent()
        surface.destroy()


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
        self._gloo: FakeCanvas | None = None
        self._cloud: PointCloudVisual | None = None
        self._lines: LinesVisual | None = None
        self._timer: DrawTimer | None = None
        self._lines_stale = True
        self._frame: CloudFrame | None = None
        self._frame_stale = False
        self._table: UInt8 | None = None
        self._options = CloudOptions()
        self._stride = 1
        self._pose = CameraPose()
        self._floor = (-1.0, 5.0)
        self._broken = False

    @property
    def pose(self) -> CameraPose:
        """The viewer's position."""
        return self._pose

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
        if self._cloud is not None:
            self._cloud.set_table(colours)
        self._redraw()

    def set_options(self, options: CloudOptions, stride: int) -> None:
        """Set the options; `stride` is the resolved one, `options.stride` may be None."""
        self._lines_stale |= (options.show_grid, options.show_axes) != (
            self._options.show_grid,
            self._options.show_axes,
        )
        self._frame_stale |= options.colour is not self._options.colour and self._frame is not None
        self._options, self._stride = options, stride
        self._redraw()

    def set_floor(self, height: float, extent: float) -> None:
        """Set the ground grid's height and extent in world units."""
        self._floor = (height, extent)
        self._lines_stale = True
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

    def grab_image(self) -> UInt8:
        """Render the current content: (H, W, 3) uint8 RGB in physical pixels."""
        image = self.grabFramebuffer().convertToFormat(QImage.Format.Format_RGB888)
        bits = image.constBits()
        if bits is None or image.isNull():
            return np.zeros((max(1, self.height()), max(1, self.width()), 3), np.uint8)
        data = bytes(bits.asarray(image.sizeInBytes()))
        rows = np.frombuffer(data, np.uint8).reshape(image.height(), image.bytesPerLine())
        return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()

    def release(self) -> None:
        """Release everything on the GPU. The canvas draws nothing afterwards."""
        self._broken = True
        self._drop_visuals()
        self._frame = None

    def initializeGL(self) -> None:
        """Set up a new context; Qt calls this again after some reparentings."""
        if self._broken:
            return
        self._gloo = FakeCanvas()
        self._gloo.flush()
        self.renderer_name = str(gl.glGetParameter(gl.GL_RENDERER))
        self.software = _is_software(self.renderer_name)
        context = self.context()
        if context is not None:
            context.aboutToBeDestroyed.connect(self._drop_visuals)
        self._cloud = PointCloudVisual()
        self._lines = LinesVisual()
        self._timer = DrawTimer(self.software)
        self._lines_stale = True
        if self._table is not None:
            self._cloud.set_table(self._table)
        self._frame_stale = self._frame is not None
        self.started.emit(self.renderer_name)

    def paintGL(self) -> None:
        """Upload what is new and draw."""
        if self._gloo is None or self._timer is None or self._broken:
            return
        self._timer.begin()
        try:
            self._paint()
        except (RuntimeError, ValueError) as error:
            _log.exception("drawing the point cloud failed")
            self._broken = True
            self.failed.emit(f"This graphics driver can't draw the point cloud ({error}).")
            return
        spent_ms = self._timer.end()
        if spent_ms is not None:
            self.drawn.emit(spent_ms)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Draw what arrived while hidden."""
        super().showEvent(event)
        self.update()

    def _redraw(self) -> None:
        self.update()
        self.stale.emit()

    def _paint(self) -> None:
        assert self._gloo is not None
        assert self._cloud is not None
        # gloo binds the window's framebuffer when a canvas becomes current; Qt draws elsewhere.
        set_current_canvas(self._gloo)
        self._gloo.flush()
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self.defaultFramebufferObject())
        ratio = self.devicePixelRatioF()
        canvas_px = (max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio)))
        gl.glViewport(0, 0, *canvas_px)
        gl.glClearColor(*(channel / 255 for channel in self._options.background), 1.0)
        gl.glDepthMask(True)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT | gl.GL_DEPTH_BUFFER_BIT)
        gl.glEnable(gl.GL_DEPTH_TEST)
        gl.glDisable(gl.GL_BLEND)
        frame = self._frame
        if frame is not None:
            tan_half = self.tan_half()
            transform = self._transform(canvas_px, tan_half, frame.calibration.far_m)
            self._cloud.set_options(self._options, self._stride)
            is_new, self._frame_stale = self._frame_stale, False
            if is_new or self._cloud.needs(self._stride):
                self._cloud.set_frame(frame.rgb, frame.disparity, frame.levels)
            self._cloud.draw(transform, canvas_px, tan_half, frame.calibration, frame.intrinsics)
            self._draw_lines(transform)
            if is_new:
                self.frame_drawn.emit()
        self._gloo.flush()

    def _transform(
        self, canvas_px: tuple[int, int], tan_half: float, far_m: float
    ) -> NDArray[np.float64]:
        near = max(0.005, 0.02 * self._pose.distance)
        far = self._pose.distance + 2.0 * far_m + float(np.linalg.norm(self._pose.target))
        projection = projection_matrix(tan_half, canvas_px[0] / canvas_px[1], near, far)
        return projection @ view_matrix(self._pose)

    def _draw_lines(self, transform: NDArray[np.float64]) -> None:
        assert self._lines is not None
        options = self._options
        if not (options.show_grid or options.show_axes):
            return
        if self._lines_stale:
            self._lines.set_lines(
                *ground_and_axes(*self._floor, grid=options.show_grid, axes=options.show_axes)
            )
            self._lines_stale = False
        self._lines.draw(transform)

    def _drop_visuals(self) -> None:
        """Delete GL objects while their context still lives: contexts share them otherwise."""
        if self._gloo is None:
            return
        self.makeCurrent()
        set_current_canvas(self._gloo)
        for visual in (self._cloud, self._lines):
            if visual is not None:
                visual.delete()
        self._timer = None
        self._gloo.flush()
        forget_canvas(self._gloo)
        self._cloud = self._lines = self._gloo = None
        self.doneCurrent()
