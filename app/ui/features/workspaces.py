"""The workspaces Look, Compare, 3D and Teach, as tabs of the window."""

from __future__ import annotations

from PyQt6.QtCore import QObject

from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.settings.workspaces import switched
from app.ui.features.feature import FeatureController
from app.ui.features.lessons import LessonController
from app.ui.main_window import MainWindow
from app.views import table as views
from app.views import workspaces


class WorkspacesController(FeatureController):
    """Switches workspaces; the one with lessons and the lessons' panel open and close together."""

    def __init__(
        self,
        window: MainWindow,
        model: SettingsModel,
        lessons: LessonController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._model = model
        self._lessons = lessons
        self._next = ""  # where to go when the lessons are left
        self._before = workspaces.DEFAULT
        window.tabs.chosen.connect(self.choose)
        lessons.opened.connect(self._on_lessons)
        self._unsubscribe = model.subscribe(self._on_settings)

    def start(self) -> None:
        """Show the workspace of the settings."""
        self._show()

    def close(self) -> None:
        """Stop following the settings; what closes after this changes no workspace."""
        self._lessons.opened.disconnect(self._on_lessons)
        self._unsubscribe()

    def choose(self, key: str) -> None:
        """Switch to a workspace.

        Raises
        ------
        KeyError
            If there is none of that key.
        """
        has_lesson = workspaces.find(key).has_lesson
        if self._lessons.is_open and not has_lesson:
            self._next = key
            self._lessons.leave()  # restores the settings from before, and switches then
        elif has_lesson and not self._lessons.is_open:
            self._lessons.open()
        else:
            self._model.replace(**switched(self._model.value, key))

    def _on_lessons(self, is_open: bool) -> None:
        now = workspaces.find(self._model.value.workspace)
        if is_open == now.has_lesson:
            return
        if is_open:
            self._before = now.key
            key = next(each.key for each in workspaces.WORKSPACES if each.has_lesson)
        else:
            key, self._next = self._next or self._before, ""
        self._model.replace(**switched(self._model.value, key))

    def _on_settings(self, _settings: Settings, changed: frozenset[str]) -> None:
        if changed & {"workspace", "view"}:
            self._show()

    def _show(self) -> None:
        """Show what the settings say, however they came to."""
        settings = self._model.value
        workspace = workspaces.find(settings.workspace)
        self._window.tabs.set_current(workspace.key)
        self._window.set_views_visible(workspace.has_views or settings.view != views.DEFAULT)
        if workspace.has_lesson and not self._lessons.is_open:
            self._lessons.open()
        elif self._lessons.is_open and not workspace.has_lesson:
            self._lessons.leave(restores=False)  # the settings are another set-up already
