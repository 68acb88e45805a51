"""The point cloud: its camera model, its appearance and its export."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtWidgets import QMenu, QPushButton, QWidget

from widgets.inspector.row_spec import RowSpec
from widgets.inspector.section import Section, show_note
from widgets.plain import set_tip


class CloudSection(Section):
    """Lane, colours, field of view, calibration, edge culling, points, decoration, PLY.

    Buttons: "cloud.reset_view", "cloud.calibrate", "cloud.save_ply".
    """

    def __init__(self, specs: Mapping[str, RowSpec], parent: QWidget | None = None) -> None:
        super().__init__("Cloud", specs, parent)
        self.add_rows("cloud_lane", "cloud_colour", "cloud_fov_deg", "cloud_offset", "cloud_gain")
        self._calibration = self.add_note()
        self.add_button(
            "cloud.calibrate",
            "Calibrate from two points…",
            "Click two points at known distances to get depth in metres",
            "pin",
        )
        self.add_rows(
            "cloud_style", "cloud_point_size", "cloud_stride", "cloud_edge_ratio",
            "cloud_fill", "cloud_depth_cue", "cloud_background", "cloud_grid", "cloud_axes",
            "cloud_sway",
        )  # fmt: skip
        self._viewpoints = QPushButton("Viewpoints", self)
        set_tip(self._viewpoints, "Save the current viewpoint, or recall one (Alt+1–9)")
        self.add_widget(self._viewpoints)
        self.add_button("cloud.reset_view", "Reset view", "Reset the 3D camera (Home)", "reset")
        self.add_button(
            "cloud.save_ply", "Save PLY…", "Save all points at full density (Ctrl+P)", "save"
        )

    def set_viewpoints_menu(self, menu: QMenu) -> None:
        """Open `menu` with the button for viewpoints."""
        self._viewpoints.setMenu(menu)

    def set_calibration_note(self, text: str) -> None:
        """Show the meaning of a and b below them, such as "relative" or "metres, by two points"."""
        show_note(self._calibration, text)
