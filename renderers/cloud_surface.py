"""The surface of a cloud's points, made on the GPU in three passes over their grid.

Pixels at a depth edge are moved to one of its surfaces along the row (0) and along the column (1);
then (2) what lies on no surface joins its neighbours, and slopes are measured. Drawing reads the
result as often as the viewer moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from vispy import gloo

from models.geometry import Calibration
from renderers.shader_program import QUAD, ShaderProgram, Textures, Value, shader

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]

PASSES = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class SurfaceOptions:
    """What a surface depends on beside the frame.

    Attributes
    ----------
    calibration
        From disparity to depth.
    edge_ratio
        Ratio of the depths of two samples from which there is an edge.
    step
        Distance of two samples in points.
    """

    calibration: Calibration
    edge_ratio: float
    step: int

    def uniforms(self, number: int) -> dict[str, Value]:
        """What a pass needs to know."""
        calibration = self.calibration
        if number == 2:
            return {"u_nearest": 1.0 / calibration.near_m}
        is_first = number == 0
        return {
            "u_step": (float(self.step), 0.0) if is_first else (0.0, float(self.step)),
            "u_calibration": (calibration.offset, calibration.gain) if is_first else (0.0, 1.0),
            "u_least": 1.0 / calibration.far_m,
            "u_edge_ratio": self.edge_ratio,
        }


class CloudSurface:
    """Textures and passes. An OpenGL context must be current except in the constructor."""

    def __init__(self) -> None:
        snap = shader("snap.frag")
        fragments = (
            snap.replace("u_source", "u_disparity"),
            snap.replace("u_source", "u_row_snapped"),
            shader("surface.frag"),
        )
        self._passes = [ShaderProgram(shader("quad.vert"), fragment) for fragment in fragments]
        self._targets = [gloo.FrameBuffer() for _ in PASSES]
        self._textures = Textures(*self._passes)
        self._corners = gloo.VertexBuffer(QUAD)
        for program in self._passes:
            program.attribute("a_corner", self._corners)
        self._shape = (0, 0)
        self._made: dict[tuple[int, int], SurfaceOptions] = {}

    def begin(self, shape: tuple[int, int]) -> None:
        """Make room for a new frame of (rows, columns) points."""
        self._made.clear()
        if shape == self._shape:
            return
        self._shape = shape
        self._textures.allocate("u_disparity", (*shape, 1), "red", "r32f")
        self._textures.allocate("u_rgb", (*shape, 3), "rgb", "rgb8")
        for target, (name, channels) in zip(self._targets, _MADE.items(), strict=True):
            form, internal = ("rgba", "rgba32f") if channels == 4 else ("red", "r32f")
            self._textures.allocate(name, (*shape, channels), form, internal)
            target.color_buffer = self._textures[name]

    def texture(self, name: str) -> gloo.Texture2D:
        """The texture "u_rgb" or "u_surface" of the current frame."""
        return self._textures[name]

    def upload(self, disparity: Float32, rgb: UInt8, rows: slice) -> None:
        """Upload some rows: (N, columns) float32 and (N, columns, 3) uint8."""
        self._textures.put("u_disparity", disparity, rows.start)
        self._textures.put("u_rgb", rgb, rows.start)

    def make(self, options: SurfaceOptions, passes: Iterable[int], rows: slice) -> None:
        """Run these passes over some rows, unless that was done with the same options."""
        for number in passes:
            if self._made.get((number, rows.start)) == options:
                continue
            program = self._passes[number]
            size = (float(self._shape[1]), float(self._shape[0]))
            program.set(u_size=size, **options.uniforms(number))
            self._targets[number].activate()
            gloo.set_viewport(0, rows.start, self._shape[1], rows.stop - rows.start)
            program.draw("triangle_strip")
            self._targets[number].deactivate()
            self._made[number, rows.start] = options

    def delete(self) -> None:
        """Queue the deletion of everything on the GPU."""
        for each in (*self._targets, self._textures, self._corners, *self._passes):
            each.delete()


_MADE = {"u_row_snapped": 1, "u_snapped": 1, "u_surface": 4}
"""What each pass writes, and its channels."""
