"""The main window: its widgets and their layout."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QSplitter, QVBoxLayout, QWidget

from app.settings.settings import SETTINGS
from app.ui.row_specs import row_specs
from app.views import table as views
from models.plain_text import single_line
from widgets.cloud_pane import CloudPane
from widgets.controls import tool_button
from widgets.drop_overlay import DropOverlay
from widgets.lane_picker import LanePicker
from widgets.linked_view import LinkedView
from widgets.presenter_band import PresenterBand
from widgets.settings_panel import SettingsPanel
from widgets.source_menu import SourceMenu
from widgets.stage import Stage
from widgets.status_strip import StatusStrip
from widgets.theme import SPACE, SPACE_XS, set_type_scale
from widgets.transport import Transport
from widgets.view_switch import SwitchEntry, ViewSwitch

NAME = "FlashDepth Live"
_PICKER_PX = 330


class MainWindow(QMainWindow):
    """Tool bar, stage, inspector, transport and status strip.

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
        self.lane_a = LanePicker("a")
        self.lane_b = LanePicker("b")
        self.memory_button = tool_button("memory", "Temporal memory on or off (M)", checks=True)
        self.reset_button = tool_button("reset", "Reset memory: forget earlier frames (R)")
        self.views = ViewSwitch(
            SwitchEntry(view.key, view.icon, f"{view.tip} ({view.shortcut})")
            for view in views.every_view()
        )
        self.record_button = tool_button("record", "Record (Ctrl+R)", checks=True)
        self.snapshot_button = tool_button("snapshot", "Save a snapshot of the window (S)")
        self.inspector_button = tool_button(
            "settings", "Show or hide the inspector (I)", checks=True
        )
        self.inspector = SettingsPanel(row_specs())
        self.transport = Transport(SETTINGS["pacing"].menu)
        self.status = StatusStrip()
        self.below = QWidget()
        self.band = PresenterBand(self)
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
            self._bar, self.inspector, self.transport, self.status, self.menuBar(),
        ):  # fmt: skip
            if part is not None:
                part.setVisible(visible)

    def set_type_scale(self, scale: float) -> None:
        """Scale the type that an audience reads; the tool bar and the inspector keep theirs."""
        beside = (self._middle.widget(at) for at in range(self._middle.count()))
        read = [part for part in beside if part is not None and part is not self.inspector]
        for part in (*read, self.below, self.transport, self.status):
            set_type_scale(part, scale)

    def _lay_out(self) -> None:
        self._bar = self._make_bar()
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
        rows.addWidget(self.band)
        rows.addWidget(self.below)
        rows.addWidget(self.transport)
        rows.addWidget(self.status)
        self.setCentralWidget(body)

    def _make_bar(self) -> QWidget:
        bar = QFrame()
        bar.setProperty("role", "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(SPACE, SPACE_XS, SPACE, SPACE_XS)
        row.setSpacing(SPACE_XS)
        # The lane pickers take the available width; what is left separates the groups.
        row.addWidget(self.source_menu)
        row.addSpacing(SPACE)
        for picker in (self.lane_a, self.lane_b):
            picker.setMaximumWidth(_PICKER_PX)
            row.addWidget(picker)
        row.addSpacing(SPACE)
        row.addWidget(self.memory_button)
        row.addWidget(self.reset_button)
        row.addStretch(0)
        row.addWidget(self.views)
        row.addStretch(0)
        row.addWidget(self.snapshot_button)
        row.addWidget(self.record_button)
        row.addWidget(self.inspector_button)
        return bar

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
