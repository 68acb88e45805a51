"""The object graph behind one window, and the signals between its parts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject

from app.settings.presets import PresetStore
from app.settings.settings import Settings, SettingsModel
from app.settings.store import SettingsStore
from app.settings.viewpoints import ViewpointStore
from app.sources.fallback import Fallback, with_fallback
from app.sources.opening import with_camera_format
from app.ui.action_table import action_table
from app.ui.actions import Actions
from app.ui.controller import Controller
from app.ui.display import Display
from app.ui.engine import Engine, OpenSource
from app.ui.features.about import AboutController
from app.ui.features.budget import BudgetController
from app.ui.features.calibration import CalibrationController
from app.ui.features.charts import ChartsController
from app.ui.features.fallback import FallbackController
from app.ui.features.first_look import FirstFramesController
from app.ui.features.health import HealthController
from app.ui.features.idle import IdleController
from app.ui.features.inspector import InspectorController
from app.ui.features.lessons import LessonController
from app.ui.features.marks import MarksController
from app.ui.features.models import ModelController
from app.ui.features.presenter import PresenterController
from app.ui.features.presets import PresetsController
from app.ui.features.recording import RecordingController
from app.ui.features.report import ReportController
from app.ui.features.snapshots import SnapshotController
from app.ui.features.sound import SoundController
from app.ui.features.sources import SourceController
from app.ui.features.status import StatusController
from app.ui.features.viewpoints import ViewpointsController
from app.ui.features.watchdog import WatchdogController
from app.ui.main_window import MainWindow
from app.ui.resolve import display_options, fallback
from widgets.announcement import Announcement
from widgets.cheat_sheet import CheatSheet

log = logging.getLogger(__name__)


class Application(QObject):
    """Builds, connects, starts and ends everything for one window."""

    def __init__(self, settings: Settings, open_source: OpenSource, store: SettingsStore) -> None:
        super().__init__()
        self._store = store
        self._closed = False
        self._any_shown = False
        self._first_segment = 0
        self.model = SettingsModel(settings)
        asking = with_camera_format(open_source, self._wanted_format)
        self.engine = Engine(with_fallback(asking, self._wanted_fallback), self)
        self.watchdog = WatchdogController(self.engine, self)
        self.window = MainWindow()
        self.display = Display(self.window.stage, self.window.cloud, self)
        self.controller = Controller(self.model, self.engine, self.display.range_on_screen, self)
        self.status = StatusController(self.window, self.engine, self.display, self.model, self)
        self.recording = RecordingController(self.model, self.engine, self)
        self.snapshots = SnapshotController(self.window, self.display, self.model, self)
        self.report = ReportController(self.window, self.model, self.controller, self.engine, self)
        self.charts = ChartsController(self.window.below, self.model, self.controller, self)
        self.calibration = CalibrationController(self.window, self.display, self.model, self)
        self.lessons = LessonController(self.window, self.model, self.controller, self)
        self.marks = MarksController(self.window.stage, self.display, self.controller, self)
        self.models = ModelController(self.window, self.model, self)
        self.sound = SoundController(self.model, self)
        self.sources = SourceController(self.window, self.engine, self.model, self.controller, self)
        self.idle = IdleController(self)
        self.fallback = FallbackController(
            self.model, self.controller, self.engine, self.idle, self, self._is_kiosk
        )
        self.presenter = PresenterController(
            self.window, self.engine, self.display, self.model, self.idle, self
        )
        self.presets = PresetsController(
            self.model, PresetStore.beside(store.path), self, window=self.window
        )
        self.views = ViewpointsController(self.window, ViewpointStore.beside(store.path), self)
        self.budget = BudgetController(self.model, self)
        self.health = HealthController(self.model, self.engine, self.status, self.recording, self)
        self.inspector = InspectorController(
            self.window.inspector,
            self.model,
            self.controller,
            self.recording,
            self._commands(),
            self,
        )
        self.about = AboutController(self.window, self)
        self.first_look = FirstFramesController(self.window, self.display, self.model, self)
        self.cheat_sheet = CheatSheet(self.window)
        self.actions = self._make_actions()
        self.announcement = Announcement(self.window.stage)
        self._unsubscribe = self.model.subscribe(self._on_settings)
        self._connect()

    # -- life ----------------------------------------------------------------------------------

    def start(self, note: str = "") -> None:
        """Begin to capture, estimate and show. `note` is said once in the status strip."""
        self.models.start()
        self._on_settings(self.model.value, frozenset())
        self.first_look.start()
        self.engine.start()
        self.watchdog.start()
        self.controller.start()
        self.status.start()
        self.sources.start()
        self.views.start()
        self.presets.name_in(self.actions)
        self.sound.start()
        for desk in (self.idle, self.fallback, self.presenter, self.budget, self.health):
            desk.start()
        if note:
            self.status.say(note)

    def close(self) -> None:
        """End the threads, save the settings and let the window go. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self.lessons.leave()  # what a lesson set up is not what the user chose
        self._unsubscribe()
        self.watchdog.close()
        for desk in (
            self.idle,
            self.fallback,
            self.presenter,
            self.budget,
            self.health,
            self.status,
            self.recording,
            self.snapshots,
            self.report,
            self.models,
            self.charts,
            self.calibration,
            self.sound,
            self.sources,
        ):
            desk.close()
        self.announcement.end()
        self.controller.close()
        self.engine.close()
        self._store.save(self.model.value)
        self.window.cloud.close()
        self.window.close()
        self.window.deleteLater()

    @property
    def settings_path(self) -> Path:
        """Where the settings are saved at the end."""
        return self._store.path

    def record_when_ready(self, folder: Path) -> None:
        """Record into `folder` from the first frames on that fill every pane."""
        self.first_look.all_shown.connect(partial(self.recording.start, folder))

    def why_nothing_was_shown(self) -> str:
        """What the source says, if that is why no picture was ever on screen; else empty."""
        status = self.engine.capture.status
        is_away = status.failed or status.info is not None
        return status.message if is_away and not self._any_shown else ""

    # -- commands about the window itself ----------------------------------------------------------

    def quit(self) -> None:
        """Close the window, and with it everything."""
        self.window.close()

    def restore(self) -> None:
        """Escape: first what is being asked, enlarged or laid over, then full screen."""
        if self.calibration.is_picking:
            self.calibration.cancel()
        elif self.window.stage.enlarged_pane:
            self.window.stage.enlarge(None)
        elif self.presenter.is_kiosk:
            self.presenter.leave_kiosk()
        elif self.model.value.view != "side":
            self.model.replace(view="side")

    def toggle_cheat_sheet(self) -> None:
        """Show every key, or hide them again."""
        if self.cheat_sheet.isVisible():
            self.cheat_sheet.hide()
        else:
            self.cheat_sheet.show_table(self.actions.cheat_sheet())

    def _commands(self) -> dict[str, Callable[[], object]]:
        """What the inspector's buttons do."""
        return {
            "memory.reset": self.controller.reset_memory,
            "cloud.reset_view": self.window.cloud.reset_view,
            "cloud.calibrate": self.calibration.start,
            "cloud.save_ply": self.snapshots.ask_for_ply,
            "range.take": partial(self.controller.set_range_mode, "fixed"),
            "pins.clear": self.controller.clear_pins,
            "report": self.report.start,
            "booth.full_screen": self.presenter.toggle_kiosk,
            "booth.output": self.presenter.toggle_output,
        }

    # -- wiring ----------------------------------------------------------------------------------

    def _make_actions(self) -> Actions:
        menu_bar = self.window.menuBar()
        if menu_bar is None:
            raise RuntimeError("Qt made no menu bar")
        actions = Actions(self.window, menu_bar, action_table(self))
        after = menu_bar.actions()[1]  # the button's own menu, beside File
        menu_bar.insertMenu(after, self.window.source_menu.source_menu)
        return actions

    def _connect(self) -> None:
        window, controller = self.window, self.controller
        self.engine.changed.connect(self._on_engine)
        window.closing.connect(self.close)
        window.dropped.connect(controller.open_source)
        window.memory_button.clicked.connect(controller.toggle_memory)
        window.reset_button.clicked.connect(controller.reset_memory)
        window.views.chosen.connect(partial(controller.set, "view"))
        window.inspector_button.clicked.connect(self.presenter.toggle_inspector)
        window.snapshot_button.clicked.connect(self.snapshots.save)
        window.record_button.clicked.connect(self.recording.toggle)
        window.stage.rgb.hint_dismissed.connect(partial(controller.set, "hint_seen", True))
        self._connect_transport()
        self._connect_desks()

    def _connect_transport(self) -> None:
        transport, controller = self.window.transport, self.controller
        transport.pause_toggled.connect(controller.set_paused)
        transport.step_requested.connect(controller.step)
        transport.seek_requested.connect(controller.seek)
        transport.loop_toggled.connect(partial(controller.set, "loop"))
        transport.pacing_changed.connect(partial(controller.set, "pacing"))

    def _connect_desks(self) -> None:
        for signal in (
            self.watchdog.said,
            self.fallback.said,
            self.presets.said,
            self.views.said,
            self.budget.said,
            self.health.said,
            self.recording.failed,
            self.snapshots.said,
            self.report.said,
            self.sound.said,
            self.sources.said,
            self.models.said,
            self.calibration.said,
            self.marks.said,
            self.inspector.said,
        ):
            signal.connect(self.status.say)
        # The audio library takes a moment to load; the first pictures come first.
        self.first_look.all_shown.connect(partial(self.inspector.tell_about_sound, self.sound))
        self.presets.recalled.connect(self.announcement.say)
        self.models.installed.connect(self.controller.restart_lanes)
        self.recording.changed.connect(self.status.set_recording)
        self.recording.changed.connect(self._on_recording)
        self.recording.failed.connect(self._on_recording_failed)
        for forget in (self.display.forget, self.status.forget):
            self.controller.source_opened.connect(forget)
        self.health.warned.connect(self.status.set_warning)
        self.budget.noted.connect(partial(self.status.set_standing, "budget"))
        self.fallback.noted.connect(partial(self.status.set_standing, "instead"))
        self.fallback.noted.connect(self.presenter.set_instead)
        for consumer in (self.status.add, self.charts.show, self.sound.show, self.budget.add):
            self.display.shown.connect(consumer)

    def _wanted_format(self) -> tuple[float, str]:
        return self.model.value.source_fps, self.model.value.source_pixels

    def _is_kiosk(self) -> bool:
        return self.presenter.is_kiosk

    def _wanted_fallback(self) -> Fallback:
        return fallback(self.model.value)

    # -- what comes back -------------------------------------------------------------------------

    def _on_engine(self) -> None:
        if self._closed:
            return  # rung before the threads ended, delivered after
        status = self.engine.capture.status
        if status.first_segment != self._first_segment:
            self._first_segment = status.first_segment
            self.display.forget()
        message = self.engine.inference.state or status.message
        if not message and status.info is not None and status.info.live:
            message = status.info.note
        is_silent = bool(status.message) and status.info is not None
        self.display.set_source_message(message, status.failed, is_silent)
        result = self.engine.results.take(0)
        if result is not None and result.frame.segment >= self._first_segment:
            self.display.show(result)
            self.engine.inference.request_viewport(self.presenter.viewport_request())
            self._any_shown = True
            self.display.shown.emit(result)
            self.first_look.look(result)
        self.status.show_transport()

    def _on_settings(self, settings: Settings, _changed: frozenset[str]) -> None:
        window = self.window
        self.display.apply(display_options(settings))
        self.inspector.show(settings)
        self.presenter.show_inspector()
        window.memory_button.setChecked(settings.memory)
        window.views.set_current(settings.view)
        window.transport.set_loop(settings.loop)
        window.transport.set_pacing(settings.pacing)
        self.actions.show(settings)

    def _on_recording(self, is_recording: bool, line: str) -> None:
        self.window.record_button.setChecked(is_recording)
        if not is_recording:
            self.status.say(f"Recorded {line}")

    def _on_recording_failed(self, _sentence: str) -> None:
        self.window.record_button.setChecked(self.recording.is_recording)  # a click ticked it
