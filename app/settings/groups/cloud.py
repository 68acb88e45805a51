"""Settings of the point cloud."""

from __future__ import annotations

from dataclasses import dataclass

from app.settings.rules import Between, OneOf, Written
from app.settings.setting import setting


@dataclass(frozen=True)
class CloudSettings:
    """How the point cloud is computed and drawn.

    Attributes
    ----------
    cloud_offset, cloud_gain
        a and b of ``z = 1 / (a + b * disparity)``; gain 0 derives both from the display range.
    """

    # fmt: off
    cloud_style: str = setting(
        "points", OneOf({"points": "Round points", "mesh": "Mesh"}), "Draw as",
        "Round points, or a mesh of triangles that is cut at depth edges (Shift+M)")
    cloud_stride: int = setting(
        0, Between(1, 32, "Automatic"), "Stride",
        "Draw every n-th pixel in each direction; Automatic adapts to the drawing time and draws "
        "every pixel once nothing moves")
    cloud_point_size: float = setting(
        1.0, Between(0.25, 8), "Point size", "Point size relative to the spacing between points",
        control="slider", step=0.25)
    cloud_edge_ratio: float = setting(
        1.06, Between(1.005, 10), "Depth edge threshold",
        "Depths of neighbours that differ by more than this factor form an edge: blurred pixels "
        "there are moved to one of its surfaces, and left out of PLY files",
        control="number and slider", step=0.005, decimals=3, slider=(1.005, 1.5))
    cloud_fill: bool = setting(
        True, label="Fill in behind edges",
        tip="Continue the background behind nearer things, where the camera saw nothing; what is "
        "filled in is a guess and drawn in grey")
    cloud_sway: bool = setting(
        True, label="Sway", tip="Move the viewer slowly to and fro until you touch the cloud")
    cloud_depth_cue: float = setting(
        0.35, Between(0, 1), "Depth cue", "How much distant points fade into the background",
        control="slider", step=0.05)
    cloud_fov_deg: float = setting(
        0.0, Between(0, 150, "Source default"), "Field of view",
        "Horizontal field of view of the camera; Source default uses the source's own if "
        "known, otherwise 60°", unit="°", decimals=1)
    cloud_offset: float = setting(
        0.0, Between(-1e9, 1e9), "Depth shift (a)", "a in z = 1 / (a + b · disparity)",
        control="number and slider", step=0.005, decimals=4, slider=(-1.0, 1.0))
    cloud_gain: float = setting(
        0.0, Between(0, 1e9, "Automatic"), "Depth scale (b)",
        "b in z = 1 / (a + b · disparity); Automatic derives both from the display range",
        control="geometric", step=0.01, decimals=4, slider=(0.01, 100.0))
    cloud_colour: str = setting(
        "rgb", OneOf({"rgb": "Picture", "disparity": "Disparity"}), "Colour by",
        "Colour the points by the picture or by their disparity")
    cloud_grid: bool = setting(
        False, label="Ground grid", tip="Show a ground grid below the points (Shift+G)")
    cloud_axes: bool = setting(
        False, label="Axes", tip="Show the camera's x, y and z axes (Shift+X)")
    cloud_background: str = setting(
        "gradient", Written(r"gradient|#[0-9a-fA-F]{6}", "gradient or #0d0e10"), "Background",
        "What is behind the point cloud", control="choice",
        choices=(
            ("gradient", "Gradient"), ("#0d0e10", "Black"), ("#2c2f35", "Grey"),
            ("#f2f2f0", "White")))
    cloud_lane: str = setting(
        "a", OneOf({"a": "Lane A", "b": "Lane B"}), "Lane",
        "Lane whose disparity is drawn as a point cloud")
    # fmt: on
