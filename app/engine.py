"""The moving parts behind the window: slots, loops and threads, started and ended together."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from app.bridge import WakeUp
from app.capture import CaptureLoop
from app.inference import InferenceLoop
from app.mailbox import LatestSlot
from app.pipeline import Pipeline
from app.results import FrameResult
from app.sources.base import Source
from app.threads import Worker
from models.frames import Frame

log = logging.getLogger(__name__)

OpenSource = Callable[[str, tuple[int, int] | None], Source]


class Engine(QObject):
    """Capture and inference, each on its thread. `changed` says that something new can be pulled.

    crashed : one sentence; a stage ended by itself.
    results : the newest FrameResult; capture.status and inference.state may be read at any time.
    """

    changed = pyqtSignal()
    crashed = pyqtSignal(str)

    def __init__(self, open_source: OpenSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wake_up = WakeUp(self)
        self._wake_up.woken.connect(self.changed)
        self._open_source = open_source
        self.results: LatestSlot[FrameResult] = LatestSlot()
        self._frames: LatestSlot[Frame] = LatestSlot()
        notify = self._wake_up.notify
        self.capture = CaptureLoop(self._frames, open_source, notify)
        self.inference = InferenceLoop(self._frames, self.results, notify, Pipeline())
        self._workers = [
            Worker("capture", self.capture.run, self.capture.stop, self),
            Worker("inference", self.inference.run, self.inference.stop, self),
        ]
        for worker in self._workers:
            worker.crashed.connect(self.crashed)

    @property
    def dropped(self) -> int:
        """Frames replaced by newer ones before a network saw them."""
        return self._frames.dropped

    def start(self) -> None:
        """Start both threads."""
        for worker in self._workers:
            worker.start()

    def close(self) -> None:
        """End both threads, in the order in which data flows. Bounded in time."""
        self._frames.close()
        for worker in self._workers:
            worker.shut_down()
        self.results.close()
