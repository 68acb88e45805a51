"""The cloud's own controls, in its chip: the ruler and the menu of viewpoints."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from widgets.plain import set_tip
from widgets.theme import SPACE_XS
from widgets.viewpoints_menu import ViewpointsMenu, viewpoints_button


class CloudControls(QWidget):
    """Buttons of a cloud's pane; emits `measuring_toggled` when the ruler is clicked."""

    measuring_toggled = pyqtSignal(bool)

    def __init__(self, menu: ViewpointsMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ruler = ruler = QToolButton(self)
        ruler.setText("Ruler")
        ruler.setProperty("role", "segment")
        ruler.setCheckable(True)
        ruler.setAccessibleName("Measure in the point cloud")
        ruler.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(ruler, "Measure the length between two clicks on the cloud (U, Esc ends)")
        ruler.clicked.connect(self.measuring_toggled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(ruler)
        row.addWidget(viewpoints_button(menu, self))

    def set_measuring(self, is_measuring: bool) -> None:
        """Show whether the ruler is in use."""
        self._ruler.setChecked(is_measuring)
