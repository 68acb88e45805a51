"""Guided lessons beside the pictures; a step sets up nothing but settings."""

from __future__ import annotations

import dataclasses
import logging

from PyQt6.QtCore import QObject, pyqtSignal

from app.settings.plain import coerced
from app.settings.settings import Settings, SettingsModel
from app.ui.controller import Controller
from app.ui.features.feature import FeatureController
from app.ui.main_window import MainWindow
from app.ui.row_specs import row_specs
from widgets.lesson_panel import LessonPanel
from widgets.lessons import load_lessons
from widgets.theme import resource_path

log = logging.getLogger(__name__)

_MOVES_THE_CLOUD = frozenset({"source", "cloud_lane", "cloud_gain", "cloud_offset"})


ROOM_FOR_BOTH_PX = 1400
"""In a narrower window the lessons hide the inspector, so that the pictures stay large."""


class LessonController(FeatureController):
    """Shows the lesson panel and applies the settings of its steps.

    A step builds on the steps before it in its lesson and on the settings from before the lessons,
    which are restored when the lessons are left.

    Attributes
    ----------
    opened
        Emitted with whether the lessons are on screen, when that changes.
    """

    opened = pyqtSignal(bool)

    def __init__(
        self,
        window: MainWindow,
        model: SettingsModel,
        controller: Controller,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._model = model
        self._controller = controller
        self._before: Settings | None = None
        self._hid_inspector = False
        self.panel: LessonPanel | None = None
        self._unsubscribe = model.subscribe(self._on_settings)

    def toggle(self) -> None:
        """Show the lessons, or leave them."""
        if self.panel is None:
            self.panel = LessonPanel(row_specs())
            self.panel.set_lessons(load_lessons(resource_path("lessons")))
            self.panel.setup_requested.connect(self._set_up)
            self.panel.changed.connect(self._on_changed)
            self.panel.closed.connect(self.leave)
            self._window.add_beside(self.panel)
        elif not self.panel.isHidden():
            self.leave()
            return
        if self._window.width() < ROOM_FOR_BOTH_PX and self._model.value.inspector:
            self._hid_inspector = True
            self._model.replace(inspector=False)
        self.panel.show()
        self.opened.emit(True)

    def close(self) -> None:
        """Leave the lessons, so that the settings from before are the ones saved."""
        self.leave()
        self._unsubscribe()

    def leave(self) -> None:
        """Hide the lessons and restore the settings from before."""
        if self.panel is not None and not self.panel.isHidden():
            self.panel.hide()
            self.opened.emit(False)
        before, self._before = self._before, None
        if before is not None:
            self._model.replace(**dataclasses.asdict(before))
        if self._hid_inspector:
            self._hid_inspector = False
            self._model.replace(inspector=True)

    def _set_up(self, _step: int) -> None:
        panel = self.panel
        if panel is None or panel.step is None or panel.lesson is None:
            return
        if self._before is None:
            self._before = self._model.value
        steps = panel.lesson.steps
        values = dataclasses.asdict(self._before)
        try:
            for step in steps[: steps.index(panel.step) + 1]:
                values |= usable(dict(step.settings))
            self._model.replace(**values)
        except (TypeError, ValueError) as error:
            log.warning("a lesson's step cannot be set up: %s", error)
            panel.set_note(f"This step could not be set up: {error}.")
            return
        if _MOVES_THE_CLOUD & panel.step.settings.keys():
            self._window.cloud.reset_view()
        if panel.step.settings.get("range_mode") == "fixed":
            self._controller.set_range_mode("fixed")  # from the range on screen
        panel.set_note("")
        panel.show_values(self._model.value.as_dict())

    def _on_changed(self, key: str, value: object) -> None:
        """Change a setting by a control of the step."""
        try:
            self._controller.change(key, value)
        except ValueError as error:
            self.said.emit(str(error))

    def _on_settings(self, settings: Settings, changed: frozenset[str]) -> None:
        if self.panel is not None:
            self.panel.show_values({key: getattr(settings, key) for key in changed})


def usable(values: dict[str, object]) -> dict[str, object]:
    """Return a step's values with the types of their settings.

    Raises
    ------
    ValueError
        For a key that is not a setting.
    TypeError
        For a value of another type.
    """
    return {key: coerced(key, value) for key, value in values.items()}
