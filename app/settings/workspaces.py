"""From one workspace to another, as changes of settings."""

from __future__ import annotations

from typing import Any

from app.settings.settings import Settings
from app.views.workspaces import Arrangement, arrangement_of, with_arrangement


def switched(settings: Settings, key: str) -> dict[str, Any]:
    """Return the changes that lead to the workspace `key` as it was left; {} if it is on.

    The present one is remembered as it is now.

    Raises
    ------
    KeyError
        For a workspace that does not exist.
    """
    if key == settings.workspace:
        return {}
    now = Arrangement(settings.panes, settings.view, settings.inspector)
    kept = with_arrangement(settings.workspaces, settings.workspace, now)
    then = arrangement_of(key, kept)
    return {
        "workspace": key,
        "workspaces": kept,
        "panes": then.panes,
        "view": then.view,
        "inspector": then.inspector,
    }
