"""What the window does about a fault: whether it notices, what it replaces, when it is well."""

from __future__ import annotations

import time
from collections import Counter

from PyQt6.QtCore import QObject

from app.core.results import FrameResult
from app.ui.application import Application
from models import registry

RECURS_S = 35.0
"""The watchdog calls what fails again within half a minute of its last pause a recurrence."""


class RecoveryMonitor(QObject):
    """Watches one application; `begin` forgets what came before.

    shown : frames that reached the screen, since the start.
    well : frames in a row, up to the newest, that came from the chosen source itself with every
        lane that is on.
    lane_failures : frames with a lane that said why it is absent.
    source_troubles : a source was not well, or something stood in for it.
    recording_failures : recordings that ended by themselves.
    replaced : by stage, how often it was replaced.
    restart_s : the longest from `mark` to a replacement, None before the first. What recurs within
        `RECURS_S` is left out: there the pauses grow on purpose.
    """

    def __init__(self, application: Application) -> None:
        super().__init__()
        self._session = application
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
        """A fault is about to come."""
        self.lane_failures = 0
        self.source_troubles = 0
        self.recording_failures = 0
        self.replaced: Counter[str] = Counter()
        self.restart_s: float | None = None
        self._marked_s = None
        self.well = 0

    def mark(self) -> None:
        """A stage hangs or crashes at this moment. Any thread."""
        self._marked_s = time.monotonic()

    def why_unwell(self) -> str:
        """What keeps the newest frame from counting as well, in a few words for the log."""
        status, last = self._session.engine.capture.status, self._session.display.last
        if not self._source_is_well():
            note = status.info.note if status.info is not None else ""
            return status.message or note or "no source"
        if last is None:
            return "no frame yet"
        missing = ", ".join(sorted(self._wanted() - set(last.lanes)))
        return "; ".join(last.failures.values()) or (f"no lane {missing}" if missing else "still")

    def _wanted(self) -> set[str]:
        settings = self._session.model.value
        models = {"a": settings.model_a, "b": settings.model_b}
        return {lane for lane, model in models.items() if model != registry.OFF}

    def _source_is_well(self) -> bool:
        status = self._session.engine.capture.status
        return not status.message and status.info is not None and not status.info.note

    def _on_shown(self, result: FrameResult) -> None:
        self.shown += 1
        self.lane_failures += bool(result.failures)
        is_well = self._source_is_well() and self._wanted() <= set(result.lanes)
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
