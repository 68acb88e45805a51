"""Says over the pictures what a key or a menu changed."""

from __future__ import annotations

from PyQt6.QtCore import QObject

from app.settings.settings import SETTINGS, Settings
from app.ui.actions import Action
from app.ui.controller import Controller
from app.ui.features.feature import FeatureController
from app.ui.features.menus import MenuController
from widgets.announcement import Announcement

_MOST = 2
"""Of more settings that change together, none is said."""
_BRINGS_OTHERS = "workspace"
"""A workspace brings its own panes and view, which would only hide its name."""


class AnnouncementController(FeatureController):
    """Shows, for a moment, the new value of what was changed by key or menu.

    What is changed elsewhere, as in the inspector, is seen there.
    """

    def __init__(
        self,
        announcement: Announcement,
        controller: Controller,
        menus: MenuController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._announcement = announcement
        controller.told.connect(announcement.show_text)
        menus.done.connect(self._on_done)

    def _on_done(self, action: Action, before: Settings, after: Settings) -> None:
        text = change_in_words(before, after) if action.is_announced else ""
        if text:
            self._announcement.show_text(text)


def change_in_words(before: Settings, after: Settings) -> str:
    """Return the label and new value of the settings that differ, or ""."""
    differ = [
        key
        for key, known in SETTINGS.items()
        if known.label and known.is_announced and getattr(before, key) != getattr(after, key)
    ]
    if _BRINGS_OTHERS in differ:
        differ = [_BRINGS_OTHERS]
    known = [(SETTINGS[key], getattr(after, key)) for key in differ]
    changed = [f"{each.label}: {each.in_words(value)}" for each, value in known]
    return "   ".join(changed) if len(changed) <= _MOST else ""
