"""Everything that can be done by menu and key, one line each, one function per menu.

Each function takes the controllers that carry its actions out; the application puts the menus in
order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.outputs.table import OUTPUTS
from app.settings.settings import Settings
from app.settings.slot_store import SLOTS
from app.ui.action_choices import (
    cloud_actions,
    content_actions,
    picture_actions,
    workspace_actions,
)
from app.ui.actions import Action, is_on, is_set_to
from app.ui.controller import Controller
from app.ui.features.about import AboutController
from app.ui.features.budget import BudgetController, may_lower_quality
from app.ui.features.convert import ConvertController
from app.ui.features.fallback import FallbackController
from app.ui.features.health import HealthController
from app.ui.features.lessons import LessonController
from app.ui.features.marks import MarksController
from app.ui.features.outputs import OutputsController
from app.ui.features.page import PageController
from app.ui.features.presenter import PresenterController
from app.ui.features.presets import PresetsController
from app.ui.features.recording import RecordingController
from app.ui.features.report import ReportController
from app.ui.features.snapshots import SnapshotController
from app.ui.features.undo import UndoController
from app.ui.features.viewpoints import ViewpointsController
from app.ui.features.workspaces import WorkspacesController
from app.ui.main_window import MainWindow
from app.views.table import every_view
from widgets.arrangement import PANE_TITLES, PANES
from widgets.cheat_sheet import CheatSheet


def file_actions(
    window: MainWindow,
    snapshots: SnapshotController,
    recording: RecordingController,
    convert: ConvertController,
) -> list[Action]:
    """Actions of the File menu."""
    menu, source = "&File", window.source_menu
    return [
        Action("file.video", menu, "Open &video…", "Ctrl+O", source.dialogs.ask_for_video),
        Action("file.folder", menu, "Open &folder…", "Ctrl+Shift+O", source.dialogs.ask_for_folder),
        Action("file.stream", menu, "Open &network stream…", "", source.dialogs.ask_for_stream),
        Action("file.snapshot", menu, "&Snapshot", "S", snapshots.save, is_apart=True),
        Action("file.record", menu, "&Record", "Ctrl+R", recording.toggle),
        Action("file.ply", menu, "Save &point cloud…", "Ctrl+P", snapshots.ask_for_ply),
        Action(
            "file.convert",
            menu,
            "&Convert recording…",
            "",
            convert.ask,
            tip="Write a recording for Rerun, Foxglove, Blender, Nuke and others",
        ),
        Action("file.quit", menu, "&Quit", "Ctrl+Q", window.close, is_apart=True),
    ]


def edit_actions(undo: UndoController) -> list[Action]:
    """Actions of the Edit menu."""
    menu = "&Edit"
    return [
        Action(
            "edit.undo", menu, "&Undo", "Ctrl+Z", undo.undo,
            tip="Take back the last change of a setting, pin or preset",
        ),
        Action("edit.redo", menu, "&Redo", "Ctrl+Shift+Z", undo.redo),
    ]  # fmt: skip


def play_actions(controller: Controller) -> list[Action]:
    """Actions of the Play menu."""
    menu = "&Play"
    return [
        Action("play.pause", menu, "&Play/Pause", "Space", controller.toggle_pause),
        Action(
            "play.forward", menu, "Step &forward", ".", controller.step_forward, is_apart=True
        ),
        Action("play.back", menu, "Step &back", ",", controller.step_back),
        Action(
            "play.loop", menu, "&Loop", "L", partial(controller.toggle, "loop"),
            is_on=partial(is_on, "loop"), is_apart=True,
        ),
    ]  # fmt: skip


def view_actions(
    window: MainWindow,
    controller: Controller,
    presenter: PresenterController,
    workspaces: WorkspacesController,
    restore: Callable[[], None],
) -> list[Action]:
    """Actions of the View menu."""
    menu = "&View"
    panes = [
        Action(
            f"view.pane{number + 1}",
            menu,
            f"Pane &{number + 1}: {name}",
            str(number + 1),
            partial(controller.toggle_pane, number),
            is_on=partial(_pane, number),
            is_apart=number == 0,
        )
        for number, name in enumerate(PANE_TITLES.values())
    ]
    views = [
        Action(
            f"view.{spec.key}",
            menu,
            f"&{spec.title}",
            spec.shortcut,
            partial(controller.toggle_view, spec.key),
            spec.tip,
            is_on=partial(is_set_to, "view", spec.key),
            is_apart=at == 0,
        )
        for at, spec in enumerate(every_view())
    ]
    return [
        *workspace_actions(workspaces),
        *panes,
        *views,
        Action(
            "view.edges", menu, "Depth &edges over RGB", "E", partial(controller.toggle, "edges"),
            is_on=partial(is_on, "edges"), is_apart=True,
        ),
        *picture_actions(controller),
        Action("view.fit", menu, "Fit &picture", "0", window.view.reset, is_apart=True),
        Action("view.one", menu, "Actual si&ze (1:1)", "Shift+1", window.stage.one_to_one),
        *cloud_actions(window, controller),
        Action(
            "view.full", menu, "F&ull screen", "F11", presenter.toggle_kiosk,
            tip="Pictures and words only; all keys still work, Esc leaves", is_apart=True,
        ),
        Action(
            "view.restore", menu, "&Back", "Esc", restore,
            tip="End a measurement, cancel a calibration, else restore an enlarged pane, else "
            "leave full screen, else return to side by side",
        ),
        Action(
            "view.inspector", menu, "&Inspector", "I", presenter.toggle_inspector,
            is_on=partial(is_on, "inspector"),
        ),
        Action(
            "view.numbers", menu, "All &numbers", "Shift+I", partial(controller.toggle, "numbers"),
            tip="Rates, times, sizes and device over the pictures", is_on=partial(is_on, "numbers"),
        ),
    ]  # fmt: skip


def viewpoint_actions(viewpoints: ViewpointsController) -> list[Action]:
    """The View menu's way to save viewpoints, whose keys the menu on the cloud's chip has."""
    return [
        Action(
            "view.viewpoint", "&View", "Save 3D &viewpoint…", "", viewpoints.ask_and_save,
            sheet_key="Alt+1–9", sheet_text="Recall a viewpoint",
        ),
    ]  # fmt: skip


def compare_actions(
    controller: Controller, marks: MarksController, report: ReportController
) -> list[Action]:
    """Actions of the Compare menu."""
    menu = "&Compare"
    return [
        Action(
            "compare.pin", menu, "&Pin point under cursor", "P", marks.pin_under_cursor,
        ),
        Action("compare.unpin", menu, "&Remove pins", "Shift+P", controller.clear_pins),
        Action(
            "compare.charts", menu, "&Charts", "G", partial(controller.toggle, "charts"),
            is_on=partial(is_on, "charts"), is_apart=True,
        ),
        Action(
            "compare.sound", menu, "&Sound", "Shift+S", partial(controller.toggle, "sound"),
            is_on=partial(is_on, "sound"),
        ),
        Action(
            "compare.report", menu, "Repor&t…", "", report.make,
            is_apart=True,
        ),
    ]  # fmt: skip


def booth_actions(
    controller: Controller,
    fallback: FallbackController,
    presenter: PresenterController,
    budget: BudgetController,
) -> list[Action]:
    """Actions of the Booth menu."""
    menu = "&Booth"
    return [
        Action(
            "booth.panic", menu, "&Backup clip", "F12", fallback.toggle_panic,
            tip="Show the backup clip at once; press again to return to the source",
        ),
        Action(
            "booth.presenter", menu, "&Presenter mode", "F9",
            partial(controller.toggle, "presenter"), is_on=partial(is_on, "presenter"),
        ),
        Action(
            "booth.output", menu, "&Audience window", "F8",
            presenter.toggle_output,
            tip="Pictures and words only, on the second screen if there is one",
        ),
        Action(
            "booth.budget", menu, "&Lower quality to hold frame rate", "", budget.toggle,
            is_on=may_lower_quality,
        ),
    ]  # fmt: skip


def output_actions(
    controller: Controller, outputs: OutputsController, page: PageController
) -> list[Action]:
    """Actions of the Output menu: one per kind of output, and what goes out."""
    menu = "&Output"
    own: dict[str, Callable[[], None]] = {"page": page.toggle}
    kinds = [
        Action(
            f"output.{kind.key}", menu, kind.title, kind.shortcut,
            own.get(kind.key) or partial(outputs.toggle, kind), tip=kind.tip,
            is_on=partial(outputs.is_running, kind.key),
        )
        for kind in OUTPUTS
    ]  # fmt: skip
    return [*kinds, *content_actions(controller)]


def preset_actions(presets: PresetsController) -> list[Action]:
    """Actions of the Presets menu."""
    menu = "P&resets"
    recalls = [
        Action(
            f"presets.recall{slot}", menu, f"&{slot}", f"Ctrl+{slot}",
            partial(presets.recall, slot), listed=slot == 1, sheet_key="Ctrl+1–9",
            sheet_text="Recall a preset", is_announced=False,
        )
        for slot in SLOTS
    ]  # fmt: skip
    stores = [
        Action(
            f"presets.store{slot}", menu, f"&{slot}", f"Ctrl+Shift+{slot}",
            partial(presets.ask_and_store, slot), tip=f"Store the current setup as preset {slot}",
            listed=slot == 1, sheet_key="Ctrl+Shift+1–9", sheet_text="Store a preset",
            is_apart=slot == 1, submenu="&Store as",
        )
        for slot in SLOTS
    ]  # fmt: skip
    return [*recalls, *stores]


def help_actions(
    window: MainWindow,
    lessons: LessonController,
    keys: CheatSheet,
    health: HealthController,
    about: AboutController,
) -> list[Action]:
    """Actions of the Help menu."""
    menu = "&Help"
    return [
        Action("help.lessons", menu, "&Lessons", "F1", lessons.toggle),
        Action("help.menu", menu, "&Menu", "F10", window.open_menu),
        Action("help.keys", menu, "&Keyboard shortcuts", "?", keys.toggle),
        Action(
            "help.diagnostics",
            menu,
            "Copy &diagnostics",
            "",
            health.copy_diagnostics,
            is_apart=True,
        ),
        Action("help.about", menu, "&About FlashDepth Live", "", about.show),
    ]


def _pane(number: int, settings: Settings) -> bool:
    return PANES[number] in settings.panes
