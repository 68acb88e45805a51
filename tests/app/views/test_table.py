"""The table of views: what each of them must have."""

from __future__ import annotations

import pytest

from app.settings.settings import Settings
from app.views.table import KEYS, every_view, find
from widgets.arrangement import PANES
from widgets.theme import resource_path


def test_no_two_views_share_a_key_a_shortcut_or_a_title() -> None:
    for what in ("key", "shortcut", "title"):
        assert len({getattr(view, what) for view in every_view()}) == len(KEYS), what


@pytest.mark.parametrize("key", KEYS)
def test_a_view_names_a_picture_for_its_button_and_panes_that_it_replaces(key: str) -> None:
    view = find(key)
    assert any(resource_path("icons").glob(f"{view.icon}.*"))
    assert view.headline
    for pane in view.layout.panes:
        assert pane.replaces
        assert set(pane.replaces) <= set(PANES)


@pytest.mark.parametrize("key", KEYS)
def test_a_view_asks_for_no_more_than_its_own_part(key: str) -> None:
    request = find(key).needs(Settings())
    assert request.edges == ""
    assert request.pins == ()


def test_an_unknown_view_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        find("spec")  # a module of the room that defines no view
