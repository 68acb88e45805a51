"""The point cloud on the GPU: a static grid of pixels, unprojected in the vertex shader.

The vertex buffer holds pixel positions only and is rebuilt when the size or the stride changes; a
frame costs two texture uploads and nothing else. An OpenGL context must be current in every call
except the constructor. Arrays passed in must not change until they are drawn, because VisPy does
not copy them.
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from vispy import gloo

from models.geometry import Calibration, Intrinsics
from renderers.point_cloud import (
    CloudColour,
    CloudOptions,
    Lattice,
    coloured,
    edge_step,
    grid_axis,
    intrinsics_in_force,
    lattice,
)

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
UInt8 = NDArray[np.uint8]


class PointCloudVisual:
    """Draws one RGB-D frame as points."""

    def __init__(self) -> None:
        self._program = gloo.Program(shader("cloud.vert"), shader("cloud.frag"))
        self._grid: gloo.VertexBuffer | None = None
        self._grid_of: tuple[int, int, int] | None = None
        self._textures: dict[str, gloo.Texture2D] = {}
        self._options = CloudOptions()
        self._size = (0, 0)
        self._lattice = self._coloured = Lattice(0, 1)
        self._uniforms: dict[str, float | tuple[float, ...]] = {}
        self._stride = 1
        blank = np.zeros((1, 1, 3), np.uint8)
        self._texture("u_rgb", blank, "rgb", "rgb8")
        self._texture("u_levels", blank[..., 0], "red", "r8")
        self._texture("u_table", np.zeros((1, 256, 3), np.uint8), "rgb", "rgb8")

    def set_table(self, colours: UInt8) -> None:
        """Set the (256, 3) uint8 colour of each level."""
        self._texture("u_table", np.ascontiguousarray(colours)[None], "rgb", "rgb8")

    def set_options(self, options: CloudOptions, stride: int) -> None:
        """Set culling, size and colour; `stride` is the resolved stride, never None."""
        self._options, self._stride = options, stride

    def set_frame(self, rgb: UInt8, disparity: Float32, levels: UInt8) -> None:
        """Set a frame: (H, W, 3) uint8, (H, W) float32, (H, W) uint8, all C-contiguous.

        Only the one of `rgb` and `levels` that colours the points is uploaded, and of each array
        only the pixels that the current stride reads. When `needs` returns True, set the frame
        again.
        """
        height, width = disparity.shape
        self._size = (width, height)
        self._lattice = lattice(width, height, self._stride)
        self._coloured = coloured(width, height, self._stride)
        self._texture("u_disparity", self._lattice.of(disparity), "red", "r32f")
        if self._options.colour is CloudColour.RGB:
            self._texture("u_rgb", self._coloured.of(rgb), "rgb", "rgb8")
        else:
            self._texture("u_levels", self._coloured.of(levels), "red", "r8")

    def needs(self, stride: int) -> bool:
        """Whether a cloud of `stride` reads other pixels than those that were uploaded."""
        uploaded = self._lattice, self._coloured
        return (lattice(*self._size, stride), coloured(*self._size, stride)) != uploaded

    def draw(
        self,
        transform: Float64,
        canvas_px: tuple[int, int],
        tan_half: float,
        calibration: Calibration,
        intrinsics: Intrinsics | None,
    ) -> None:
        """Draw the frame.

        Parameters
        ----------
        transform
            (4, 4), world to clip space.
        canvas_px
            (width, height) of the canvas in physical pixels.
        tan_half
            Tangent of half the viewer's vertical field of view.
        calibration
            From disparity to depth.
        intrinsics
            The camera that took the picture.
        """
        if self._size == (0, 0):
            return
        self._ensure_grid()
        width, height = self._size
        camera = intrinsics_in_force(self._options, intrinsics, width, height)
        options = self._options
        self._set_uniforms(
            u_lattice=self._lattice.within(width, height),
            u_coloured=self._coloured.within(width, height),
            u_camera=(1.0 / camera.fx, 1.0 / camera.fy, camera.cx, camera.cy),
            u_calibration=(calibration.offset, calibration.gain),
            u_inverse_limits=(1.0 / calibration.far_m, 1.0 / calibration.near_m),
            u_edge=(min(options.edge_ratio, 1e6), float(edge_step(width))),
            u_mirror=-1.0 if options.mirror else 1.0,
            u_stride=float(self._stride),
            u_point_size=options.point_size,
            u_half_canvas=(canvas_px[0] / 2, canvas_px[1] / 2),
            u_focal_px=canvas_px[1] / 2 / tan_half,
            u_by_level=float(options.colour is CloudColour.DISPARITY),
            u_transform=tuple(transform.T.ravel().tolist()),
        )
        self._program.draw("points")

    def _set_uniforms(self, **uniforms: float | tuple[float, ...]) -> None:
        """Set only the uniforms that changed: each costs VisPy time, and few ever change."""
        for name, value in uniforms.items():
            if self._uniforms.get(name) != value:
                self._program[name] = self._uniforms[name] = value

    def delete(self) -> None:
        """Queue the deletion of everything on the GPU."""
        for texture in self._textures.values():
            texture.delete()
        if self._grid is not None:
            self._grid.delete()
        self._program.delete()

    def _ensure_grid(self) -> None:
        wanted = (*self._size, self._stride)
        if self._grid_of == wanted:
            return
        columns = grid_axis(self._size[0], self._stride)
        rows = grid_axis(self._size[1], self._stride)
        pixels = np.empty((len(rows), len(columns), 2), np.float32)
        pixels[..., 0] = columns
        pixels[..., 1] = rows[:, None]
        if self._grid is not None:
            self._grid.delete()
        self._grid = gloo.VertexBuffer(pixels.reshape(-1, 2))
        self._program["a_pixel"] = self._grid
        self._grid_of = wanted

    def _texture(self, name: str, data: NDArray[np.generic], form: str, internal: str) -> None:
        """Update in place; a new texture only when the size changed."""
        shape = data.shape if data.ndim == 3 else (*data.shape, 1)
        known = self._textures.get(name)
        if known is not None and known.shape == shape:
            known.set_data(data.reshape(shape))
            return
        texture = gloo.Texture2D(
            data.reshape(shape), format=form, internalformat=internal, interpolation="nearest"
        )
        texture.wrapping = "clamp_to_edge"
        self._textures[name] = texture
        self._program[name] = texture


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


def shader(name: str) -> str:
    """The source of a shader in resources/shaders."""
    return files("resources").joinpath("shaders", name).read_text(encoding="utf-8")
