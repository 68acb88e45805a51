from argparse import Namespace
from dataclasses import replace

import pytest

from app.commands.window import with_arguments
from app.settings.settings import SETTINGS, Settings
from app.settings.workspaces import switched
from app.views.workspaces import KEYS, WORKSPACES, Arrangement, arrangement_of
from widgets.arrangement import PANES


def to(settings: Settings, key: str) -> Settings:
    return replace(settings, **switched(settings, key))


def test_the_window_starts_with_all_panes_and_a_closed_inspector() -> None:
    start = Settings()
    assert (start.workspace, start.panes, start.inspector) == ("look", PANES, False)
    for each in WORKSPACES:
        assert to(start, each.key).panes == each.panes


def test_each_workspace_is_remembered_as_it_was_left() -> None:
    settings = to(Settings(), "compare")
    settings = replace(settings, view="wipe", panes=("rgb", "depth_b"), inspector=True)
    for key in KEYS[2:]:
        settings = to(settings, key)
        assert (settings.view, settings.inspector) == ("side", False)
    settings = to(settings, "compare")
    assert settings.view == "wipe"
    assert settings.panes == ("rgb", "depth_b")
    assert settings.inspector


def test_switching_changes_nothing_else_and_to_itself_nothing() -> None:
    settings = Settings(colormap="viridis", model_b="off")
    changes = switched(settings, "3d")
    assert set(changes) <= {"workspace", "workspaces", "panes", "view", "inspector"}
    assert switched(settings, settings.workspace) == {}
    with pytest.raises(KeyError):
        switched(settings, "4d")


def test_what_is_remembered_can_be_written_and_rubbish_is_refused() -> None:
    rule = SETTINGS["workspaces"].rule
    assert rule.broken_by(to(to(Settings(), "teach"), "look").workspaces) is None
    for wrong in (("look",), ("attic rgb side 0",), ("look rgb side 2",), "look rgb side 0"):
        assert rule.broken_by(wrong) is not None
    for outdated in ("look attic side 0", "look rgb sideways 0"):
        assert rule.broken_by((outdated,)) is None
        assert arrangement_of("look", (outdated,)) == Arrangement(PANES)


def test_the_command_line_starts_in_a_workspace_and_what_else_it_names_wins() -> None:
    given = with_arguments(Settings(), Namespace(workspace="compare"))
    assert given.panes == ("rgb", "depth_a", "depth_b")
    given = with_arguments(Settings(), Namespace(workspace="compare", view="xt"))
    assert (given.workspace, given.view) == ("compare", "xt")
