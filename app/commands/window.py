"""The default command: the window."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.commands.options import ALL, add_common, add_window_options
from app.settings.settings import SETTINGS, Settings
from app.settings.store import SettingsStore, settings_path
from app.settings.workspaces import switched
from app.sources.parsing import may_open_at_start, parse_spec
from app.system.display_server import display_answers
from app.system.memory import pause_collection
from models.errors import UsageError


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_common(parser, ALL)
    add_window_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Open the window and stay until it closes; returns the exit code."""
    pause_collection()
    store = SettingsStore(settings_path(getattr(arguments, "profile", None) or "default"))
    remembered, note = (Settings(), "") if getattr(arguments, "reset", False) else store.load()
    settings = with_arguments(remembered, arguments)
    store.set_for_this_run(remembered, settings)
    require_display()
    from app.ui.gui import WindowOptions, run_gui

    options = WindowOptions(
        size=getattr(arguments, "window_size", None),
        quit_after_s=getattr(arguments, "quit_after", None),
        screenshot=_screenshot_path(arguments),
        quit_when_shown=getattr(arguments, "quit_when_shown", False),
        record=getattr(arguments, "record", None),
        outputs=tuple(getattr(arguments, "output", ())),
        note=note,
    )
    return run_gui(settings, store, options)


def with_arguments(settings: Settings, arguments: argparse.Namespace) -> Settings:
    """Return the stored settings with the arguments of the command line applied.

    A remembered camera is offered in the window but never opened without a request.

    Raises
    ------
    UsageError
        If a model or device does not exist, or a value is unusable.
    """
    changes: dict[str, Any] = {}
    if not may_open_at_start(settings.source):
        changes["source"] = Settings().source
    given = vars(arguments)
    if "source" in given:
        parse_spec(given["source"])
    for key, known in SETTINGS.items():
        if known.option is not None and known.option.dest in given:
            changes[key] = given[known.option.dest]
    if "source_size" in given:
        changes["source_width"], changes["source_height"] = given["source_size"]
    if given.get("device", "auto") not in ("auto", "cpu"):  # those are everywhere
        from models.devices.device import resolve

        resolve(given["device"])
    try:
        if "workspace" in changes:
            changes = switched(settings, changes["workspace"]) | changes
        settings = replace(settings, **changes)
    except ValueError as error:
        raise UsageError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    chosen = [given[lane] for lane in ("a", "b") if lane in given]
    if chosen:
        from models import registry

        for model in chosen:
            registry.find(model)
    return settings


def _screenshot_path(arguments: argparse.Namespace) -> Path | None:
    path: Path | None = getattr(arguments, "screenshot", None)
    if path is None:
        return None
    if path.suffix.lower() != ".png":
        raise UsageError(f"A screenshot must be a PNG; call it {path.with_suffix('.png').name}.")
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent} for the screenshot; create it first.")
    return path


def require_display() -> None:
    """Check that a window can be opened.

    Raises
    ------
    UsageError
        If not.
    """
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise UsageError(
            "There is no display to open a window on; use `python main.py process INPUT --out "
            "DIR`, which needs none."
        )
    if not display_answers():
        name = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        raise UsageError(
            f"The display {name} does not answer; set DISPLAY to one that runs, or use `python "
            "main.py process INPUT --out DIR`, which needs none."
        )
