"""Replaces a stage of the engine that hangs or crashes."""

from __future__ import annotations

import logging
import time

from PyQt6.QtCore import QObject, Qt, QTimer

from app.engine.supervision import StageWatch, Verdict
from app.ui.engine import INFERENCE, STAGES, Engine
from app.ui.features.feature import FeatureController
from app.ui.threads import abandoned_count

log = logging.getLogger(__name__)

_POLL_MS = 100
_ASLEEP_S = 1.0
_EXCUSED_EVERY_S = 10.0
"""A GUI thread that is late all the time excuses a silent stage only so often."""
MOST_ABANDONED = 32
"""So many threads may hang at once; then nothing is replaced any more."""

_WHAT = {"capture": "The source", INFERENCE: "Depth estimation"}


class WatchdogController(FeatureController):
    """Replaces stages at most 2 s after they stopped, and later if that recurs.

    Attributes
    ----------
    restarts
        How often a stage was replaced.
    """

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._watches = {stage: StageWatch() for stage in STAGES}
        self._polled_ns = 0
        self._awake_since_ns = 0
        self._excused_s = -_EXCUSED_EVERY_S
        self._is_exhausted = False
        self.restarts = 0
        engine.crashed.connect(self._on_crashed)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)

    def start(self) -> None:
        """Begin to watch."""
        self._polled_ns = self._awake_since_ns = time.monotonic_ns()
        self._timer.start()

    def close(self) -> None:
        """Stop watching, before the engine is closed."""
        self._timer.stop()
        self._engine.crashed.disconnect(self._on_crashed)

    def _on_crashed(self, stage: str, _sentence: str) -> None:
        self._watches[stage].crashed(time.monotonic())
        self._poll()

    def _poll(self) -> None:
        now_ns = time.monotonic_ns()
        was_asleep = (now_ns - self._polled_ns) / 1e9 > _ASLEEP_S
        if was_asleep and now_ns / 1e9 - self._excused_s > _EXCUSED_EVERY_S:
            # This thread was late itself: the machine slept or is overloaded, so the stages get
            # time to respond.
            self._awake_since_ns, self._excused_s = now_ns, now_ns / 1e9
        self._polled_ns = now_ns
        for stage, watch in self._watches.items():
            loop = self._engine.inference if stage == INFERENCE else self._engine.capture
            silent_s = loop.heartbeat.silent_s(now_ns, self._awake_since_ns)
            if watch.judge(now_ns / 1e9, silent_s) is Verdict.REPLACE:
                self._replace(stage, watch)

    def _replace(self, stage: str, watch: StageWatch) -> None:
        if abandoned_count() >= MOST_ABANDONED:
            if not self._is_exhausted:
                self._is_exhausted = True
                log.error("%d threads hang; no more stages are restarted", MOST_ABANDONED)
                self.said.emit("Too many threads hang; restart the app.")
            return
        log.error("the %s stage %s and is replaced", stage, watch.reason)
        self._engine.restart(stage)
        self.restarts += 1
        self.said.emit(f"{_WHAT[stage]} {watch.reason} and was restarted.")
