"""Parts of the menus: sub-menus that choose one of several, workspaces, and the point cloud."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial

from app.settings.groups.lanes import INPUT_SIZES
from app.settings.settings import SETTINGS, Settings
from app.ui.actions import Action, is_on, is_set_to
from app.ui.controller import Controller
from app.ui.display import Display
from app.ui.features.loading import ALWAYS, Devices, LoadingController
from app.ui.features.models import ModelController
from app.ui.features.workspaces import WorkspacesController
from app.ui.main_window import MainWindow
from app.views.workspaces import WORKSPACES
from models import names, registry

_MENUS = {"view": "&View", "lanes": "&Lanes", "output": "&Output"}
"""By the first part of an action's id."""


def lane_actions(
    controller: Controller, models: ModelController, loading: LoadingController, display: Display
) -> list[Action]:
    """Return what the Lanes menu offers: models, memory, input size, device and threads."""
    menu = "&Lanes"
    return [
        *_lane(models, "a"),
        *_lane(models, "b"),
        Action(
            "lanes.truth", menu, "Ground &truth in lane B", "T", models.toggle_truth,
            tip="Show the source's own disparity in lane B if it has one; press again to return",
            is_on=partial(is_set_to, "model_b", registry.GROUND_TRUTH),
        ),
        Action(
            "lanes.memory", menu, "&Memory", "M", controller.toggle_memory,
            is_on=partial(is_on, "memory"), is_apart=True,
        ),
        Action("lanes.reset", menu, "&Reset memory", "R", controller.reset_memory),
        *_sizes(controller, display),
        *_device(controller, loading),
    ]  # fmt: skip


def picture_actions(controller: Controller) -> list[Action]:
    """Return colour map, range and orientation, each a sub-menu of the View menu."""
    menu = "&View"
    colours, ranges, turns = "&Colour map", "&Range", "&Mirror and rotate"
    return [
        Action("view.colormap", menu, "&Next", "C", partial(controller.next_of, "colormap"),
               submenu=colours, sheet_text="Next colour map"),
        *_choices(controller, "view.colormap", colours, "colormap"),
        Action("view.range", menu, "&Next", "N", partial(controller.next_of, "range_mode"),
               submenu=ranges, sheet_text="Next range mode"),
        *_choices(controller, "view.range", ranges, "range_mode"),
        Action("view.lock", menu, "&Lock current range", "K", controller.toggle_range_lock,
               submenu=ranges, sheet_text="Lock current range", is_apart=True,
               is_on=partial(is_on, "range_locked")),
        Action("view.mirror", menu, "&Mirror", "H", partial(controller.toggle, "mirror"),
               submenu=turns, is_on=partial(is_on, "mirror")),
        Action("view.turn", menu, "&Rotate by 90°", "Shift+H",
               partial(controller.next_of, "rotate"), submenu=turns),
        *_choices(controller, "view.rotate", turns, "rotate"),
    ]  # fmt: skip


def content_actions(controller: Controller) -> list[Action]:
    """Return what can go out, a sub-menu of the Output menu."""
    return _choices(controller, "output.content", "&What goes out", "output_content")


def cloud_actions(window: MainWindow, controller: Controller) -> list[Action]:
    """Return what can be done with the point cloud, in the View menu."""
    menu = _MENUS["view"]
    return [
        Action("view.home", menu, "Reset &3D view", "Home", window.cloud.reset_view, is_apart=True),
        Action(
            "view.grid", menu, "3D &ground grid", "Shift+G",
            partial(controller.toggle, "cloud_grid"), is_on=partial(is_on, "cloud_grid"),
        ),
        Action(
            "view.axes", menu, "3D &axes", "Shift+X", partial(controller.toggle, "cloud_axes"),
            is_on=partial(is_on, "cloud_axes"),
        ),
        Action(
            "view.ruler", menu, "3D r&uler", "U", window.cloud.toggle_measuring,
            tip="Measure the length between two clicks on the cloud",
        ),
        Action(
            "view.mesh", menu, "3D &mesh", "Shift+M", partial(controller.next_of, "cloud_style"),
            is_on=partial(is_set_to, "cloud_style", "mesh"),
        ),
        Action(
            "view.fill", menu, "Fill in &behind 3D edges", "",
            partial(controller.toggle, "cloud_fill"), is_on=partial(is_on, "cloud_fill"),
        ),
        Action(
            "view.sway", menu, "3D s&way", "", partial(controller.toggle, "cloud_sway"),
            is_on=partial(is_on, "cloud_sway"),
        ),
    ]  # fmt: skip


def workspace_actions(workspaces: WorkspacesController) -> list[Action]:
    """Return the workspaces, at the top of the View menu."""
    return [
        Action(
            f"view.workspace.{each.key}", "&View", f"{each.title} workspace", each.shortcut,
            partial(workspaces.choose, each.key), each.tip,
            is_on=partial(is_set_to, "workspace", each.key),
        )
        for each in WORKSPACES
    ]  # fmt: skip


def _lane(models: ModelController, lane: str) -> list[Action]:
    menu, submenu, letter = "&Lanes", f"Lane &{lane.upper()}", lane.upper()
    key = f"model_{lane}"
    entries = [
        Action(
            f"lanes.{lane}.{entry.name}", menu, entry.title.replace("&", "&&"), "",
            partial(models.choose, lane, entry.name), entry.summary,
            is_on=partial(_shows, key, entry.name), submenu=submenu, is_apart=at == 0,
        )
        for at, entry in enumerate(registry.entries())
    ]  # fmt: skip
    return [
        Action(f"lanes.{lane}.next", menu, "&Next installed", f"Ctrl+{letter}",
               partial(models.next_installed, lane), submenu=submenu,
               sheet_text=f"Next model in lane {letter}"),
        Action(f"lanes.{lane}.ema", menu, "&Smoothed (+EMA)", f"Shift+{letter}",
               partial(models.toggle_ema, lane), submenu=submenu,
               sheet_text=f"Smooth lane {letter} (+EMA)", is_on=partial(_is_smoothed, key)),
        *entries,
    ]  # fmt: skip


def _sizes(controller: Controller, display: Display) -> list[Action]:
    menu, submenu = "&Lanes", "&Input size"
    return [
        Action("lanes.larger", menu, "&Larger", "Ctrl+Up",
               partial(_resize, controller, display, 1),
               submenu=submenu, sheet_text="Larger input size", is_apart=True),
        Action("lanes.smaller", menu, "&Smaller", "Ctrl+Down",
               partial(_resize, controller, display, -1),
               submenu=submenu, sheet_text="Smaller input size"),
        *_choices(controller, "lanes.size", submenu, "input_size"),
    ]  # fmt: skip


def found_devices(controller: Controller, devices: Devices) -> list[Action]:
    """Return what the menu of devices offers besides those that every machine has."""
    known = {name for name, _, _ in ALWAYS}
    found = [(name, words) for name, words, why in devices if name not in known and not why]
    return _choices(controller, "lanes.device", "&Device", "device", found) if found else []


def _device(controller: Controller, loading: LoadingController) -> list[Action]:
    menu, threads = "&Lanes", _thread_counts()
    return [
        Action("lanes.device", menu, "&Next", "Ctrl+D",
               loading.next_device,
               submenu="&Device", sheet_text="Next device"),
        *_choices(controller, "lanes.device", "&Device", "device",
                 [(name, words) for name, words, _ in ALWAYS]),
        Action("lanes.threads", menu, "&Next", "Ctrl+T",
               partial(controller.next_of, "threads", [count for count, _ in threads]),
               submenu="T&hreads", sheet_text="Next thread count"),
        *_choices(controller, "lanes.threads", "T&hreads", "threads", threads),
    ]  # fmt: skip


def _choices(
    controller: Controller,
    action_id: str,
    submenu: str,
    key: str,
    options: Sequence[tuple[object, str]] = (),
) -> list[Action]:
    """Return one action per value of the setting `key`; `options` replace the setting's own."""
    return [
        Action(
            f"{action_id}.{value}",
            _MENUS[action_id.partition(".")[0]],
            words.replace("&", "&&"),
            "",
            partial(controller.change, key, value),
            is_on=partial(is_set_to, key, value),
            submenu=submenu,
            is_apart=at == 0,
        )
        for at, (value, words) in enumerate(options or SETTINGS[key].menu)
    ]


def _resize(controller: Controller, display: Display, by: int) -> None:
    """Set the next larger or smaller input size, starting from what the network gets now."""
    now = controller.settings.input_size
    last = display.last
    if now == 0 and last is not None:
        given = (lane.depth.network_size for lane in last.lanes.values())
        now = min((min(size) for size in given if size is not None), default=0)
    further = [size for size in INPUT_SIZES if (size - now) * by > 0]
    if further:
        controller.set("input_size", further[0] if by > 0 else further[-1])


def _thread_counts() -> list[tuple[int, str]]:
    """Return automatic, then powers of two up to the number of cores, with their labels."""
    cores = os.cpu_count() or 1
    counts = sorted({*(1 << n for n in range(cores.bit_length())), cores})
    return [(0, "Automatic"), *((count, str(count)) for count in counts)]


def _shows(key: str, name: str, settings: Settings) -> bool:
    return names.unsmoothed(str(getattr(settings, key))) == name


def _is_smoothed(key: str, settings: Settings) -> bool:
    return names.is_smoothed(str(getattr(settings, key)))
