"""Settings of the window itself."""

from __future__ import annotations

from dataclasses import dataclass

from app.settings.rules import Between, Lines, Name, OneOf
from app.settings.setting import Option, Scope, setting
from app.views import workspaces as workspace_table


@dataclass(frozen=True)
class WindowSettings:
    """What the window shows beside the panes, and how it looks."""

    # fmt: off
    inspector: bool = setting(False, not_shown="toggled by the inspector button (I)")
    workspace: str = setting(
        workspace_table.DEFAULT,
        OneOf({each.key: each.title for each in workspace_table.WORKSPACES}),
        "Workspace", not_shown="set by the tabs",
        option=Option("--workspace", "KEY", f"one of {', '.join(workspace_table.KEYS)}"))
    workspaces: tuple[str, ...] = setting(
        (), Lines(workspace_table.WRITTEN, "look rgb,cloud side 0"),
        not_shown="how each workspace was left", scope=Scope.MACHINE)
    lessons_folder: str = setting(
        "", Name(), not_shown="chosen below the list of lessons", scope=Scope.MACHINE)
    theme: str = setting(
        "system", OneOf({"system": "As the system", "dark": "Dark", "light": "Light"}), "Theme",
        "Dark or light window; As the system follows the desktop's setting at once",
        scope=Scope.MACHINE)
    type_scale: float = setting(
        1.0, Between(0.8, 2.0), "Type size", "Size of all text relative to the usual",
        control="choice", choices=(
            (0.85, "Small"), (1.0, "Normal"), (1.25, "Large"), (1.5, "Larger"), (2.0, "Largest")),
        scope=Scope.MACHINE)
    numbers: bool = setting(
        False, tip="All readings over the pictures (Shift+I)", not_shown="in the View menu")
    hint_seen: bool = setting(
        False, not_shown="set once the first hint was shown", scope=Scope.MACHINE)
    # fmt: on
