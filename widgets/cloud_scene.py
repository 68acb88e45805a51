"""What a cloud canvas draws with VisPy's gloo: the points, the ground grid and the axes.

Apart from the canvas, so that a window opens without VisPy, which is loaded with this module. Every
call needs the canvas's OpenGL context.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from vispy.gloo import gl
from vispy.gloo.context import FakeCanvas, forget_canvas, set_current_canvas

from renderers.camera import CameraPose, projection_matrix, view_matrix
from renderers.cloud_visual import LinesVisual, PointCloudVisual, ground_and_axes
from renderers.point_cloud import CloudOptions
from widgets.draw_timer import DrawTimer

if TYPE_CHECKING:
    from widgets.cloud_canvas import CloudFrame

UInt8 = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class CloudView:
    """How a frame is seen.

    Attributes
    ----------
    pose, tan_half
        The viewer's position, and the tangent of half the vertical field of view.
    options, stride
        How points are drawn; `stride` is the resolved one, `options.stride` may be None.
    floor
        Height and extent of the ground grid in world units.
    """

    pose: CameraPose
    tan_half: float
    options: CloudOptions
    stride: int
    floor: tuple[float, float]


class CloudScene:
    """OpenGL objects of one context. `software` says that OpenGL runs on the CPU."""

    def __init__(self, software: bool) -> None:
        self._gloo = FakeCanvas()
        self._gloo.flush()
        self._cloud = PointCloudVisual()
        self._lines = LinesVisual()
        self._lines_shown: tuple[object, ...] = ()
        self._timer = DrawTimer(software)

    def set_table(self, colours: UInt8) -> None:
        """Set the (256, 3) uint8 colour of each level."""
        self._cloud.set_table(colours)

    def draw(
        self,
        frame: CloudFrame | None,
        view: CloudView,
        canvas_px: tuple[int, int],
        framebuffer: int,
        is_new: bool,
    ) -> float | None:
        """Draw a frame, or the background alone; milliseconds that it took, or None if unknown.

        Parameters
        ----------
        canvas_px
            (width, height) in physical pixels.
        framebuffer
            OpenGL's name of the one to draw into.
        is_new
            The frame was not uploaded yet.

        Raises
        ------
        RuntimeError, ValueError
            If the driver fails.
        """
        self._timer.begin()
        # gloo binds the window's framebuffer when a canvas becomes current; Qt draws elsewhere.
        set_current_canvas(self._gloo)
        self._gloo.flush()
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, framebuffer)
        gl.glViewport(0, 0, *canvas_px)
        gl.glClearColor(*(channel / 255 for channel in view.options.background), 1.0)
        gl.glDepthMask(True)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT | gl.GL_DEPTH_BUFFER_BIT)
        gl.glEnable(gl.GL_DEPTH_TEST)
        gl.glDisable(gl.GL_BLEND)
        if frame is not None:
            self._draw_frame(frame, view, canvas_px, is_new)
        self._gloo.flush()
        return self._timer.end()

    def delete(self) -> None:
        """Delete everything in OpenGL, while the context lives: contexts share it otherwise."""
        set_current_canvas(self._gloo)
        self._cloud.delete()
        self._lines.delete()
        self._gloo.flush()
        forget_canvas(self._gloo)

    def _draw_frame(
        self, frame: CloudFrame, view: CloudView, canvas_px: tuple[int, int], is_new: bool
    ) -> None:
        calibration = frame.calibration
        transform = _transform(view, canvas_px, calibration.far_m)
        self._cloud.set_options(view.options, view.stride)
        if is_new or self._cloud.needs(view.stride):
            self._cloud.set_frame(frame.rgb, frame.disparity, frame.levels)
        self._cloud.draw(transform, canvas_px, view.tan_half, calibration, frame.intrinsics)
        grid, axes = view.options.show_grid, view.options.show_axes
        if grid or axes:
            if self._lines_shown != (shown := (grid, axes, view.floor)):
                self._lines.set_lines(*ground_and_axes(*view.floor, grid=grid, axes=axes))
                self._lines_shown = shown
            self._lines.draw(transform)


def _transform(view: CloudView, canvas_px: tuple[int, int], far_m: float) -> NDArray[np.float64]:
    pose = view.pose
    near = max(0.005, 0.02 * pose.distance)
    far = pose.distance + 2.0 * far_m + float(np.linalg.norm(pose.target))
    projection = projection_matrix(view.tan_half, canvas_px[0] / canvas_px[1], near, far)
    return projection @ view_matrix(pose)
