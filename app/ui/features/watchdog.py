"""Looks after the threads behind the window: a stage that hangs or crashes is replaced."""

from __future__ import annotations

import logging
import time

from PyQt6.QtCore import QObject, Qt, QTimer

from app.engine.supervision import StageWatch, Verdict
from app.ui.engine import INFERENCE, STAGES, Engine
from app.ui.features.feature import FeatureController
from app.ui.threads import abandoned_count

log = logging.getLogger(__name__)

_LOOK_MS = 100
_ASLEEP_S = 1.0
_FORGIVEN_EVERY_S = 10.0
"""A window that is out of breath all the time excuses a silent stage only so often."""
MOST_ABANDONED = 32
"""So many threads may hang at once before nothing is replaced any more."""

_WHAT = {"capture": "The source", INFERENCE: "The depth stage"}


class WatchdogController(FeatureController):
    """Replaces stages of the engine, at most 2 s after they stopped and later if it recurs.

    Attributes
    ----------
    said
        One sentence about what was replaced.
    restarts
        How often that happened.
    """

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._watches = {stage: StageWatch() for stage in STAGES}
        self._looked_ns = 0
        self._awake_since_ns = 0
        self._forgiven_s = -_FORGIVEN_EVERY_S
        self._is_exhausted = False
        self.restarts = 0
        engine.crashed.connect(self._on_crashed)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin to watch."""
        self._looked_ns = self._awake_since_ns = time.monotonic_ns()
        self._timer.start()

    def close(self) -> None:
        """Watch no more; called before the engine is closed."""
        self._timer.stop()
        self._engine.crashed.disconnect(self._on_crashed)

    def _on_crashed(self, stage: str, _sentence: str) -> None:
        self._watches[stage].crashed(time.monotonic())
        self._look()

    def _look(self) -> None:
        now_ns = time.monotonic_ns()
        was_asleep = (now_ns - self._looked_ns) / 1e9 > _ASLEEP_S
        if was_asleep and now_ns / 1e9 - self._forgiven_s > _FORGIVEN_EVERY_S:
            # This thread was held up itself: the machine slept or was out of breath, and the
            # stages get the time to come round.
            self._awake_since_ns, self._forgiven_s = now_ns, now_ns / 1e9
        self._looked_ns = now_ns
        for stage, watch in self._watches.items():
            loop = self._engine.inference if stage == INFERENCE else self._engine.capture
            silent_s = loop.heartbeat.silent_s(now_ns, self._awake_since_ns)
            if watch.judge(now_ns / 1e9, silent_s) is Verdict.REPLACE:
                self._replace(stage, watch)

    def _replace(self, stage: str, watch: StageWatch) -> None:
        if abandoned_count() >= MOST_ABANDONED:
            if not self._is_exhausted:
                self._is_exhausted = True
                log.error("%d threads hang; nothing is replaced any more", MOST_ABANDONED)
                self.said.emit("Too many parts hang at once; close the program and start it anew.")
            return
        log.error("the %s stage %s and is replaced", stage, watch.reason)
        self._engine.restart(stage)
        self.restarts += 1
        self.said.emit(f"{_WHAT[stage]} {watch.reason} and was started anew.")
