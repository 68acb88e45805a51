"""The main window: its widgets and their layout."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PyQt6.QtWidgets import (
    QMainWindow,
    QMenu,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.settings.settings import SETTINGS
from app.ui.row_specs import row_specs
from app.views import table as views
from app.views.workspaces import WORKSPACES
from models.plain_text import single_line
from widgets.cloud_pane import CloudPane
from widgets.controls import tool_button
from widgets.drop_overlay import DropOverlay
from widgets.foot import Foot
from widgets.lane_picker import LanePicker
from widgets.linked_view import LinkedView
from widgets.numbers_overlay import NumbersOverlay
from widgets.settings_panel import SettingsPanel
from widgets.source_menu import SourceMenu
from widgets.stage import Stage
from widgets.status_strip import StatusStrip
from widgets.tabs import Tab, Tabs
from widgets.theme import SPACE_XS, set_type_scale
from widgets.tool_row import ToolRow
from widgets.transport import Transport
from widgets.view_switch import SwitchEntry, ViewSwitch

NAME = "FlashDepth Live"


class MainWindow(QMainWindow):
    """One row of tools, the stage with panels at its side, and one row of status and transport.

    Attributes
    ----------
    dropped
        Emitted with the path or URL of what was dropped on the window.
    closing
        Emitted when the window is about to close.
    """

    dropped = pyqtSignal(str)
    closing = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.set_source_title("")
        self.setAcceptDrops(True)
        self.view = LinkedView(self)
        self.cloud = CloudPane()
        self.stage = Stage(self.view, self.cloud, [view.layout for view in views.every_view()])
        self.source_menu = SourceMenu()
        self.lane_a, self.lane_b = LanePicker("a"), LanePicker("b")
        self.stage.depth_a.host_picker(self.lane_a)
        self.stage.depth_b.host_picker(self.lane_b)
        self.tabs = Tabs(
            Tab(each.key, each.title, f"{each.tip} ({each.shortcut})") for each in WORKSPACES
        )
        self.memory_button = tool_button("memory", "Temporal memory on or off (M)", checks=True)
        self.reset_button = tool_button("reset", "Reset memory: forget earlier frames (R)")
        self.views = ViewSwitch(
            SwitchEntry(view.key, view.icon, f"{view.tip} ({view.shortcut})")
            for view in views.every_view()
        )
        self.snapshot_button = tool_button("snapshot", "Save a snapshot of the window (S)")
        self.record_button = tool_button("record", "Record (Ctrl+R)", checks=True)
        self.record_button.setText("Rec")
        self.record_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.inspector_button = tool_button(
            "settings", "Show or hide the inspector (I)", checks=True
        )
        self.full_screen_button = tool_button("fullscreen", "Pictures alone, full screen (F11)")
        self.menu_button = tool_button("menu", "Menu (F10)")
        self.inspector = SettingsPanel(row_specs())
        self.transport = Transport(SETTINGS["pacing"].menu)
        self.status = StatusStrip()
        self.below = QWidget()
        self.numbers = NumbersOverlay(self.stage)
        self.drop_overlay = DropOverlay(self)
        self._lay_out()

    def add_beside(self, panel: QWidget) -> None:
        """Add a panel at the right of the stage, before the inspector."""
        self._middle.insertWidget(1, panel)

    def set_source_title(self, title: str) -> None:
        """Name the source in the window's title; "" names the program alone."""
        self.setWindowTitle(" – ".join(part for part in (single_line(title), NAME) if part))

    def add_below(self, panel: QWidget) -> None:
        """Add a panel below the stage and the charts."""
        layout = self.below.layout()
        if layout is not None:
            layout.addWidget(panel)

    def set_chrome_visible(self, visible: bool) -> None:
        """Show or hide everything but the pictures."""
        for part in (
            self._bar, self.inspector, self.foot,
        ):  # fmt: skip
            part.setVisible(visible)

    def set_views_visible(self, visible: bool) -> None:
        """Show or hide what compares the lanes in the tool bar."""
        for part in (self.views, self.memory_button, self.reset_button):
            self._bar.set_wanted(part, visible)

    def set_type_scale(self, scale: float) -> None:
        """Scale the type that an audience reads; the tool bar and the inspector keep theirs."""
        beside = (self._middle.widget(at) for at in range(self._middle.count()))
        read = [part for part in beside if part is not None and part is not self.inspector]
        for part in (*read, self.below, self.foot):
            set_type_scale(part, scale)

    def _lay_out(self) -> None:
        self._bar, self.foot = self._make_bar(), Foot(self.status, self.transport)
        self._middle = QSplitter()
        self._middle.addWidget(self.stage)
        self._middle.addWidget(self.inspector)
        self._middle.setStretchFactor(0, 1)
        self._middle.setCollapsible(0, False)
        self._middle.setHandleWidth(SPACE_XS)
        column = QVBoxLayout(self.below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        body = QWidget()
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._bar)
        rows.addWidget(self._middle, 1)
        rows.addWidget(self.below)
        rows.addWidget(self.foot)
        self.setCentralWidget(body)
        self._fold_menus()
        self.set_views_visible(False)

    def _make_bar(self) -> ToolRow:
        bar = ToolRow()
        bar.add(self.menu_button)
        bar.add(self.source_menu)
        bar.add(self.tabs)
        bar.add_space()
        bar.add(self.views, 4)
        bar.add(self.views.folded, 1, stands_for=self.views)
        bar.add(self.memory_button, 5)
        bar.add(self.reset_button, 7)
        bar.add_space()
        bar.add(self.snapshot_button, 6)
        bar.add(self.record_button, 2)
        bar.add(self.inspector_button)
        bar.add(self.full_screen_button, 3)
        return bar

    def _fold_menus(self) -> None:
        """Put the menus into one button, except where the desktop shows the menu bar itself."""
        bar = self.menuBar()
        if bar is None or bar.isNativeMenuBar():
            self._bar.set_wanted(self.menu_button, False)
            return
        bar.hide()
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setMenu(self._menu)

    def open_menu(self) -> None:
        """Open the menu of all menus, which the keyboard then walks through."""
        if self.menu_button.isVisible():
            corner = self.menu_button.rect().bottomLeft()
            self._menu.popup(self.menu_button.mapToGlobal(corner))

    def _fill_menu(self) -> None:
        bar = self.menuBar()
        self._menu.clear()
        self._menu.addActions(bar.actions() if bar is not None else [])

    # -- Qt --------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self.closing.emit()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        data = event.mimeData() if event is not None else None
        if event is not None and data is not None and data.hasUrls():
            event.acceptProposedAction()
            self.drop_overlay.invite()

    def dragLeaveEvent(self, _event: QDragLeaveEvent | None) -> None:
        self.drop_overlay.hide()

    def dropEvent(self, event: QDropEvent | None) -> None:
        data = event.mimeData() if event is not None else None
        if event is None or data is None or not data.hasUrls():
            return
        self.drop_overlay.hide()
        url = data.urls()[0]
        event.acceptProposedAction()
        self.dropped.emit(url.toLocalFile() if url.isLocalFile() else url.toString())
