"""The cloud's own controls, in its chip: the ruler and the menu of viewpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from widgets.plain import set_tip
from widgets.theme import SPACE_XS
from widgets.viewpoints_menu import ViewpointsMenu, viewpoints_button

if TYPE_CHECKING:
    from widgets.cloud_pane import CloudPane


class CloudControls(QWidget):
    """Buttons of a cloud's pane."""

    def __init__(self, pane: CloudPane, menu: ViewpointsMenu) -> None:
        super().__init__(pane)
        ruler = QToolButton(self)
        ruler.setText("Ruler")
        ruler.setProperty("role", "segment")
        ruler.setCheckable(True)
        ruler.setAccessibleName("Measure in the point cloud")
        ruler.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(ruler, "Measure the length between two clicks on the cloud (U, Esc ends)")
        ruler.clicked.connect(pane.set_measuring)
        pane.measuring_changed.connect(ruler.setChecked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(ruler)
        row.addWidget(viewpoints_button(menu, self))
