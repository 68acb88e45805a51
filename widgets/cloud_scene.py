"""What a cloud canvas draws with VisPy's gloo: backdrop, points, ground grid and axes.

Apart from the canvas, so that a window opens without VisPy, which is loaded with this module. Every
call needs the canvas's OpenGL context.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QSize
from PyQt6.QtOpenGL import QOpenGLFramebufferObject
from vispy.gloo import gl
from vispy.gloo.context import FakeCanvas, forget_canvas, set_current_canvas

from renderers.camera import CameraPose, clip_matrix
from renderers.cloud_fill import filled_behind
from renderers.cloud_fill_visual import FillVisual
from renderers.cloud_options import CloudOptions
from renderers.cloud_surface import PASSES
from renderers.cloud_surroundings import Backdrop, LinesVisual, ground_and_axes
from renderers.cloud_visual import PointCloudVisual, Viewer
from renderers.point_cloud import intrinsics_in_force
from widgets.cloud_frame import CloudFrame
from widgets.draw_timer import DrawTimer

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
    canvas_px
        (width, height) in physical pixels.
    """

    pose: CameraPose
    tan_half: float
    options: CloudOptions
    stride: float
    floor: tuple[float, float]
    canvas_px: tuple[int, int]

    def viewer(self, far_m: float) -> Viewer:
        """The view for shaders; `far_m` is the farthest depth."""
        pose = self.pose
        width, height = self.canvas_px
        transform = clip_matrix(pose, self.tan_half, width / height, far_m)
        zoom = abs(pose.target[2]) / pose.distance
        return Viewer(transform, self.canvas_px, self.tan_half, 2.0 * self.floor[1], zoom)


class CloudScene:
    """OpenGL objects of one context. `software` says that OpenGL runs on the CPU."""

    def __init__(self, software: bool) -> None:
        self._gloo = FakeCanvas()
        self._gloo.flush()
        self._backdrop = Backdrop()
        self._cloud = PointCloudVisual()
        self._fine = PointCloudVisual()
        self._fill = FillVisual()
        self._filled_of: tuple[object, ...] = ()
        self._lines = LinesVisual()
        self._lines_shown: tuple[object, ...] = ()
        self._timer = DrawTimer(software)
        self._picture: QOpenGLFramebufferObject | None = None
        self._steps: Iterator[None] | None = None
        self._is_picture_complete = False

    def set_table(self, colours: UInt8) -> None:
        """Set the (256, 3) uint8 colour of each level."""
        self._cloud.set_table(colours)
        self._fine.set_table(colours)

    def draw(
        self, frame: CloudFrame | None, view: CloudView, framebuffer: int, is_new: bool
    ) -> float | None:
        """Draw a frame, or the background alone; milliseconds that it took, or None if unknown.

        Parameters
        ----------
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
        self._enter()
        if frame is not None:
            self._cloud.set_options(view.options, view.stride)
            if is_new or self._cloud.needs(view.stride):
                self._cloud.set_frame(frame.rgb, frame.disparity, frame.levels)
                self._cloud.upload()
            self._cloud.prepare(frame.calibration)
            self._gloo.flush()
        self._clear(view, framebuffer)
        if frame is not None:
            self._cloud.draw(view.viewer(frame.calibration.far_m), frame.intrinsics)
            self._draw_around(frame, view)
        self._draw_backdrop(view)
        return self._timer.end()

    # -- every pixel, a little at a time -------------------------------------------------------

    def begin_picture(self, frame: CloudFrame, view: CloudView) -> None:
        """Begin to draw a frame off screen; `continue_picture` goes on with it."""
        self._is_picture_complete = False
        self._steps = self._picture_steps(frame, view)

    def continue_picture(self, budget_s: float, clock: Callable[[], float]) -> bool:
        """Draw on for about that long; True once the picture is complete."""
        self._enter()
        end_s = clock() + budget_s
        while self._steps is not None and clock() < end_s:
            if next(self._steps, self) is self:
                self._steps, self._is_picture_complete = None, True
                break
            self._gloo.flush()
            gl.glFinish()
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, 0)
        return self._is_picture_complete

    def show_picture(self, framebuffer: int, canvas_px: tuple[int, int]) -> bool:
        """Copy the complete picture to a framebuffer of that size; False if there is none."""
        picture = self._picture
        if picture is None or not self._is_picture_complete or picture.size() != QSize(*canvas_px):
            return False
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, framebuffer)
        QOpenGLFramebufferObject.blitFramebuffer(None, picture)
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, framebuffer)
        return True

    def drop_picture(self) -> None:
        """Forget the picture: it is out of date."""
        self._steps, self._is_picture_complete = None, False

    def _picture_steps(self, frame: CloudFrame, view: CloudView) -> Iterator[None]:
        """Each step uploads, prepares or draws one band."""
        fine = self._fine
        width, height = view.canvas_px
        if self._picture is None or self._picture.size() != QSize(width, height):
            self._picture = QOpenGLFramebufferObject(
                width, height, QOpenGLFramebufferObject.Attachment.Depth
            )
        fine.set_options(view.options, view.stride)
        fine.set_frame(frame.rgb, frame.disparity, frame.levels)
        bands = [range(band, band + 1) for band in fine.bands]
        for band in bands:
            fine.upload(band)
            yield
        for number in PASSES:
            for band in bands:
                fine.prepare(frame.calibration, [number], band)
                yield
        self._clear(view, self._picture.handle())
        viewer = view.viewer(frame.calibration.far_m)
        for band in bands:
            self._aim(view, self._picture.handle())
            fine.draw(viewer, frame.intrinsics, band)
            yield
        self._aim(view, self._picture.handle())
        self._draw_around(frame, view)
        self._draw_backdrop(view)
        yield

    # -- inside --------------------------------------------------------------------------------

    def delete(self) -> None:
        """Delete everything in OpenGL, while the context lives: contexts share it otherwise."""
        set_current_canvas(self._gloo)
        for each in (self._backdrop, self._cloud, self._fine, self._fill, self._lines):
            each.delete()
        self._picture = None
        self._gloo.flush()
        forget_canvas(self._gloo)

    def _enter(self) -> None:
        """Send commands to this context: gloo binds the window's framebuffer meanwhile."""
        set_current_canvas(self._gloo)
        self._gloo.flush()
        gl.glDisable(gl.GL_BLEND)
        gl.glDisable(gl.GL_DEPTH_TEST)

    def _aim(self, view: CloudView, framebuffer: int) -> None:
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, framebuffer)
        gl.glViewport(0, 0, *view.canvas_px)
        gl.glEnable(gl.GL_DEPTH_TEST)

    def _clear(self, view: CloudView, framebuffer: int) -> None:
        options = view.options
        self._aim(view, framebuffer)
        gl.glClearColor(*(channel / 255 for channel in options.background), 1.0)
        gl.glDepthMask(True)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT | gl.GL_DEPTH_BUFFER_BIT)

    def _draw_backdrop(self, view: CloudView) -> None:
        """Draw the gradient where nothing else is; what is in front costs a CPU nothing."""
        top, bottom = view.options.background_top, view.options.background
        self._gloo.flush()
        if top is not None:
            gl.glDepthFunc(gl.GL_LEQUAL)
            self._backdrop.draw(bottom, top, view.canvas_px[1])
            self._gloo.flush()
            gl.glDepthFunc(gl.GL_LESS)

    def _draw_around(self, frame: CloudFrame, view: CloudView) -> None:
        """Draw what is not the points: filled background, ground grid, axes."""
        options, calibration = view.options, frame.calibration
        viewer = view.viewer(calibration.far_m)
        if options.fill:
            if self._filled_of != (wanted := (frame, calibration)):
                self._fill.set_points(filled_behind(frame.rgb, frame.disparity, calibration))
                self._filled_of = wanted
            height, width = frame.disparity.shape
            camera = intrinsics_in_force(options, frame.intrinsics, width, height)
            self._fill.draw(viewer, options, camera)
        grid, axes = options.show_grid, options.show_axes
        if grid or axes:
            if self._lines_shown != (shown := (grid, axes, view.floor)):
                self._lines.set_lines(*ground_and_axes(*view.floor, grid=grid, axes=axes))
                self._lines_shown = shown
            self._lines.draw(viewer.transform)
