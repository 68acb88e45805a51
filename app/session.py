"""The object graph behind one window, and the signals between its parts."""

from __future__ import annotations

import logging
import time
from functools import partial
from pathlib import Path

import psutil
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from app.action_table import action_table
from app.actions import Actions
from app.capture import CaptureStatus
from app.controller import Controller
from app.display import Display
from app.engine import Engine, OpenSource
from app.readings import PaceMeter
from app.screenshot import Screenshot
from app.settings import Settings, SettingsModel
from app.settings_store import SettingsStore
from app.window import MainWindow
from models import device, registry
from models.errors import UserError
from widgets.lane_picker import LaneChoice
from widgets.status_strip import StatusReading

log = logging.getLogger(__name__)

HINT = "Drop a video or a folder of pictures here, or pick a camera under Source."
_STATUS_MS = 250


class AppSession(QObject):
    """Builds, connects, starts and ends everything for one window.

    all_shown : once, when every pane on screen has painted a frame.
    """

    all_shown = pyqtSignal()

    def __init__(self, settings: Settings, open_source: OpenSource, store: SettingsStore) -> None:
        super().__init__()
        self._store = store
        self.model = SettingsModel(settings)
        self.engine = Engine(open_source, self)
        self.window = MainWindow()
        self.display = Display(self.window.stage, self.window.cloud, self)
        self.controller = Controller(
            self.model,
            self.engine.capture,
            self.engine.inference,
            self.display.range_on_screen,
            self,
        )
        self.actions = self._make_actions()
        self._pace = PaceMeter()
        self._process = psutil.Process()
        self._note = ""
        self._screenshot: Screenshot | None = None
        self._status_timer = QTimer(self)
        self._status_timer.setInterval(_STATUS_MS)
        self._status_timer.timeout.connect(self._show_status)
        self._unsubscribe = self.model.subscribe(self._on_settings)
        self._connect()
        self._closed = False
        self._all_shown = False

    # -- life ----------------------------------------------------------------------------------

    def start(self, note: str = "") -> None:
        """Begin to capture, estimate and show. `note` is said once in the status strip."""
        self._note = note
        self._fill_lane_menus()
        self._on_settings(self.model.value, frozenset())
        if not self.model.value.hint_seen:
            self.window.stage.rgb.set_hint(HINT)
        self.engine.start()
        self.controller.start()
        self._status_timer.start()

    def close(self) -> None:
        """End the threads, save the settings and let the window go. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._status_timer.stop()
        self.controller.close()
        self._unsubscribe()
        self.engine.close()
        self._store.save(self.model.value)
        self.window.cloud.close()
        self.window.close()
        self.window.deleteLater()

    def take_screenshot_when_ready(self, path: Path) -> None:
        """Save the window to `path` once every visible pane has shown a frame."""
        self._screenshot = Screenshot(path, self.window, self.model, self.is_everything_shown, self)
        self._screenshot.start()

    def is_everything_shown(self) -> bool:
        """Every pane on screen has painted a frame."""
        stage = self.window.stage
        return self.display.last is not None and all(
            getattr(stage.pane(name), "frames_painted", 0) > 0 for name in stage.shown()
        )

    def quit(self) -> None:
        """Close the window, and with it everything."""
        self.window.close()

    def toggle_full_screen(self) -> None:
        """Fill the screen, or stop doing so."""
        if self.window.isFullScreen():
            self.window.showNormal()
        else:
            self.window.showFullScreen()

    def restore(self) -> None:
        """Escape: first what was enlarged or laid over, then full screen."""
        if self.window.stage.enlarged_pane:
            self.window.stage.enlarge(None)
        elif self.window.isFullScreen():
            self.window.showNormal()
        elif self.model.value.view != "side":
            self.model.replace(view="side")

    # -- wiring --------------------------------------------------------------------------------

    def _make_actions(self) -> Actions:
        menu_bar = self.window.menuBar()
        if menu_bar is None:
            raise RuntimeError("Qt made no menu bar")
        return Actions(self.window, menu_bar, action_table(self))

    def _connect(self) -> None:
        window, controller = self.window, self.controller
        self.engine.changed.connect(self._on_engine)
        window.closing.connect(self.close)
        window.dropped.connect(controller.open_source)
        window.source_menu.chosen.connect(controller.open_source)
        window.source_menu.size_chosen.connect(self._on_size)
        window.lane_a.chosen.connect(partial(controller.set, "model_a"))
        window.lane_b.chosen.connect(partial(controller.set, "model_b"))
        window.memory_button.clicked.connect(controller.toggle_memory)
        window.reset_button.clicked.connect(controller.reset_memory)
        window.views.chosen.connect(partial(controller.set, "view"))
        window.inspector_button.clicked.connect(partial(controller.toggle, "inspector"))
        window.inspector.changed.connect(self._on_inspector)
        window.inspector.wished.connect(self._on_wish)
        transport = window.transport
        transport.pause_toggled.connect(controller.set_paused)
        transport.step_requested.connect(controller.step)
        transport.seek_requested.connect(controller.seek)
        transport.loop_toggled.connect(partial(controller.set, "loop"))
        transport.pacing_changed.connect(partial(controller.set, "pacing"))
        window.stage.rgb.hint_dismissed.connect(partial(controller.set, "hint_seen", True))
        controller.source_opened.connect(self.display.forget)

    def _fill_lane_menus(self) -> None:
        choices = [
            LaneChoice(
                entry.name,
                entry.title,
                entry.summary,
                entry.note,
                entry.missing(),
                entry.name not in (registry.OFF, registry.GROUND_TRUTH),
            )
            for entry in registry.entries()
        ]
        self.window.lane_a.set_entries(choices)
        self.window.lane_b.set_entries(choices)

    # -- what comes back -----------------------------------------------------------------------

    def _on_engine(self) -> None:
        if self._closed:
            return  # rung before the threads ended, delivered after
        status = self.engine.capture.status
        message = self.engine.inference.state or status.message
        self.display.set_source_message(message, status.failed)
        result = self.engine.results.take(0)
        if result is not None:
            self.display.show(result)
            self.display.shown.emit(result)
            self._pace.add(result, time.monotonic_ns())
            self._look_whether_all_is_shown()
        self._show_transport(status)

    def _look_whether_all_is_shown(self) -> None:
        if self._all_shown or not self.is_everything_shown():
            return
        self._all_shown = True
        if "a" in (self.display.last.lanes if self.display.last else {}):
            seconds = time.time() - self._process.create_time()
            log.info("first depth was shown %.2f s after the start", seconds)
        self.all_shown.emit()

    def _on_settings(self, settings: Settings, _changed: frozenset[str]) -> None:
        window = self.window
        self.display.apply(settings)
        window.inspector.show_values(settings.as_dict())
        window.inspector.setVisible(settings.inspector)
        window.inspector_button.setChecked(settings.inspector)
        window.memory_button.setChecked(settings.memory)
        window.views.set_current(settings.view)
        window.lane_a.set_current(settings.model_a)
        window.lane_b.set_current(settings.model_b)
        window.transport.set_loop(settings.loop)
        window.transport.set_pacing(settings.pacing)
        self.actions.show(settings)

    def _on_inspector(self, key: str, value: object) -> None:
        try:
            self.controller.change(key, value)
        except ValueError as error:
            self._note = str(error)
            self.window.inspector.show_values(self.model.value.as_dict())

    def _on_wish(self, wish: str) -> None:
        match wish:
            case "memory.reset":
                self.controller.reset_memory()
            case "cloud.reset_view":
                self.window.cloud.reset_view()
            case "range.take":
                self.controller.set_range_mode("fixed")
            case _:
                log.warning("nobody grants %s", wish)

    def _on_size(self, width: int, height: int) -> None:
        self.model.replace(source_width=width, source_height=height)

    # -- words at the foot ---------------------------------------------------------------------

    def _show_transport(self, status: CaptureStatus) -> None:
        info = status.info
        transport = self.window.transport
        transport.set_playing(status.playing)
        if info is None:
            transport.set_position(0, None, 0.0, None)
            return
        self.window.source_menu.set_label(info.title)
        last = self.display.last
        time_s = last.frame.time_s if last is not None else 0.0
        index = last.frame.index if last is not None else 0
        duration_s = info.frame_count / info.fps if info.frame_count and info.fps else None
        transport.set_position(index, info.frame_count, time_s, duration_s)

    def _show_status(self) -> None:
        capture = self.engine.capture.status
        pace = self._pace.read()
        last = self.display.last
        lane = next(iter(last.lanes.values()), None) if last is not None else None
        self.window.status.show_reading(
            StatusReading(
                source=capture.info.title if capture.info else "",
                source_size=last.frame.size if last is not None else None,
                network_size=lane.depth.network_size if lane is not None else None,
                fps=pace.fps if capture.playing else None,
                source_fps=capture.info.fps if capture.info else None,
                latency_ms=pace.latency_ms if capture.playing and pace.fps else None,
                stages=tuple((name, ms) for name, ms in pace.stages_ms.items()),
                dropped=self.engine.dropped,
                device=self._device(),
                memory_mb=self._process.memory_info().rss / 1e6,
                warning=self._note,
                notes=("paused",) if not capture.playing else (),
            )
        )

    def _device(self) -> str:
        try:
            return device.describe(self.model.value.device)
        except UserError as error:
            return str(error)
