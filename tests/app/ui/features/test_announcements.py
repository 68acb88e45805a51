"""What is said over the pictures of what a key changed."""

from __future__ import annotations

from app.settings.settings import Settings
from app.ui.features.announcements import change_in_words


def test_a_workspace_is_named_without_the_panes_that_it_brings() -> None:
    before = Settings(workspace="look")
    after = Settings(workspace="compare", panes=("rgb", "depth_a", "depth_b"), view="wipe")
    assert change_in_words(before, after) == "Workspace: Compare"


def test_two_settings_that_change_together_are_both_named() -> None:
    words = change_in_words(Settings(), Settings(edges=True, mirror=True))
    assert len(words.split("   ")) == 2
