"""The point cloud on the GPU: splats or a mesh over a grid of pixels.

A frame is uploaded, passes over the grid make its surface (`renderers.cloud_surface`), and drawing
reads that for each point. All three go by bands of rows, so that a slow driver can be given a
little at a time. An OpenGL context must be current in every call except the constructor. Arrays
passed in must not change until they are drawn, because VisPy does not copy them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from vispy import gloo

from models.geometry import Calibration, Intrinsics
from renderers.cloud_edges import sample_step
from renderers.cloud_grid import edge_step, first_pixel, grid_pixels, grid_shape, picture_step
from renderers.cloud_options import CloudColour, CloudOptions, CloudStyle
from renderers.cloud_surface import PASSES, CloudSurface, SurfaceOptions
from renderers.point_cloud import intrinsics_in_force
from renderers.shader_program import ShaderProgram, Textures, shader

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
UInt8 = NDArray[np.uint8]

BAND_POINTS = 16_384
"""About as many points are uploaded, prepared or drawn at a time."""

_SQUARES, _DISCS, _MESH = ("part.glsl", "splat.frag"), ("part.glsl", "disc.frag"), ("mesh.frag",)
_NO_EDGE = 1e6
_CUT_AT_LEAST = 3.0
_ROUND_FROM_PX = 3.5
_OWN_PIXEL = 0.51
"""At every pixel a point shows its own one, and coarse ones nothing beyond the next point."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """From where a cloud is seen.

    Attributes
    ----------
    transform
        (4, 4) float64, world to clip space.
    canvas_px
        (width, height) of the canvas in physical pixels.
    tan_half
        Tangent of half the vertical field of view.
    far
        Distance at which the depth cue ends, in world units.
    zoom
        How much closer than the camera that took the picture the viewer is.
    """

    transform: Float64
    canvas_px: tuple[int, int]
    tan_half: float
    far: float = 10.0
    zoom: float = 1.0

    @property
    def focal_px(self) -> float:
        """Focal length in physical pixels."""
        return self.canvas_px[1] / 2 / self.tan_half

    def uniforms(self, options: CloudOptions) -> dict[str, float | tuple[float, ...]]:
        """What every shader of cloud.glsl needs to know of it."""
        return {
            "u_focal_px": self.focal_px,
            "u_transform": tuple(self.transform.T.ravel().tolist()),
            "u_cue": (options.depth_cue, max(self.far, 1e-3)),
            "u_behind": options.behind,
            "u_point_size": options.point_size,
            "u_mirror": -1.0 if options.mirror else 1.0,
        }


class PointCloudVisual:
    """Draws one RGB-D frame."""

    def __init__(self) -> None:
        self._surface = CloudSurface()
        vertex = shader("cloud.glsl", "cloud.vert")
        self._programs = {
            (form, colours): ShaderProgram(vertex, shader(colours, "faded.glsl", *form))
            for form in (_SQUARES, _DISCS, _MESH)
            for colours in ("picture.glsl", "levels.glsl")
        }
        self._textures = Textures(*self._programs.values())
        self._textures.allocate("u_table", (1, 256, 3), "rgb", "rgb8")
        self._grid: gloo.VertexBuffer | None = None
        self._triangles: gloo.IndexBuffer | None = None
        self._options = CloudOptions()
        self._stride = self._stride_set = 1.0
        self._shape = (0, 0)
        self._rows_per_band = 1
        self._is_picture_due = False
        self._frame: tuple[UInt8, Float32, UInt8] | None = None

    def set_table(self, colours: UInt8) -> None:
        """Set the (256, 3) uint8 colour of each level."""
        self._textures.put("u_table", np.ascontiguousarray(colours)[None])

    def set_options(self, options: CloudOptions, stride: float) -> None:
        """Set how frames are drawn; `stride` is the resolved stride, never None."""
        self._options, self._stride = options, float(stride)

    def set_frame(self, rgb: UInt8, disparity: Float32, levels: UInt8) -> None:
        """Set a frame: (H, W, 3) uint8, (H, W) float32, (H, W) uint8.

        Uploads nothing; `upload` does. When `needs` returns True, set the frame again.
        """
        self._frame = (rgb, disparity, levels)
        self._stride_set = self._stride
        self._ensure_grid(grid_shape(disparity.shape[1], disparity.shape[0], self._stride))
        self._surface.begin(self._shape)
        self._textures.share("u_surface", self._surface.texture("u_surface"))
        self._is_picture_due = True

    @property
    def bands(self) -> range:
        """The bands of rows that the current frame consists of."""
        return range(math.ceil(self._shape[0] / self._rows_per_band))

    def needs(self, stride: float) -> bool:
        """Whether a cloud of `stride` has other points than the frame that was set."""
        return float(stride) != self._stride_set

    def upload(self, bands: range | None = None) -> None:
        """Upload these bands of the frame, or all: of each picture, the pixels that are points."""
        if self._frame is None:
            return
        rgb, disparity, levels = self._frame
        rows = self._rows(bands)
        self._surface.upload(
            grid_pixels(disparity, self._stride, rows), grid_pixels(rgb, self._stride, rows), rows
        )
        if self._is_picture_due:
            self._is_picture_due = False
            self._upload_picture(rgb, levels)

    def _upload_picture(self, rgb: UInt8, levels: UInt8) -> None:
        """Upload the points' colours, finer than the points: a splat shows its part of them."""
        height, width = levels.shape
        step = picture_step(width, height, self._stride)
        if self._is_by_level:
            shown = np.ascontiguousarray(levels[step // 2 :: step, step // 2 :: step])
            self._textures.allocate("u_levels", (*shown.shape, 1), "red", "r8")
            self._textures.put("u_levels", shown)
        elif step == self._stride:
            self._textures.share("u_picture", self._surface.texture("u_rgb"))
        else:
            shown = np.ascontiguousarray(rgb[step // 2 :: step, step // 2 :: step])
            self._textures.allocate("u_picture", shown.shape, "rgb", "rgb8")
            self._textures.put("u_picture", shown)

    def prepare(
        self, calibration: Calibration, passes: Iterable[int] = PASSES, bands: range | None = None
    ) -> None:
        """Make the surface of these bands, or of all, under the current options.

        Each of the `PASSES` needs the one before in the neighbouring bands too. Binds another
        framebuffer and changes the viewport; does nothing where nothing changed.
        """
        if self._frame is not None:
            step = sample_step(self._frame[1].shape[1], self._stride)
            key = SurfaceOptions(calibration, min(self._options.edge_ratio, _NO_EDGE), step)
            self._surface.make(key, passes, self._rows(bands))

    def draw(
        self, viewer: Viewer, intrinsics: Intrinsics | None, bands: range | None = None
    ) -> None:
        """Draw these bands, or all; `intrinsics` are those of the camera that took the picture."""
        if self._frame is None:
            return
        height, width = self._frame[1].shape
        options, stride = self._options, self._stride
        camera = intrinsics_in_force(options, intrinsics, width, height)
        gap = float(math.ceil(stride))
        steps = max(_CUT_AT_LEAST, stride / edge_step(width))
        is_mesh = options.style is CloudStyle.MESH
        is_round = viewer.zoom * stride * viewer.focal_px / camera.fy > _ROUND_FROM_PX
        form = _MESH if is_mesh else _DISCS if is_round else _SQUARES
        program = self._programs[form, "levels.glsl" if self._is_by_level else "picture.glsl"]
        rows, columns = self._shape
        program.set(
            u_first=tuple(float(first_pixel(length, stride)) for length in (width, height)),
            u_grid=(stride, float(columns), float(rows)),
            u_gap=gap,
            u_camera=(1.0 / camera.fx, 1.0 / camera.fy, camera.cx, camera.cy),
            u_edge_ratio=min(1.0 + (options.edge_ratio - 1.0) * steps, _NO_EDGE),
            u_source_px=(float(width), float(height)),
            u_half_canvas=(viewer.canvas_px[0] / 2, viewer.canvas_px[1] / 2),
            u_mesh=float(is_mesh),
            u_round=float(is_round),
            **viewer.uniforms(options),
        )
        if not is_mesh:
            program.set(u_reach=((gap - _OWN_PIXEL) / width, (gap - _OWN_PIXEL) / height))
        for band in self.bands if bands is None else bands:
            program.set(u_row=float(band * self._rows_per_band))
            if is_mesh:
                program.draw("triangles", self._triangles)
            else:
                program.draw("points")

    def delete(self) -> None:
        """Queue the deletion of everything on the GPU."""
        self._surface.delete()
        self._textures.delete()
        for buffer in (self._grid, self._triangles):
            if buffer is not None:
                buffer.delete()
        for program in self._programs.values():
            program.delete()

    @property
    def _is_by_level(self) -> bool:
        return self._options.colour is CloudColour.DISPARITY

    def _rows(self, bands: range | None) -> slice:
        """Rows of points in consecutive bands."""
        if bands is None:
            return slice(0, self._shape[0])
        start, end = bands.start * self._rows_per_band, bands.stop * self._rows_per_band
        return slice(start, min(self._shape[0], end))

    def _ensure_grid(self, shape: tuple[int, int]) -> None:
        """Make vertices and triangles of one band."""
        if shape == self._shape:
            return
        self._shape = rows, columns = shape
        self._rows_per_band = min(rows, max(1, BAND_POINTS // columns))
        for buffer in (self._grid, self._triangles):
            if buffer is not None:
                buffer.delete()
        cells = np.empty((self._rows_per_band + 1, columns, 2), np.float32)
        cells[..., 0] = np.arange(columns)
        cells[..., 1] = np.arange(self._rows_per_band + 1)[:, None]
        self._grid = gloo.VertexBuffer(cells.reshape(-1, 2))
        self._triangles = gloo.IndexBuffer(_triangles(self._rows_per_band, columns))
        for program in self._programs.values():
            program.attribute("a_cell", self._grid)


def _triangles(rows: int, columns: int) -> NDArray[np.uint32]:
    """Corners (N,) of the triangles between `rows` + 1 rows of vertices."""
    upper_left = (np.arange(rows)[:, None] * columns + np.arange(columns - 1)).ravel()
    corners = np.array([0, columns, 1, 1, columns, columns + 1])
    triangles: NDArray[np.uint32] = (upper_left[:, None] + corners).ravel().astype(np.uint32)
    return triangles
