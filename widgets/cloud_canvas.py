"""The OpenGL surface of the point cloud: its context and what it shows; no layout and no input.

Built on Qt's own QOpenGLWidget with VisPy's gloo, because a VisPy canvas replaces Qt's message
handler, asks the shell for the screen's resolution and pumps events while it closes. VisPy is
loaded when the first frame is drawn (`widgets.cloud_scene`), not with the window.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
from PyQt6.QtOpenGL import QOpenGLVersionFunctionsFactory, QOpenGLVersionProfile
from PyQt6.QtOpenGLWidgets import QOpenGLWidget
from PyQt6.QtWidgets import QWidget

from models.geometry import Calibration, Intrinsics
from renderers.camera import CameraPose, tan_half_fov_to_fit
from renderers.point_cloud import CloudOptions, intrinsics_in_force

if TYPE_CHECKING:
    from widgets.cloud_scene import CloudScene

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
_GL_RENDERER, _GL_COLOR_BUFFER_BIT = 0x1F01, 0x4000  # from gl.h
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
        return context is not None and _is_software(_renderer_name(context))


def _functions(context: QOpenGLContext) -> Any:
    """OpenGL's functions in the current context, as Qt offers them."""
    profile = QOpenGLVersionProfile()
    profile.setVersion(2, 1)
    return QOpenGLVersionFunctionsFactory.get(profile, context)


def _renderer_name(context: QOpenGLContext) -> str:
    functions = _functions(context)
    return str(functions.glGetString(_GL_RENDERER)) if functions is not None else ""


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
        self._scene: CloudScene | None = None
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
    def is_empty(self) -> bool:
        """Whether there is nothing to draw but the background."""
        return self._frame is None

    @property
    def background(self) -> tuple[int, int, int]:
        """RGB, 0-255."""
        return self._options.background

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

    def set_options(self, options: CloudOptions, stride: int) -> None:
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
        self._drop_scene()
        self._frame = None

    def initializeGL(self) -> None:
        """Note a new context; Qt calls this again after some reparentings."""
        context = self.context()
        if self._broken or context is None:
            return
        self.renderer_name = _renderer_name(context)
        self.software = _is_software(self.renderer_name)
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
            _log.exception("drawing the point cloud failed")
            self._broken = True
            self.failed.emit(f"This graphics driver can't draw the point cloud ({error}).")

    def showEvent(self, event: QShowEvent | None) -> None:
        """Draw what arrived while hidden."""
        super().showEvent(event)
        self.update()

    def _redraw(self) -> None:
        self.update()
        self.stale.emit()

    def _fill(self) -> None:
        """Fill the background, without VisPy."""
        context = self.context()
        functions = _functions(context) if context is not None else None
        if functions is not None:
            functions.glClearColor(*(channel / 255 for channel in self._options.background), 1.0)
            functions.glClear(_GL_COLOR_BUFFER_BIT)

    def _make_scene(self) -> CloudScene:
        from widgets.cloud_scene import CloudScene

        self._scene = CloudScene(self.software)
        if self._table is not None:
            self._scene.set_table(self._table)
        return self._scene

    def _draw(self, scene: CloudScene) -> None:
        from widgets.cloud_scene import CloudView

        ratio = self.devicePixelRatioF()
        canvas_px = (max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio)))
        view = CloudView(self._pose, self.tan_half(), self._options, self._stride, self._floor)
        is_new, self._frame_stale = self._frame_stale, False
        framebuffer = self.defaultFramebufferObject()
        spent_ms = scene.draw(self._frame, view, canvas_px, framebuffer, is_new)
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
