"""Cost per frame of three point clouds before drawing: ours, VisPy's and pyqtgraph's.

Three stages, each the median in milliseconds over frames: `prepare` (from RGB and disparity to what
the visual takes), `set_data`, and `upload` (until the driver has finished: glFinish). Drawing is
not timed, because it depends on the view and dominates everything else on software GL.

Needs a QGuiApplication and OpenGL, but no window.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QOffscreenSurface, QOpenGLContext
from vispy.gloo import gl
from vispy.gloo.context import FakeCanvas, forget_canvas

from models.errors import UserError
from models.frames import Unit
from models.geometry import Calibration, Intrinsics, unproject
from renderers.camera import CameraPose, projection_matrix, view_matrix
from renderers.cloud_options import CloudOptions
from renderers.cloud_visual import PointCloudVisual, Viewer
from renderers.levels import quantise
from renderers.point_cloud import DEFAULT_FOV_DEG, calibration_in_force

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]

T = TypeVar("T")

_CANVAS_PX = 64
_RANGE = (0.1, 1.0)


@dataclass(frozen=True, slots=True)
class UploadTiming:
    """Medians in milliseconds per frame of `points` points."""

    points: int
    prepare_ms: float
    set_data_ms: float
    upload_ms: float

    @property
    def total_ms(self) -> float:
        """The three stages together."""
        return self.prepare_ms + self.set_data_ms + self.upload_ms


class _SizedCanvas(FakeCanvas):  # type: ignore[misc]
    """Replacement for a gloo canvas, with the sizes that visuals ask for."""

    size = (_CANVAS_PX, _CANVAS_PX)
    physical_size = size
    pixel_scale = 1.0
    dpi = 96.0


def measure_cloud_upload(width: int, height: int, frames: int = 20) -> UploadTiming:
    """Time our cloud at stride 1.

    Raises
    ------
    UserError
        If OpenGL is not available.
    """
    with offscreen_gl() as canvas:
        visual = PointCloudVisual()
        visual.set_options(CloudOptions(), 1)
        transform = projection_matrix(1.0, 1.0, 0.1, 100.0) @ view_matrix(CameraPose())
        pictures = _pictures(width, height)

        def draw_once() -> None:
            visual.set_frame(*pictures[0])
            visual.upload()
            visual.prepare(Calibration())
            visual.draw(Viewer(transform, canvas.size, 1.0), None)

        def prepare(frame: int) -> tuple[UInt8, Float32, UInt8]:
            calibration_in_force(CloudOptions(), _RANGE, Unit.RELATIVE)
            return pictures[frame % len(pictures)]

        def set_data(prepared: tuple[UInt8, Float32, UInt8]) -> None:
            visual.set_frame(*prepared)
            visual.upload()

        draw_once()
        timing = _measure(prepare, set_data, canvas.flush, frames, width * height)
        visual.delete()
        canvas.flush()
        return timing


def measure_markers(width: int, height: int, frames: int = 5) -> UploadTiming:
    """Time VisPy's Markers with the same points.

    Raises
    ------
    UserError
        If OpenGL is not available.
    """
    from vispy.visuals.markers import MarkersVisual

    with offscreen_gl() as canvas:
        visual = MarkersVisual()
        visual.transforms.configure(canvas=canvas, viewport=(0, 0, *canvas.size))
        prepare = _PointLists(width, height)

        def set_data(prepared: tuple[Float32, Float32]) -> None:
            visual.set_data(prepared[0], face_color=prepared[1], edge_width=0, size=1)

        few = np.zeros((4, 3), np.float32)
        set_data((few, np.ones((4, 4), np.float32)))
        visual.draw()
        return _measure(prepare, set_data, canvas.flush, frames, width * height)


def measure_scatter(width: int, height: int, frames: int = 5) -> UploadTiming:
    """Time pyqtgraph's GLScatterPlotItem with the same points.

    Raises
    ------
    UserError
        If OpenGL or PyOpenGL, which only this function needs, is not available.
    """
    try:
        from pyqtgraph.opengl import GLScatterPlotItem
    except ImportError as error:
        raise UserError("GLScatterPlotItem needs PyOpenGL; install it to compare.") from error

    with offscreen_gl():
        item = GLScatterPlotItem(size=1.0)

        def set_data(prepared: tuple[Float32, Float32]) -> None:
            item.setData(pos=prepared[0], color=prepared[1])

        def upload() -> None:
            item.upload_vbo(item.m_vbo_position, item.pos)
            item.upload_vbo(item.m_vbo_color, item.color)

        return _measure(_PointLists(width, height), set_data, upload, frames, width * height)


class _PointLists:
    """Preparation shared by both other libraries: positions (N, 3) and colours (N, 4), float32."""

    def __init__(self, width: int, height: int) -> None:
        self._camera = Intrinsics.from_fov(DEFAULT_FOV_DEG, width, height)
        self._pictures = _pictures(width, height)

    def __call__(self, frame: int) -> tuple[Float32, Float32]:
        rgb, disparity, _ = self._pictures[frame % len(self._pictures)]
        points = unproject(Calibration().depth_m(disparity), self._camera).reshape(-1, 3)
        colours = np.ones((points.shape[0], 4), np.float32)
        np.divide(rgb.reshape(-1, 3), 255.0, out=colours[:, :3])
        return points, colours


@contextmanager
def offscreen_gl() -> Iterator[FakeCanvas]:
    """A current OpenGL context without a window, and the gloo canvas that collects its commands.

    Raises
    ------
    UserError
        If there is none.
    """
    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        raise UserError("There is no OpenGL here to time the point cloud with; use a display.")
    canvas = _SizedCanvas()
    canvas.flush()
    try:
        yield canvas
    finally:
        forget_canvas(canvas)
        context.doneCurrent()
        surface.destroy()


def _measure(
    prepare: Callable[[int], T],
    set_data: Callable[[T], None],
    upload: Callable[[], None],
    frames: int,
    points: int,
) -> UploadTiming:
    gl.glFinish()
    stages: list[tuple[float, float, float]] = []
    for frame in range(frames + 1):
        start = time.perf_counter()
        prepared = prepare(frame)
        ready = time.perf_counter()
        set_data(prepared)
        handed = time.perf_counter()
        upload()
        gl.glFinish()
        stages.append((ready - start, handed - ready, time.perf_counter() - handed))
    # The first frame includes one-time allocations.
    prepare_s, set_data_s, upload_s = (median(stage) for stage in zip(*stages[1:], strict=True))
    return UploadTiming(points, 1e3 * prepare_s, 1e3 * set_data_s, 1e3 * upload_s)


def _pictures(width: int, height: int) -> list[tuple[UInt8, Float32, UInt8]]:
    """A few different frames (rgb, disparity, levels), so that nothing is cached."""
    rng = np.random.default_rng(0)
    made = []
    for _ in range(3):
        disparity = rng.uniform(*_RANGE, (height, width)).astype(np.float32)
        rgb = rng.integers(0, 256, (height, width, 3), np.uint8)
        made.append((rgb, disparity, quantise(disparity, _RANGE)))
    return made
