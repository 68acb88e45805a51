"""The user's commands become settings, and settings become work for the engine.

Every control ends in ``SettingsModel.replace``; every effect starts from what changed there. So a
key, a menu, the inspector, a preset and a lesson that set the same thing do the same thing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from app.core.calibrated import SourceCalibration
from app.engine.commands import CaptureRequest, Play, Seek, Step
from app.settings.model import SettingsModel
from app.settings.settings import SETTINGS, Settings
from app.ui import resolve
from app.ui.engine import Engine
from app.ui.engine_requests import EngineRequests
from app.views import table as views
from models import registry
from models.geometry import Calibration
from widgets.arrangement import PANES

MAX_PINS = 4


class Controller(QObject):
    """Changes settings, and asks the engine for what they say.

    Parameters
    ----------
    current_range
        Returns the (far, near) disparity that lane A shows now, or None.

    Attributes
    ----------
    source_opened
        Emitted when a source was asked for, or `instead` changed. What is on screen belongs to the
        source before until `forget_source`.
    pins_changed, calibration_changed
        Emitted when `pins` or `calibration` changed.
    told
        Emitted with what was done, in a word or two, where no setting says it.
    """

    source_opened = pyqtSignal()
    pins_changed = pyqtSignal()
    calibration_changed = pyqtSignal()
    told = pyqtSignal(str)

    def __init__(
        self,
        model: SettingsModel,
        engine: Engine,
        current_range: Callable[[], tuple[float, float] | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.model = model
        self._engine = engine
        self._current_range = current_range
        self._requests = EngineRequests(engine, model.value)
        self._calibration: SourceCalibration | None = None
        self._openings = 0
        self._is_taking_back = False
        self._unsubscribe = model.subscribe(self._on_settings)

    @property
    def settings(self) -> Settings:
        """The current settings."""
        return self.model.value

    def start(self) -> None:
        """Ask the engine for everything the settings say."""
        self._apply()

    def close(self) -> None:
        """Stop following the settings."""
        self._unsubscribe()

    def set(self, key: str, value: Any) -> None:
        """Change one setting by its name.

        Raises
        ------
        ValueError
            If the value is unusable.
        """
        self.model.replace(**{key: value})

    # -- source and time -----------------------------------------------------------------------

    def open_source(self, spec: str) -> None:
        """Choose a source; choosing the same one again reopens it."""
        if spec == self.settings.source:
            self.show_chosen()
        else:
            self.model.replace(source=spec)

    @property
    def instead(self) -> str:
        """What is shown in place of the chosen source, or "" while that one is shown."""
        return self._requests.instead

    def show_instead(self, spec: str) -> None:
        """Show `spec` for now; the settings still name the chosen source."""
        self._open(spec)
        self._engine.capture.post(Play(True))

    def show_chosen(self) -> None:
        """Open the chosen source, even if it is open."""
        self._open("")

    @property
    def is_taking_back(self) -> bool:
        """Whether the settings change because the source they named cannot be opened."""
        return self._is_taking_back

    def take_back(self, refused: CaptureRequest, playing: CaptureRequest) -> None:
        """Let the settings name the source that plays, because `refused` cannot be opened.

        Nothing is opened, and nothing changes if another source was requested since.
        """
        source = self._requests.take_back(refused, playing, self.settings)
        if source is None:
            return
        self._is_taking_back = True
        try:
            self.model.replace(source=source)
        finally:
            self._is_taking_back = False
        self.source_opened.emit()

    def _open(self, instead: str) -> None:
        self._requests.reopen(instead)
        self._apply()

    def toggle_pause(self) -> None:
        status = self._engine.capture.status
        plays = status.ended or not status.playing
        self._engine.capture.post(Play(plays))
        self.told.emit("Playing" if plays else "Paused")

    def set_paused(self, paused: bool) -> None:
        self._engine.capture.post(Play(not paused))

    def step(self, by: int) -> None:
        """Go `by` frames forward (negative: back) and pause there."""
        self._engine.capture.post(Step(by))

    def step_forward(self) -> None:
        self.step(1)

    def step_back(self) -> None:
        self.step(-1)

    def seek(self, index: int) -> None:
        self._engine.capture.post(Seek(index))

    # -- lanes ---------------------------------------------------------------------------------

    def toggle_memory(self) -> None:
        self.model.replace(memory=not self.settings.memory)

    def restart_lanes(self) -> None:
        """Try again to open the lanes that could not be opened."""
        self._requests.retry_lanes()
        self._apply()

    def reset_memory(self) -> None:
        """Reset every lane's memory before the next frame."""
        self._engine.inference.reset_memory()
        self.told.emit("Memory reset")

    @property
    def quality(self) -> float:
        """Fraction of the input size at which the lanes run now; never saved."""
        return self._requests.quality

    def set_quality(self, quality: float) -> None:
        """Run the lanes at that fraction, above 0 and at most 1, of their input size."""
        self._requests.quality = quality
        self._apply()

    # -- display -------------------------------------------------------------------------------

    def toggle_pane(self, number: int) -> None:
        """Show or hide a pane, `number` being 0 to 3; the last one stays."""
        pane = PANES[number]
        shown = set(self.settings.panes) ^ {pane}
        if shown:
            self.model.replace(panes=tuple(p for p in PANES if p in shown))

    def toggle_view(self, view: str) -> None:
        """Switch to `view`, or back to the default one if it is on already.

        Raises
        ------
        ValueError
            For a view that does not exist.
        """
        self.model.replace(view=views.DEFAULT if self.settings.view == view else view)

    def toggle(self, key: str) -> None:
        """Invert a boolean setting."""
        self.model.replace(**{key: not getattr(self.settings, key)})

    def next_of(self, key: str, values: Sequence[object] = ()) -> None:
        """Set a setting to its next value, the first after the last.

        Parameters
        ----------
        values
            Replace the values that the setting's own menu offers.
        """
        values = values or [value for value, _ in SETTINGS[key].menu]
        now = getattr(self.settings, key)
        at = values.index(now) if now in values else -1
        self.change(key, values[(at + 1) % len(values)])

    def set_range_mode(self, mode: str) -> None:
        """Change the range mode; "fixed" starts from the range on screen."""
        changes: dict[str, Any] = {"range_mode": mode, "range_locked": False}
        shown = self._current_range()
        if mode == "fixed" and shown is not None:
            changes |= {"range_far": shown[0], "range_near": shown[1]}
        self.model.replace(**changes)

    def set_range_locked(self, locked: bool) -> None:
        """Hold the range that is on screen, or release it."""
        changes: dict[str, Any] = {"range_locked": locked}
        shown = self._current_range()
        if locked and shown is not None:
            changes |= {"range_far": shown[0], "range_near": shown[1]}
        self.model.replace(**changes)

    def toggle_range_lock(self) -> None:
        self.set_range_locked(not self.settings.range_locked)

    def change(self, key: str, value: Any) -> None:
        """Change a setting from the inspector and keep the ends of the fixed range apart."""
        match key:
            case "range_mode":
                self.set_range_mode(value)
            case "range_locked":
                self.set_range_locked(bool(value))
            case "range_far" if value >= self.settings.range_near:
                self.model.replace(range_far=value, range_near=value + 1e-3)
            case "range_near" if value <= self.settings.range_far:
                self.model.replace(range_near=value, range_far=value - 1e-3)
            case _:
                self.set(key, value)

    @property
    def pins(self) -> resolve.Pins:
        """Pinned points as shares (x, y) of the picture."""
        return self._requests.pins

    def pin(self, x: float, y: float) -> None:
        """Pin the point at that share of the picture, dropping the oldest of more than four."""
        self.set_pins((*self.pins, (x, y))[-MAX_PINS:])

    def clear_pins(self) -> None:
        """Remove all pinned points."""
        self.set_pins(())

    def set_pins(self, pins: resolve.Pins) -> None:
        """Pin these points and no others."""
        self._requests.pins = pins
        self._apply()
        self.pins_changed.emit()

    @property
    def calibration(self) -> SourceCalibration | None:
        """From disparity to metres by two points, until another source is opened."""
        return self._calibration

    @property
    def openings(self) -> int:
        """How many times another source was opened."""
        return self._openings

    def calibrate(self, lane: str, model: str, calibration: Calibration) -> None:
        """Show results of the network of `model`, which lane `lane` runs, in metres."""
        family = registry.family(model)
        self.set_calibration(SourceCalibration(lane, family, calibration, self._openings))

    def set_calibration(self, known: SourceCalibration | None) -> None:
        """Use a calibration again, unless it was made for another source, or none."""
        if known is not None and known.opening != self._openings:
            known = None
        if known != self._calibration:
            self._calibration = known
            self.calibration_changed.emit()

    def forget_source(self) -> None:
        """End pins and calibration: another source than theirs was opened."""
        self._openings += 1
        self.set_calibration(None)
        if self.pins:
            self.clear_pins()

    # -- effects -------------------------------------------------------------------------------

    def _on_settings(self, _settings: Settings, _changed: frozenset[str]) -> None:
        self._apply()

    def _apply(self) -> None:
        if self._requests.apply(self.settings):
            self.source_opened.emit()
