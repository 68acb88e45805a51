"""The filled background on the GPU: a list of greyed points that is replaced with each frame."""

from __future__ import annotations

from vispy import gloo

from models.geometry import Intrinsics
from renderers.cloud_fill import FilledPoints
from renderers.cloud_options import CloudOptions
from renderers.cloud_visual import Viewer
from renderers.shader_program import ShaderProgram, shader


class FillVisual:
    """Draws `FilledPoints`. An OpenGL context must be current except in the constructor."""

    def __init__(self) -> None:
        self._program = ShaderProgram(shader("cloud.glsl", "fill.vert"), shader("square.frag"))
        self._buffers: tuple[gloo.VertexBuffer, ...] = ()
        self._gap = 1

    def set_points(self, points: FilledPoints) -> None:
        """Replace the points."""
        self._delete_buffers()
        self._gap = points.gap
        if len(points.places):
            self._buffers = (gloo.VertexBuffer(points.places), gloo.VertexBuffer(points.colours))
            for name, buffer in zip(("a_place", "a_colour"), self._buffers, strict=True):
                self._program.attribute(name, buffer)

    def draw(self, viewer: Viewer, options: CloudOptions, camera: Intrinsics) -> None:
        """Queue the draw; `camera` took the picture and has its size."""
        if not self._buffers:
            return
        self._program.set(
            u_camera=(1.0 / camera.fx, 1.0 / camera.fy, camera.cx, camera.cy),
            u_gap=float(self._gap),
            u_round=0.0,
            **viewer.uniforms(options),
        )
        self._program.draw("points")

    def delete(self) -> None:
        """Queue the deletion of everything on the GPU."""
        self._delete_buffers()
        self._program.delete()

    def _delete_buffers(self) -> None:
        for buffer in self._buffers:
            buffer.delete()
        self._buffers = ()
