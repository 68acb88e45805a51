"""Guided lessons at the side of the window; a step's set-up is settings, nothing else."""

from __future__ import annotations

import logging

from PyQt6.QtCore import QObject

from app.settings import SettingsModel, coerced
from app.window import MainWindow
from widgets.lesson_panel import LessonPanel
from widgets.lessons import load_lessons
from widgets.theme import resource_path

log = logging.getLogger(__name__)


class LessonDesk(QObject):
    """Opens the lesson panel when it is first wanted and puts its steps into force."""

    def __init__(
        self, window: MainWindow, model: SettingsModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._model = model
        self.panel: LessonPanel | None = None

    def toggle(self) -> None:
        """Show or hide the lessons."""
        if self.panel is None:
            self.panel = LessonPanel()
            self.panel.set_lessons(load_lessons(resource_path("lessons")))
            self.panel.setup_requested.connect(self._set_up)
            self.panel.closed.connect(self.panel.hide)
            self._window.add_beside(self.panel)
            self.panel.show()
            return
        self.panel.setVisible(not self.panel.isVisible())

    def _set_up(self, _step: int) -> None:
        panel = self.panel
        if panel is None or panel.step is None:
            return
        try:
            self._model.replace(**usable(dict(panel.step.settings)))
        except (TypeError, ValueError) as error:
            log.warning("a lesson's step cannot be set up: %s", error)
            panel.confirm_setup(f"This could not be set up: {error}.")
            return
        panel.confirm_setup()


def usable(values: dict[str, object]) -> dict[str, object]:
    """A step's values with the types of the settings they are for.

    Raises ValueError for a key that is no setting, TypeError for a value of another type.
    """
    return {key: coerced(key, value) for key, value in values.items()}
