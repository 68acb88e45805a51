"""Measures how the app and the machine are doing; logs it, warns, and copies diagnostics."""

from __future__ import annotations

import logging
import time

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication

from app.engine.supervision import StallMeter
from app.settings.model import SettingsModel
from app.system.logbook import MinuteSummary, Vitals, diagnostics
from app.system.machine import MachineWatch, warnings
from app.system.memory import collect_garbage
from app.ui.engine import Engine
from app.ui.features.feature import FeatureController
from app.ui.features.recording import RecordingController
from app.ui.features.status import StatusController
from app.ui.threads import abandoned_count
from app.ui.wakeup import WakeUp

log = logging.getLogger(__name__)

BEAT_MS = 20
_LOG_MS = 1000
_STALL_MS = 150.0
_LONG_STALL_MS = 500.0
_COLLECT_MS = 60_000


class HealthController(FeatureController):
    """Writes a line a minute to the log, warns in the status strip, and copies diagnostics.

    Attributes
    ----------
    stalls
        By how much the GUI thread's heartbeat was late; over half a second is logged.
    stalled
        Emitted with the milliseconds for which the window did not respond, if noticeable.
    """

    stalled = pyqtSignal(float)

    def __init__(
        self,
        model: SettingsModel,
        engine: Engine,
        status: StatusController,
        recording: RecordingController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._engine = engine
        self._status = status
        self._recording = recording
        self.stalls = StallMeter(BEAT_MS)
        self._line = MinuteSummary()
        self._wake_up = WakeUp(self)
        self._wake_up.woken.connect(self._on_reading)
        self._watch = MachineWatch(self._wake_up.notify)
        self._beat_timer = self._timer(BEAT_MS, Qt.TimerType.PreciseTimer)
        self._beat_timer.timeout.connect(self._beat)
        self._log_timer = self._timer(_LOG_MS, Qt.TimerType.CoarseTimer)
        self._log_timer.timeout.connect(self._log_vitals)
        # On this thread, because widgets must not be destroyed on another one.
        self._collect_timer = self._timer(_COLLECT_MS, Qt.TimerType.CoarseTimer)
        self._collect_timer.timeout.connect(collect_garbage)

    def start(self) -> None:
        """Begin to measure and to log."""
        self._watch.start()
        self._beat_timer.start()
        self._log_timer.start()
        self._collect_timer.start()

    def close(self) -> None:
        """Stop, and join the thread that reads the machine's state."""
        self._beat_timer.stop()
        self._log_timer.stop()
        self._collect_timer.stop()
        self._watch.close()

    def copy_diagnostics(self) -> None:
        """Put what helps with a bug report on the clipboard."""
        clipboard = QApplication.clipboard()
        if clipboard is None:
            self.said.emit("There is no clipboard on this system; the log file has the same text.")
            return
        clipboard.setText(diagnostics(self._model.value.as_dict(), self.state()))
        self.said.emit("Diagnostics copied to the clipboard; paste them into your bug report.")

    def state(self) -> dict[str, str]:
        """Return what runs now, in words, by name."""
        capture, pace = self._engine.capture.status, self._status.pace.read()
        info = capture.info
        size = f" {info.size[0]}x{info.size[1]}" if info else ""
        return {
            "source": f"{capture.spec}{size}" if capture.spec else "none",
            "source message": capture.message or "OK",
            "frames per second": f"{pace.fps:.1f}",
            "latency": f"{pace.latency_ms:.0f} ms",
            "dropped": str(self._engine.dropped),
            "GUI stalls": f"p99 {self.stalls.percentile_ms(0.99):.0f} ms, "
            f"at most {self.stalls.max_ms:.0f} ms",
            "hung threads": str(abandoned_count()),
            "machine": "; ".join(warnings(self._watch.reading)) or "OK",
        }

    def _timer(self, interval_ms: int, kind: Qt.TimerType) -> QTimer:
        timer = QTimer(self)
        timer.setTimerType(kind)
        timer.setInterval(interval_ms)
        return timer

    def _beat(self) -> None:
        late_ms = self.stalls.beat(time.monotonic_ns())
        if late_ms > _STALL_MS:
            self.stalled.emit(late_ms)
        if late_ms > _LONG_STALL_MS:
            log.warning("the GUI thread stalled for %.0f ms", late_ms)

    def _log_vitals(self) -> None:
        pace = self._status.pace.read()
        stalls = self.stalls
        self._line.note(
            Vitals(
                pace.fps,
                pace.latency_ms,
                self._engine.dropped,
                self._recording.gaps,
                f"stalls p99 {stalls.percentile_ms(0.99):.0f} ms, max {stalls.max_ms:.0f} ms",
            )
        )

    def _on_reading(self) -> None:
        reading = self._watch.reading
        self._status.set_gpu_memory(reading.gpu.used_mb if reading.gpu else None)
        found = warnings(reading)
        self._status.set_warning(found[0] if found else "")
