"""Everything that can be done by menu and key, one line each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.settings.presets import SLOTS
from app.settings.settings import Settings
from app.ui.action_choices import lanes, picture
from app.ui.actions import Action, is_on, is_set_to
from app.ui.features.budget import is_wanted
from app.views.table import every_view
from widgets.arrangement import PANES

if TYPE_CHECKING:
    from app.ui.application import Application


def action_table(application: Application) -> list[Action]:
    """The table for one window, in the order of the menus."""
    rows = (_file, _play, _view, lanes, _compare, _booth, _presets, _help)
    return [action for section in rows for action in section(application)]


def _file(application: Application) -> list[Action]:
    menu, source = "&File", application.window.source_menu
    return [
        Action("file.video", menu, "Open &video…", "Ctrl+O", source.ask_for_video),
        Action("file.folder", menu, "Open &folder…", "Ctrl+Shift+O", source.ask_for_folder),
        Action("file.stream", menu, "Open &network stream…", "", source.ask_for_stream),
        Action("file.snapshot", menu, "&Snapshot", "S", application.snapshots.save, is_apart=True),
        Action("file.record", menu, "&Record", "Ctrl+R", application.recording.toggle),
        Action("file.ply", menu, "Save &point cloud…", "Ctrl+P", application.snapshots.ask_for_ply),
        Action("file.quit", menu, "&Quit", "Ctrl+Q", application.quit, is_apart=True),
    ]


def _play(application: Application) -> list[Action]:
    menu, controller = "&Play", application.controller
    return [
        Action("play.pause", menu, "&Pause or go on", "Space", controller.toggle_pause),
        Action(
            "play.forward", menu, "Step &forward", ".", controller.step_forward, is_apart=True
        ),
        Action("play.back", menu, "Step &back", ",", controller.step_back),
        Action(
            "play.loop", menu, "&Loop", "L", partial(controller.toggle, "loop"),
            is_on=partial(is_on, "loop"), is_apart=True,
        ),
    ]  # fmt: skip


def _view(application: Application) -> list[Action]:
    menu, controller, window = "&View", application.controller, application.window
    names = ("RGB", "Disparity A", "Disparity B", "Point cloud")
    panes = [
        Action(
            f"view.pane{number + 1}",
            menu,
            f"Pane &{number + 1}: {name}",
            str(number + 1),
            partial(controller.toggle_pane, number),
            is_on=partial(_pane, number),
        )
        for number, name in enumerate(names)
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
        *panes,
        *views,
        Action(
            "view.edges", menu, "Depth &edges", "E", partial(controller.toggle, "edges"),
            is_on=partial(is_on, "edges"), is_apart=True,
        ),
        *picture(application),
        Action("view.fit", menu, "Fit the &picture", "0", window.view.reset, is_apart=True),
        Action("view.one", menu, "One to &one", "Shift+1", window.stage.one_to_one),
        Action("view.home", menu, "Reset &3D view", "Home", window.cloud.reset_view, is_apart=True),
        Action(
            "view.grid", menu, "&Ground grid in 3D", "Shift+G",
            partial(controller.toggle, "cloud_grid"), is_on=partial(is_on, "cloud_grid"),
        ),
        Action(
            "view.axes", menu, "&Axes in 3D", "Shift+X", partial(controller.toggle, "cloud_axes"),
            is_on=partial(is_on, "cloud_axes"),
        ),
        Action(
            "view.full", menu, "F&ull screen", "F11", application.presenter.toggle_kiosk,
            is_apart=True,
        ),
        Action("view.restore", menu, "&Restore", "Esc", application.restore),
        Action(
            "view.inspector", menu, "&Inspector", "I", application.presenter.toggle_inspector,
            is_on=partial(is_on, "inspector"),
        ),
    ]  # fmt: skip


def _compare(application: Application) -> list[Action]:
    menu, controller = "&Compare", application.controller
    return [
        Action(
            "compare.pin", menu, "&Pin under the cursor", "P", application.marks.pin_under_cursor,
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
            "compare.report", menu, "Repor&t over the whole clip…", "", application.report.make,
            is_apart=True,
        ),
    ]  # fmt: skip


def _booth(application: Application) -> list[Action]:
    menu, controller, fallback = "&Booth", application.controller, application.fallback
    return [
        Action(
            "booth.panic", menu, "&Backup clip, and back", "F12", fallback.toggle_panic,
            tip="Show the backup clip at once; the same key returns to the source",
        ),
        Action(
            "booth.presenter", menu, "&Presenter's type and words", "F9",
            partial(controller.toggle, "presenter"), is_on=partial(is_on, "presenter"),
        ),
        Action(
            "booth.output", menu, "&Second screen without controls", "F8",
            application.presenter.toggle_output,
        ),
        Action(
            "booth.budget", menu, "&Input size by frame budget", "", application.budget.toggle,
            is_on=is_wanted,
        ),
    ]  # fmt: skip


def _presets(application: Application) -> list[Action]:
    menu, presets = "P&resets", application.presets
    recalls = [
        Action(
            f"presets.recall{slot}", menu, f"&{slot}", f"Ctrl+{slot}",
            partial(presets.recall, slot), listed=slot == 1, sheet_key="Ctrl+1–9",
            sheet_text="Recall a preset",
        )
        for slot in SLOTS
    ]  # fmt: skip
    stores = [
        Action(
            f"presets.store{slot}", menu, f"Store as preset {slot}…", f"Ctrl+Shift+{slot}",
            partial(presets.store_and_ask, slot), listed=slot == 1, sheet_key="Ctrl+Shift+1–9",
            sheet_text="Store as a preset", is_apart=slot == 1,
        )
        for slot in SLOTS
    ]  # fmt: skip
    return [*recalls, *stores]


def _help(application: Application) -> list[Action]:
    menu = "&Help"
    return [
        Action("help.lessons", menu, "&Lessons", "F1", application.lessons.toggle),
        Action("help.keys", menu, "&Keys", "?", application.toggle_cheat_sheet),
        Action(
            "help.diagnostics",
            menu,
            "Copy &diagnostics",
            "",
            application.health.copy_diagnostics,
            is_apart=True,
        ),
        Action("help.about", menu, "&About FlashDepth Live", "", application.about.show),
    ]


def _pane(number: int, settings: Settings) -> bool:
    return PANES[number] in settings.panes
