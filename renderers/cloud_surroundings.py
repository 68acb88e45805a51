"""What surrounds the points: the backdrop, the ground grid and the camera's axes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vispy import gloo

from renderers.cloud_options import Rgb
from renderers.shader_program import QUAD, ShaderProgram, shader

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]


class Backdrop:
    """Fills the viewport with a gradient from bottom to top, behind everything."""

    def __init__(self) -> None:
        self._program = ShaderProgram(shader("quad.vert"), shader("backdrop.frag"))
        self._corners = gloo.VertexBuffer(QUAD)
        self._program.attribute("a_corner", self._corners)

    def draw(self, bottom: Rgb, top: Rgb, height_px: int) -> None:
        """Draw colours 0-255 over a viewport of that height, without depth."""
        self._program.set(
            u_bottom=tuple(channel / 255 for channel in bottom),
            u_top=tuple(channel / 255 for channel in top),
            u_height_px=float(height_px),
        )
        self._program.draw("triangle_strip")

    def delete(self) -> None:
        """Queue the deletion of everything on the GPU."""
        self._corners.delete()
        self._program.delete()


class LinesVisual:
    """Ground grid, and axes of the camera that took the picture."""

    def __init__(self) -> None:
        self._program = gloo.Program(shader("lines.vert"), shader("lines.frag"))
        self._buffers: tuple[gloo.VertexBuffer, ...] = ()

    def set_lines(self, positions: Float32, colours: Float32) -> None:
        """Set the lines: end points (N, 3) in pairs, world axes, and their (N, 3) colours 0–1."""
        self._delete_buffers()
        self._buffers = (gloo.VertexBuffer(positions), gloo.VertexBuffer(colours))
        self._program["a_position"], self._program["a_colour"] = self._buffers

    def delete(self) -> None:
        """Queue the deletion of everything on the GPU."""
        self._delete_buffers()
        self._program.delete()

    def _delete_buffers(self) -> None:
        for buffer in self._buffers:
            buffer.delete()

    def draw(self, transform: Float64) -> None:
        """Draw the lines; `transform` (4, 4) is world to clip."""
        self._program["u_transform"] = transform.T.astype(np.float32)
        self._program.draw("lines")


def ground_and_axes(
    floor_y: float, extent: float, grid: bool, axes: bool
) -> tuple[Float32, Float32]:
    """Lines of a 1-unit grid at height `floor_y` over +-extent, ahead of the camera, and axes.

    The axes stand in the middle of the grid: red is right, green up, blue towards the viewer.
    Returns end points (N, 3) in pairs and their colours (N, 3), 0–1.
    """
    ends: list[tuple[float, float, float]] = []
    colours: list[tuple[float, float, float]] = []
    reach = max(1, round(extent))
    if grid:
        for place in range(-reach, reach + 1):
            ends += [(place, floor_y, 0.0), (place, floor_y, -2.0 * reach)]
            z = -float(place + reach)
            ends += [(-reach, floor_y, z), (reach, floor_y, z)]
        colours += [(0.23, 0.25, 0.28)] * len(ends)
    if axes:
        origin = (0.0, floor_y, -float(reach))
        for axis in range(3):
            tip = [*origin]
            tip[axis] += 0.2 * extent
            colour = [0.25, 0.25, 0.25]
            colour[axis] = 0.95
            ends += [origin, (tip[0], tip[1], tip[2])]
            colours += [(colour[0], colour[1], colour[2])] * 2
    shape = (len(ends), 3)
    return (
        np.array(ends, np.float32).reshape(shape),
        np.array(colours, np.float32).reshape(shape),
    )
