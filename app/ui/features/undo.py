"""Undo and redo of settings, pins and presets."""

from __future__ import annotations

import time
from collections.abc import Callable, Set
from typing import Any

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QUndoCommand, QUndoStack

from app.core.calibrated import SourceCalibration
from app.settings.model import SettingsModel
from app.settings.presets import NamedPreset
from app.settings.settings import SETTINGS, Settings
from app.ui.controller import Controller
from app.ui.features.feature import FeatureController
from app.ui.features.presets import PresetsController
from app.ui.resolve import Pins

_STEPS = 200
_MERGE_S = 1.0
"""Changes of the same settings within this time, as by a slider, are one step."""
Change = dict[str, Any] | Pins | SourceCalibration | NamedPreset | None
_NOT_UNDONE = frozenset({"hint_seen", "last_camera", "workspaces"})


class UndoController(FeatureController):
    """Remembers what the user changes, and takes it back step by step.

    Parameters
    ----------
    is_demo
        Returns whether the idle demo changes the settings now; its changes are no steps.
    """

    def __init__(
        self,
        model: SettingsModel,
        controller: Controller,
        presets: PresetsController,
        is_demo: Callable[[], bool],
        parent: QObject | None = None,
        *,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._controller = controller
        self._presets = presets
        self._is_demo = is_demo
        self._clock_s = clock_s
        self._before = model.value
        self._pins_before = controller.pins
        self._calibration_before = controller.calibration
        self._is_applying = False
        self._stack = QUndoStack(self)
        self._stack.setUndoLimit(_STEPS)
        self._unsubscribe = model.subscribe(self._on_settings)
        controller.pins_changed.connect(self._on_pins)
        controller.calibration_changed.connect(self._on_calibration)
        presets.changed.connect(self._on_preset)

    def start(self) -> None:
        """Begin with an empty history."""
        self._before, self._pins_before = self._model.value, self._controller.pins
        self._stack.clear()

    def close(self) -> None:
        """Stop remembering."""
        self._unsubscribe()
        self._stack.clear()

    def undo(self) -> None:
        """Take the last step back."""
        text = self._stack.undoText()
        self._run(self._stack.undo, f"Undone: {text}." if text else "Nothing to undo.")

    def redo(self) -> None:
        """Take the step again that was undone last."""
        text = self._stack.redoText()
        self._run(self._stack.redo, f"Redone: {text}." if text else "Nothing to redo.")

    def _run(self, move: Callable[[], None], sentence: str) -> None:
        self._run_quietly(move)
        self.said.emit(sentence)

    def _push(self, step: _Step) -> None:
        self._is_applying = True  # the stack applies what it is given, which is done already
        try:
            self._stack.push(step)
        finally:
            self._is_applying = False

    def _on_settings(self, settings: Settings, _changed: frozenset[str]) -> None:
        before, self._before = self._before, settings
        keys = {key for key in SETTINGS if getattr(before, key) != getattr(settings, key)}
        keys -= _NOT_UNDONE
        if self._is_applying or self._is_demo() or not keys:
            return
        old = {key: getattr(before, key) for key in keys}
        new = {key: getattr(settings, key) for key in keys}
        if self._controller.is_taking_back:
            self._drop(old, new)
            return

        def apply(values: dict[str, Any]) -> None:
            self._model.replace(**values)

        self._push(_Step(_title(keys), frozenset(keys), apply, old, new, self._clock_s()))

    def _drop(self, refused: dict[str, Any], playing: dict[str, Any]) -> None:
        """Forget the last step if it chose the source that cannot be opened."""
        step = self._stack.command(self._stack.index() - 1)
        if isinstance(step, _Step) and (step.before, step.after) == (playing, refused):
            step.setObsolete(True)
            self._run_quietly(self._stack.undo)

    def _run_quietly(self, move: Callable[[], None]) -> None:
        self._is_applying = True
        try:
            move()
        finally:
            self._is_applying = False

    def _on_pins(self) -> None:
        before, self._pins_before = self._pins_before, self._controller.pins
        if self._is_applying:
            return
        now = self._controller.pins
        title = "pin" if len(now) >= len(before) else "removed pins"
        self._push(
            _Step(title, frozenset(), self._controller.set_pins, before, now, self._clock_s())
        )

    def _on_calibration(self) -> None:
        before, self._calibration_before = self._calibration_before, self._controller.calibration
        now = self._controller.calibration
        has_other_source = before is not None and before.opening != self._controller.openings
        if self._is_applying or has_other_source:
            return
        self._push(
            _Step(
                "calibration", frozenset(), self._controller.set_calibration, before, now,
                self._clock_s(),
            )
        )  # fmt: skip

    def _on_preset(self, slot: int, before: NamedPreset | None, after: NamedPreset | None) -> None:
        if self._is_applying:
            return

        def apply(preset: NamedPreset | None) -> None:
            self._presets.put(slot, preset)

        self._push(_Step(f"preset {slot}", frozenset(), apply, before, after, self._clock_s()))


class _Step(QUndoCommand):
    """One change, from `before` to `after`, both values that `apply` takes."""

    def __init__(
        self,
        title: str,
        keys: frozenset[str],
        apply: Callable[[Any], None],
        before: Change,
        after: Change,
        at_s: float,
    ) -> None:
        super().__init__(title)
        self.keys = keys
        self.at_s = at_s
        self.before = before
        self.after = after
        self._apply = apply
        self._is_done = True

    def id(self) -> int:
        """The same for all changes of settings, which may be merged; -1 for others."""
        return 1 if self.keys else -1

    def mergeWith(self, other: QUndoCommand | None) -> bool:
        if not isinstance(other, _Step) or other.keys != self.keys:
            return False
        if other.at_s - self.at_s > _MERGE_S:
            return False
        self.after, self.at_s = other.after, other.at_s
        return True

    def undo(self) -> None:
        self._is_done = False
        self._apply(self.before)

    def redo(self) -> None:
        if not self._is_done:
            self._apply(self.after)
        self._is_done = True


def _title(keys: Set[str]) -> str:
    """What the user calls a change of those settings."""
    labels = [SETTINGS[key].label or key.replace("_", " ") for key in SETTINGS if key in keys]
    return labels[0].lower() if len(labels) == 1 else f"{len(labels)} settings"
