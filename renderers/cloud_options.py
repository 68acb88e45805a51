"""How a point cloud is drawn: a value without a GUI toolkit and without OpenGL."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from models.geometry import Calibration

Rgb = tuple[int, int, int]


class CloudColour(Enum):
    """Source of the points' colours."""

    RGB = "rgb"
    DISPARITY = "disparity"


class CloudStyle(Enum):
    """What stands for a pixel."""

    POINTS = "points"
    MESH = "mesh"


@dataclass(frozen=True, slots=True)
class CloudOptions:
    """How the cloud is drawn.

    Attributes
    ----------
    stride
        Every `stride`-th pixel in both directions becomes a point; None picks the stride from the
        measured draw time.
    point_size
        Width of a point in units of the gap between points, 0.1–10.
    style
        Splats, or triangles between neighbouring points.
    edge_ratio
        Ratio of depths across `edge_step` pixels from which there is an edge, where pixels that lie
        between two surfaces are moved to one of them; above 1, infinity means no edges.
    fill
        Continue the background a little behind what is nearer, in greyed points.
    calibration
        From disparity to depth; None takes `default_calibration` of the display range for relative
        disparity and the exact one for disparity in 1/m.
    fov_deg
        Horizontal field of view set by hand; None takes the source's intrinsics, or DEFAULT_FOV_DEG
        if it has none.
    colour
        Source of the points' colours.
    background
        RGB, 0–255, at the bottom.
    background_top
        RGB, 0–255, at the top; None for one colour all over.
    depth_cue
        Share of the background in the colour of the farthest points, 0–1.
    show_grid, show_axes
        Draw the ground grid and the axes.
    mirror
        Exchange left and right, as in the mirrored pictures.
    sway
        Move the viewer slowly to and fro until the user does.
    """

    stride: float | None = None
    point_size: float = 1.0
    style: CloudStyle = CloudStyle.POINTS
    edge_ratio: float = 1.06
    fill: bool = False
    calibration: Calibration | None = None
    fov_deg: float | None = None
    colour: CloudColour = CloudColour.RGB
    background: Rgb = (13, 14, 16)
    background_top: Rgb | None = None
    depth_cue: float = 0.0
    show_grid: bool = False
    show_axes: bool = False
    mirror: bool = False
    sway: bool = False

    def __post_init__(self) -> None:
        if self.stride is not None and self.stride < 1:
            raise ValueError("a stride is at least 1")
        if not 0.1 <= self.point_size <= 10.0:
            raise ValueError("a point is 0.1 to 10 gaps wide")
        if not self.edge_ratio > 1.0:
            raise ValueError("an edge ratio is greater than 1")
        if self.fov_deg is not None and not 0.0 < self.fov_deg < 180.0:
            raise ValueError("a field of view lies between 0 and 180 degrees")
        if not 0.0 <= self.depth_cue <= 1.0:
            raise ValueError("a depth cue is a share between 0 and 1")

    @property
    def behind(self) -> tuple[float, float, float]:
        """What is behind the points on average, RGB 0–1."""
        top = self.background_top or self.background
        red, green, blue = ((a + b) / 510 for a, b in zip(top, self.background, strict=True))
        return red, green, blue
