"""The window's reaction to a fault: whether it notices, what it replaces, when it recovers."""

from __future__ import annotations

import time
from collections import Counter

from PyQt6.QtCore import QObject

from app.core.results import FrameResult
from app.ui.application import Application
from models import registry

RECURS_S = 35.0
"""The watchdog treats another failure within half a minute of its last pause as a recurrence."""


class RecoveryMonitor(QObject):
    """Watches one application; `begin` resets it.

    Attributes
    ----------
    shown
        Frames that reached the screen, since the start.
    well
        Consecutive frames, up to the newest, that came from the chosen source itself with every
        lane that is on.
    lane_failures
        Frames with a failed lane.
    source_troubles
        Times that a source failed, or a fallback replaced it.
    recording_failures
        Recordings that ended by themselves.
    replaced
        By stage, how often it was replaced.
    restart_s
        Longest time from `mark` to a replacement, None before the first. Recurrences within
        `RECURS_S` are excluded: there the pauses grow on purpose.
    """

    def __init__(self, application: Application) -> None:
        super().__init__()
        self._application = application
        self._marked_s: float | None = None
        self._replaced_s: dict[str, float] = {}
        self.shown = 0
        self.well = 0
        self.begin()
        application.display.shown.connect(self._on_shown)
        application.engine.changed.connect(self._on_engine)
        application.engine.replaced.connect(self._on_replaced)
        application.recording.failed.connect(self._on_recording_failed)

    def begin(self) -> None:
        """Reset before a fault."""
        self.lane_failures = 0
        self.source_troubles = 0
        self.recording_failures = 0
        self.replaced: Counter[str] = Counter()
        self.restart_s: float | None = None
        self._marked_s = None
        self.well = 0

    def mark(self) -> None:
        """Note that a stage hangs or crashes now. Thread-safe."""
        self._marked_s = time.monotonic()

    def reason_unwell(self) -> str:
        """Why the newest frame does not count as well, in a few words for the log."""
        status, last = self._application.engine.capture.status, self._application.display.last
        if not self._source_is_well():
            note = status.info.note if status.info is not None else ""
            return status.message or note or "no source"
        if last is None:
            return "no frame yet"
        missing = ", ".join(sorted(self._lanes_on() - set(last.lanes)))
        return "; ".join(last.failures.values()) or (f"no lane {missing}" if missing else "still")

    def _lanes_on(self) -> set[str]:
        settings = self._application.model.value
        models = {"a": settings.model_a, "b": settings.model_b}
        return {lane for lane, model in models.items() if model != registry.OFF}

    def _source_is_well(self) -> bool:
        status = self._application.engine.capture.status
        return not status.message and status.info is not None and not status.info.note

    def _on_shown(self, result: FrameResult) -> None:
        self.shown += 1
        self.lane_failures += bool(result.failures)
        is_well = self._source_is_well() and self._lanes_on() <= set(result.lanes)
        self.well = self.well + 1 if is_well else 0

    def _on_engine(self) -> None:
        self.source_troubles += not self._source_is_well()

    def _on_replaced(self, stage: str) -> None:
        self.replaced[stage] += 1
        now_s = time.monotonic()
        recurs = now_s - self._replaced_s.get(stage, -RECURS_S) < RECURS_S
        self._replaced_s[stage] = now_s
        if self._marked_s is not None and not recurs:
            self.restart_s = max(self.restart_s or 0.0, now_s - self._marked_s)

    def _on_recording_failed(self, _sentence: str) -> None:
        self.recording_failures += 1
