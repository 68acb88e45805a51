"""The point cloud: its camera model, its looks and its export."""

from __future__ import annotations

from PyQt6.QtWidgets import QMenu, QPushButton, QWidget

from widgets.inspector.rows import ChoiceRow, NumberRow, SliderRow, ToggleRow, WholeRow
from widgets.inspector.section import Section, show_note
from widgets.inspector.slid_number import SlidNumberRow

LANES: tuple[tuple[object, str], ...] = (("a", "Lane A"), ("b", "Lane B"))
COLOURINGS: tuple[tuple[object, str], ...] = (("rgb", "Picture"), ("disparity", "Disparity"))
BACKGROUNDS: tuple[tuple[object, str], ...] = (
    ("#0d0e10", "Black"),
    ("#2c2f35", "Grey"),
    ("#f2f2f0", "White"),
)


class CloudSection(Section):
    """Lane, colours, field of view, calibration, edge culling, points, decoration, PLY.

    Wishes: "cloud.reset_view", "cloud.calibrate", "cloud.save_ply".
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Cloud", parent)
        self.add_row(ChoiceRow("cloud_lane", "Shows", LANES, "The lane whose disparity is lifted"))
        self.add_row(
            ChoiceRow("cloud_colour", "Colour by", COLOURINGS, "What the points' colours mean")
        )
        self.add_row(
            NumberRow(
                "cloud_fov_deg",
                "Field of view",
                (0.0, 150.0),
                "Horizontal field of view of the camera; from the source takes the source's own, "
                "else 60°",
                step=1.0,
                decimals=1,
                zero="From the source",
                suffix="°",
            )
        )
        self._add_calibration()
        self.add_row(
            SliderRow(
                "cloud_edge_ratio",
                "Edge cull",
                (1.005, 1.5),
                "Drop points where neighbours' depths differ by more than this factor",
                step=0.005,
            )
        )
        self.add_row(
            SliderRow(
                "cloud_point_size",
                "Point size",
                (0.25, 8.0),
                "Size of the points, relative to the gap between them",
                step=0.25,
            )
        )
        self.add_row(
            WholeRow(
                "cloud_stride",
                "Stride",
                (0, 32),
                "Draw every n-th pixel in both directions; automatic follows the drawing time",
                zero="Automatic",
            )
        )
        self.add_row(
            ChoiceRow("cloud_background", "Background", BACKGROUNDS, "Colour behind the points")
        )
        self.add_row(ToggleRow("cloud_grid", "Ground grid", "Show a grid under the points"))
        self.add_row(ToggleRow("cloud_axes", "Axes", "Show the camera's x, y and z"))
        self._views = QPushButton("Saved views", self)
        self._views.setToolTip("Save this view of the cloud, or recall one (Alt+1–9)")
        self.add_widget(self._views)
        self.add_button("cloud.reset_view", "Reset view", "Put the camera back (Home)", "reset")
        self.add_button("cloud.save_ply", "Save PLY…", "Save every point, at any stride", "save")

    def _add_calibration(self) -> None:
        offset = NumberRow(
            "cloud_offset",
            "a  (offset)",
            (-10.0, 10.0),
            "a of z = 1 / (a + b · disparity)",
            step=0.005,
            decimals=4,
        )
        gain = NumberRow(
            "cloud_gain",
            "b  (gain)",
            (0.0, 100.0),
            "b of z = 1 / (a + b · disparity); automatic derives both from the display range",
            step=0.01,
            decimals=4,
            zero="Automatic",
        )
        self.add_row(SlidNumberRow(offset, (-1.0, 1.0)))
        self.add_row(SlidNumberRow(gain, (0.01, 100.0), by_factors=True))
        self._calibration = self.add_note()
        self.add_button(
            "cloud.calibrate",
            "Calibrate by two points…",
            "Click two points of known distance to find a and b",
            "pin",
        )

    def set_views_menu(self, menu: QMenu) -> None:
        """Open `menu` where saved views are offered."""
        self._views.setMenu(menu)

    def set_calibration_note(self, text: str) -> None:
        """Say under a and b what they mean now, such as "relative" or "metres, by two points"."""
        show_note(self._calibration, text)
