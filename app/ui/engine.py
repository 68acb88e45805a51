"""Capture and inference with their slots and threads, started and closed together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal

from app.core.results import FrameResult
from app.core.slots import LatestSlot, RevocableSlot
from app.core.source import Source
from app.engine.capture import CaptureLoop
from app.engine.inference import InferenceLoop
from app.engine.pipeline import Pipeline
from app.ui.threads import JOIN_S, Worker
from app.ui.wakeup import WakeUp
from models.frames import Frame

log = logging.getLogger(__name__)

OpenSource = Callable[[str, tuple[int, int] | None], Source]

CAPTURE = "capture"
INFERENCE = "inference"
STAGES = (CAPTURE, INFERENCE)
_LOADING_JOIN_S = 20.0
_STARTS_WITHIN_S = 60.0


class Engine(QObject):
    """Runs capture and inference, each on its own thread.

    A stage can be replaced at any time, so read `capture` and `inference` each time and do not keep
    them.

    Attributes
    ----------
    changed
        Emitted when there may be a new result or a new state.
    crashed
        Emitted with a stage and one sentence: it ended by itself and waits for restart().
    replaced
        Emitted with the name of a stage that was replaced.
    results
        Holds the newest FrameResult.
    capture, inference
        The loops; capture.status and inference.state may be read at any time.
    """

    changed = pyqtSignal()
    crashed = pyqtSignal(str, str)
    replaced = pyqtSignal(str)

    def __init__(self, open_source: OpenSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wake_up = WakeUp(self)
        self._wake_up.woken.connect(self.changed)
        self._open_source = open_source
        self._is_closed = False
        self.results: LatestSlot[FrameResult] = LatestSlot()
        self._frames: LatestSlot[Frame] = LatestSlot()
        self._slot_handles: dict[str, tuple[RevocableSlot[Frame], RevocableSlot[FrameResult]]] = {}
        self._workers: dict[str, Worker] = {}
        for stage in STAGES:
            self._make_slots(stage)
        notify = self._wake_up.notify
        self.capture = CaptureLoop(self._slot_handles[CAPTURE][0], open_source, notify)
        self.inference = InferenceLoop(*self._slot_handles[INFERENCE], notify, Pipeline())
        for stage in STAGES:
            self._make_worker(stage)

    @property
    def dropped(self) -> int:
        """Frames replaced by newer ones before a network got them."""
        return self._frames.dropped

    @property
    def waiting_frame(self) -> Frame | None:
        """The newest frame if no network has taken it yet."""
        return self._frames.peek()

    def start_capture(self) -> None:
        """Start to capture; inference starts later, and is not late until then."""
        self.inference.heartbeat.beat(_STARTS_WITHIN_S)
        self._workers[CAPTURE].start()

    def start_inference(self) -> None:
        """Start to estimate; does nothing the second time. Loads torch, which takes seconds."""
        if not self._is_closed:
            self._workers[INFERENCE].start()

    def restart(self, stage: str) -> None:
        """Replace `stage`, which crashed or hangs, by a new loop on a new thread. Does not wait.

        The old loop loses access to the slots, and its thread ends if its call ever returns.

        Raises
        ------
        KeyError
            For an unknown stage.
        """
        for slot_handle in self._slot_handles[stage]:
            slot_handle.revoke()
        old = self._workers[stage]
        old.crashed.disconnect()
        self._make_slots(stage)
        notify = self._wake_up.notify
        if stage == CAPTURE:
            self.capture.abandon()
            self.capture = self.capture.make_replacement(
                self._slot_handles[stage][0], self._open_source, notify
            )
        else:
            self.inference.abandon()
            self.inference = self.inference.make_replacement(*self._slot_handles[stage], notify)
        old.abandon()
        self._make_worker(stage).start()
        self.replaced.emit(stage)

    def close(self) -> None:
        """End both threads in the order in which data flows, within bounds."""
        self._is_closed = True
        self._frames.close()
        # An import cannot be interrupted, nor can loading a model.
        timeout_s = JOIN_S if self.inference.is_configured else _LOADING_JOIN_S
        for worker in self._workers.values():
            worker.shut_down(timeout_s)
        self.results.close()

    def _make_slots(self, stage: str) -> None:
        self._slot_handles[stage] = (RevocableSlot(self._frames), RevocableSlot(self.results))

    def _make_worker(self, stage: str) -> Worker:
        """Return a thread for the loop of `stage`, not started."""
        loop: CaptureLoop | InferenceLoop
        loop = self.capture if stage == CAPTURE else self.inference
        worker = self._workers[stage] = Worker(stage, loop.run, loop.stop, self)
        worker.crashed.connect(partial(self.crashed.emit, stage))
        return worker
