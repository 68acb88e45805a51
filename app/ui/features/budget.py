"""Lowers the networks' input size while frames take too long."""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer

from app.core.results import FrameResult
from app.engine.input_budget import Budget
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.controller import Controller
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from app.ui.features.status import StatusController

_POLL_MS = 500


class BudgetController(FeatureController):
    """Chooses the fraction of the input size at which the lanes run, by the time of a frame.

    The setting `input_size` stays as it is, and so do presets, reports and every command: the
    fraction lives in the controller alone. The status strip shows the size in force.
    """

    def __init__(
        self,
        model: SettingsModel,
        controller: Controller,
        display: Display,
        status: StatusController,
        parent: QObject | None = None,
        *,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._controller = controller
        self._status = status
        self._clock_s = clock_s
        self._budget = Budget(1000 / model.value.budget_fps)
        self._size = 0
        self._unsubscribe = model.subscribe(self._on_settings)
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self.poll)
        display.shown.connect(self.add)

    def start(self) -> None:
        """Begin to choose, if the settings say so."""
        self._restart(self._model.value)

    def close(self) -> None:
        """Stop."""
        self._timer.stop()
        self._unsubscribe()

    def toggle(self) -> None:
        """Hold the frame rate from now on, or hold the quality."""
        self._model.replace(input_budget="off" if may_lower_quality(self._model.value) else "auto")

    def add(self, result: FrameResult) -> None:
        """Count a result that was shown."""
        if not self._timer.isActive() or not result.lanes or result.frame.recorded is not None:
            return
        sizes = [lane.depth.network_size for lane in result.lanes.values()]
        known = [min(size) for size in sizes if size is not None]
        if known:
            self._size = max(known)
            self._budget.add(self._clock_s(), result.pace_ms)

    def poll(self) -> None:
        """Decide on the quality from what was counted."""
        if not self._size or not lowers_quality(self._model.value):
            return
        quality = self._controller.quality
        chosen = self._budget.choose(self._clock_s(), quality)
        if chosen != quality:
            self._controller.set_quality(chosen)
            how = "lowered" if chosen < quality else "raised"
            fps = self._model.value.budget_fps
            if not self._model.value.presenter:  # an audience reads the strip
                self.said.emit(
                    f"Input size {how} to {chosen:.0%} of the chosen one to hold {fps:.0f} frames "
                    "per second."
                )
        self._show_note(f"input size {self._size} px (auto)" if chosen < 1 else "")

    def _show_note(self, text: str) -> None:
        self._status.set_standing("budget", text, is_technical=True)

    def _on_settings(self, settings: Settings, changed: frozenset[str]) -> None:
        if changed & _CONCERNED:
            self._restart(settings)

    def _restart(self, settings: Settings) -> None:
        """Begin again at full quality: other work takes another time."""
        self._budget.frame_ms = 1000 / settings.budget_fps
        self._budget.stepped(self._clock_s())
        self._size = 0
        self._show_note("")
        self._controller.set_quality(1.0)
        if may_lower_quality(settings):
            self._timer.start()
        else:
            self._timer.stop()


_CONCERNED = frozenset(
    {"input_budget", "budget_fps", "input_size", "presenter", "device", "model_a", "model_b"}
)


def may_lower_quality(settings: Settings) -> bool:
    """Whether frames that take too long may lower the quality, depending on the device."""
    return settings.input_budget == "on" or (
        settings.input_budget == "auto" and not settings.input_size
    )


def lowers_quality(settings: Settings) -> bool:
    """Whether frames that take too long lower the quality.

    Automatic: on a CPU and in presenter mode, unless an input size was chosen by hand.
    """
    from models.devices.device import runs_on_cpu  # loads torch, which frames have done by then

    if not may_lower_quality(settings):
        return False
    is_asked_for = settings.input_budget == "on" or settings.presenter
    return is_asked_for or runs_on_cpu(settings.device)
