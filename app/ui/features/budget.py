"""Chooses the networks' input size by the time a frame may take."""

from __future__ import annotations

import time

from PyQt6.QtCore import QObject, QTimer

from app.core.results import FrameResult
from app.engine.input_budget import SIZES, Budget
from app.settings.settings import Settings, SettingsModel
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from app.ui.features.status import StatusController

_POLL_MS = 500


class BudgetController(FeatureController):
    """Changes the setting `input_size` while `input_budget` asks for it.

    Setting the size by hand turns the budget off. The status strip shows the size that the budget
    chose.
    """

    def __init__(
        self,
        model: SettingsModel,
        display: Display,
        status: StatusController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._status = status
        self._budget = Budget(1000 / model.value.budget_fps)
        self._size = 0
        self._size_before = model.value.input_size
        self._is_own_change = False
        self._unsubscribe = model.subscribe(self._on_settings)
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)
        display.shown.connect(self.add)

    def start(self) -> None:
        """Begin to choose the size, if the settings say so."""
        self._apply(self._model.value)

    def close(self) -> None:
        """Stop, and restore the user's own size so that it is the one saved."""
        self._timer.stop()
        self._unsubscribe()
        self._put_back()

    def toggle(self) -> None:
        """Let the budget choose the size, or hold the current one."""
        on = chooses_size(self._model.value)
        if on:
            self._hold("off")
        else:
            self._model.replace(input_budget="on")

    def add(self, result: FrameResult) -> None:
        """Count a result that was shown."""
        if not self._timer.isActive() or not result.lanes or result.frame.recorded is not None:
            return
        sizes = [lane.depth.network_size for lane in result.lanes.values()]
        known = [min(size) for size in sizes if size is not None]
        if known:
            self._size = max(known)
            self._budget.add(time.monotonic(), result.pace_ms)

    def _poll(self) -> None:
        if not self._size:
            return
        size = min(SIZES, key=lambda known: abs(known - self._size))
        chosen = self._budget.choose(time.monotonic(), size, SIZES[0], SIZES[-1])
        if chosen != size:
            self._set_size(chosen)
            fps = self._model.value.budget_fps
            how = "down" if chosen < size else "up"
            self.said.emit(f"Input size {how} to {chosen} px to hold {fps:.0f} frames per second.")
        self._show_note(f"input size {chosen} px (auto)")

    def _show_note(self, text: str) -> None:
        self._status.set_standing("budget", text)

    def _set_size(self, size: int) -> None:
        self._is_own_change = True
        self._model.replace(input_size=size)
        self._is_own_change = False

    def _on_settings(self, settings: Settings, changed: frozenset[str]) -> None:
        if "input_size" in changed and not self._is_own_change and self._timer.isActive():
            self._size_before = settings.input_size
            self._hold("off")
            self.said.emit("Input size set by hand; automatic quality is off.")
        elif changed & {"input_budget", "budget_fps", "presenter", "model_a", "model_b"}:
            self._apply(settings)

    def _apply(self, settings: Settings) -> None:
        self._budget.frame_ms = 1000 / settings.budget_fps
        self._budget.stepped(time.monotonic())
        self._size = 0
        if chooses_size(settings) == self._timer.isActive():
            return
        if chooses_size(settings):
            self._size_before = settings.input_size
            self._timer.start()
        else:
            self._timer.stop()
            self._show_note("")
            self._put_back()

    def _hold(self, how: str) -> None:
        self._timer.stop()
        self._show_note("")
        self._size_before = self._model.value.input_size
        self._model.replace(input_budget=how)

    def _put_back(self) -> None:
        if self._model.value.input_size != self._size_before:
            self._set_size(self._size_before)


def chooses_size(settings: Settings) -> bool:
    """Return whether the budget chooses the size: always, or in presenter mode only."""
    return settings.input_budget == "on" or (settings.input_budget == "auto" and settings.presenter)
