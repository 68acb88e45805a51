"""The composition of one window: its parts, and the order in which they start and close."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

from PyQt6.QtCore import QObject

from app.settings.model import SettingsModel
from app.settings.presets import PresetStore
from app.settings.settings import Settings
from app.settings.store import SettingsStore
from app.settings.viewpoints import ViewpointStore
from app.sources.fallback import Fallback, with_fallback
from app.sources.opening import with_camera_format
from app.ui import resolve
from app.ui.action_choices import found_devices, lane_actions
from app.ui.action_table import (
    booth_actions,
    compare_actions,
    edit_actions,
    file_actions,
    help_actions,
    output_actions,
    play_actions,
    preset_actions,
    view_actions,
    viewpoint_actions,
)
from app.ui.actions import Action
from app.ui.controller import Controller
from app.ui.display import Display
from app.ui.engine import Engine, OpenSource
from app.ui.features.about import AboutController
from app.ui.features.announcements import AnnouncementController
from app.ui.features.appearance import AppearanceController
from app.ui.features.budget import BudgetController
from app.ui.features.calibration import CalibrationController
from app.ui.features.charts import ChartsController
from app.ui.features.context_menus import ContextMenuController
from app.ui.features.controls import ControlsController
from app.ui.features.convert import ConvertController
from app.ui.features.escape import EscapeController
from app.ui.features.fallback import FallbackController
from app.ui.features.feature import FeatureController
from app.ui.features.first_frames import FirstFramesController
from app.ui.features.headline import HeadlineController
from app.ui.features.health import HealthController
from app.ui.features.idle import IdleController
from app.ui.features.inside import InsideController
from app.ui.features.inspector import InspectorController
from app.ui.features.lessons import LessonController
from app.ui.features.loading import Devices, LoadingController
from app.ui.features.marks import MarksController
from app.ui.features.menus import MenuController
from app.ui.features.missing_models import MissingModelController
from app.ui.features.models import ModelController
from app.ui.features.outputs import OutputsController
from app.ui.features.page import PageController
from app.ui.features.presenter import PresenterController
from app.ui.features.presets import PresetsController
from app.ui.features.recorded import RecordedController
from app.ui.features.recording import RecordingController
from app.ui.features.report import ReportController
from app.ui.features.screen import ScreenController
from app.ui.features.snapshots import SnapshotController
from app.ui.features.sound import SoundController
from app.ui.features.source_faults import SourceFaultController
from app.ui.features.sources import SourceController
from app.ui.features.status import StatusController
from app.ui.features.undo import UndoController
from app.ui.features.viewpoints import ViewpointsController
from app.ui.features.watchdog import WatchdogController
from app.ui.features.workspaces import WorkspacesController
from app.ui.main_window import MainWindow
from widgets.announcement import Announcement
from widgets.cheat_sheet import CheatSheet

F = TypeVar("F", bound=FeatureController)


class Application(QObject):
    """Makes, connects, starts and closes everything for one window."""

    def __init__(self, settings: Settings, open_source: OpenSource, store: SettingsStore) -> None:
        super().__init__()
        self._store = store
        self._closing = ExitStack()
        self._closing.callback(self._close_window)
        self._closing.callback(self._save_settings)
        self.model = SettingsModel(settings)
        open_formatted = with_camera_format(open_source, self._camera_format)
        self.engine = Engine(with_fallback(open_formatted, self._fallback_options), self)
        self._closing.callback(self.engine.close)
        self.window = MainWindow()
        self.display = Display(self.window.stage, self.window.cloud, self)
        self.controller = Controller(self.model, self.engine, self.display.range_on_screen, self)
        self._closing.callback(self.controller.close)
        self.features: list[FeatureController] = []
        self._make_core_features()
        self._make_features()
        self._make_booth_features()
        self._make_controls()
        self.window.closing.connect(self.close)
        self._closing.callback(self.window.hide)  # at once, whatever is still being loaded

    def start(self, note: str = "") -> None:
        """Begin to capture, estimate and show; `note` is one sentence for the status strip."""
        self.engine.start_capture()
        self.controller.start()
        for feature in self.features:
            feature.start()
        if note:
            self.status.say(note)

    def close(self) -> None:
        """Close the features, end the threads, save the settings and let the window go.

        If one of them fails to close, the others are closed all the same and its error is raised
        at the end. May be called twice.
        """
        self._closing.close()

    def shown_source(self) -> str:
        """Return the spec of the source that is open, which need not be the chosen one."""
        return self.engine.capture.status.spec

    @property
    def settings_path(self) -> Path:
        """Where the settings are saved at the end."""
        return self._store.path

    # -- composition -----------------------------------------------------------------------------

    def _add(self, feature: F) -> F:
        """Put a feature at the end of the list: started last, closed first."""
        self.features.append(feature)
        self._closing.callback(feature.close)
        feature.said.connect(self.status.say)
        return feature

    def _make_core_features(self) -> None:
        """Make the features that show pictures and keep the window in step with the settings."""
        window, model, engine, display = self.window, self.model, self.engine, self.display
        self.status = StatusController(window, engine, display, model, self)
        self._add(self.status)
        self.watchdog = self._add(WatchdogController(engine, self))
        self.screen = self._add(
            ScreenController(model, engine, self.controller, display, self.status, self)
        )
        self.headline = self._add(HeadlineController(display, self.status.set_headline, self))
        self.screen.source_changed.connect(self.headline.forget)
        self.first_frames = self._add(FirstFramesController(window, display, model, self))
        self.first_frames.opened.connect(self.engine.start_inference)
        self.controls = self._add(ControlsController(window, model, self.controller, self))
        self.loading = self._add(LoadingController(self.controller, self))
        self.first_frames.opened.connect(self.loading.load)
        self.first_frames.all_shown.connect(self.loading.go_on)
        self.loading.devices_found.connect(self._on_devices)
        self.models = self._add(ModelController(window, model, self.controller, self))
        self.missing_models = self._add(
            MissingModelController(window, display, model, self.models, self)
        )
        self.sources = self._add(SourceController(window, engine, model, self.controller, self))
        self.source_faults = self._add(
            SourceFaultController(window, engine, model, self.controller, self)
        )

    def _make_features(self) -> None:
        """Make the features that save, measure and mark what is shown."""
        window, model, engine, display = self.window, self.model, self.engine, self.display
        controller = self.controller
        self.recording = self._add(RecordingController(window, model, engine, self.status, self))
        self.recorded = self._add(
            RecordedController(window, model, controller, self.recording, self)
        )
        self.snapshots = self._add(SnapshotController(window, display, model, self))
        self.report = self._add(ReportController(window, model, controller, engine, self))
        self.convert = self._add(ConvertController(window, model, controller, display, self))
        self.charts = self._add(ChartsController(window.below, model, controller, display, self))
        self.calibration = self._add(
            CalibrationController(window, display, model, controller, self)
        )
        self.marks = self._add(MarksController(window.stage, display, controller, self))
        self._add(InsideController(window.stage, model, display, engine, self))
        self.sound = self._add(SoundController(model, display, parent=self))
        self.viewpoints = self._add(
            ViewpointsController(window, ViewpointStore.beside(self._store.path), self)
        )
        self.announcement = Announcement(window.stage, window.stage.scale_rects)
        self.presets = self._add(
            PresetsController(
                model, PresetStore.beside(self._store.path), window, self.announcement, self
            )
        )
        self.about = self._add(AboutController(window, self))
        self.appearance = self._add(AppearanceController(model, self))
        self.context_menus = self._add(
            ContextMenuController(window, display, controller, self.charts, self.snapshots, self)
        )

    def _make_booth_features(self) -> None:
        """Make the features for presenting to an audience unattended."""
        window, model, engine, display = self.window, self.model, self.engine, self.display
        controller, status = self.controller, self.status
        self.idle = self._add(IdleController(self))
        self.presenter = self._add(
            PresenterController(window, engine, display, model, self.idle, self)
        )
        self.presenter.captioned.connect(status.set_caption)
        self.fallback = self._add(
            FallbackController(model, controller, engine, self.idle, self.presenter, status, self)
        )
        self.budget = self._add(BudgetController(model, controller, display, status, self))
        self.undo = self._add(UndoController(model, controller, self.presets, self._is_demo, self))
        self.health = self._add(HealthController(model, engine, status, self.recording, self))
        self.outputs = self._add(
            OutputsController(window, model, engine, display, status, parent=self)
        )
        self.page = self._add(
            PageController(window, model, controller, self.outputs, self.fallback, self)
        )
        # Closed before the features above, so that they do not take a lesson's settings for the
        # user's own.
        self.lessons = self._add(LessonController(window, model, controller, display, self))
        self.lessons.opened.connect(self.presenter.set_teaching)
        self.workspaces = self._add(WorkspacesController(window, model, self.lessons, self))

    def _make_controls(self) -> None:
        """Make the inspector and the menus, which offer what the other features do."""
        window, model = self.window, self.model
        self.inspector = self._add(
            InspectorController(
                window.inspector,
                model,
                self.controller,
                self.recording,
                self.sound,
                self.first_frames,
                self._inspector_commands(),
                self,
            )
        )
        window.stage.pressed.connect(self.inspector.follow_pane)
        self.escape = self._add(
            EscapeController(
                window.stage,
                model,
                self.calibration,
                self.presenter,
                (
                    self.report.cancel,
                    self.convert.cancel,
                    self.models.cancel,
                    window.cloud.stop_measuring,
                ),
                self,
            )
        )
        self.cheat_sheet = CheatSheet(window)
        self.menus = self._add(
            MenuController(window, model, self.presets, self._action_table(), self)
        )
        self.outputs.changed.connect(self.menus.show)
        self._add(AnnouncementController(self.announcement, self.controller, self.menus, self))
        self.actions = self.menus.actions
        self.cheat_sheet.set_table(self.actions.cheat_sheet())

    def _inspector_commands(self) -> dict[str, Callable[[], object]]:
        """Return what the inspector's buttons do, by their ids."""
        return {
            "memory.reset": self.controller.reset_memory,
            "cloud.reset_view": self.window.cloud.reset_view,
            "cloud.calibrate": self.calibration.begin,
            "cloud.save_ply": self.snapshots.ask_for_ply,
            "range.take": partial(self.controller.set_range_mode, "fixed"),
            "pins.clear": self.controller.clear_pins,
            "report": self.report.make,
            "booth.full_screen": self.presenter.toggle_kiosk,
            "booth.output": self.presenter.toggle_output,
        }

    def _action_table(self) -> list[Action]:
        """Return everything that can be done by menu and key, in the order of the menus."""
        window, controller = self.window, self.controller
        return [
            *file_actions(window, self.snapshots, self.recording, self.convert),
            *edit_actions(self.undo),
            *play_actions(controller),
            *view_actions(window, controller, self.presenter, self.workspaces, self.escape.restore),
            *viewpoint_actions(self.viewpoints),
            *lane_actions(controller, self.models, self.loading, self.display),
            *compare_actions(controller, self.marks, self.report),
            *booth_actions(controller, self.fallback, self.presenter, self.budget),
            *output_actions(controller, self.outputs, self.page),
            *preset_actions(self.presets),
            *help_actions(window, self.lessons, self.cheat_sheet, self.health, self.about),
        ]

    def _on_devices(self, devices: Devices) -> None:
        self.menus.add(found_devices(self.controller, devices))
        self.window.inspector.model.set_devices(devices)
        self.status.devices_known()

    # -- closing ---------------------------------------------------------------------------------

    def _save_settings(self) -> None:
        self._store.save(self.model.value)

    def _close_window(self) -> None:
        self.window.cloud.close()
        self.window.close()
        self.window.deleteLater()

    # -- read by the capture thread when it opens a source ----------------------------------------

    def _camera_format(self) -> tuple[float, str]:
        return self.model.value.source_fps, self.model.value.source_pixels

    def _is_demo(self) -> bool:
        return self.fallback.is_attracting

    def _fallback_options(self) -> Fallback:
        return resolve.fallback(self.model.value)
