"""A question to the system that may take its time, asked on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from app.ui.wakeup import WakeUp
from models.errors import SourceError

_WAIT_S = 2.0


class Listing(QObject):
    """Asks `ask` when it is told to, one question at a time.

    Attributes
    ----------
    answered
        What there is, and a sentence instead where `ask` raised SourceError.
    """

    answered = pyqtSignal(list, str)

    def __init__(
        self, name: str, ask: Callable[[], Sequence[Any]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._ask = ask
        self._thread: threading.Thread | None = None
        self._answer: tuple[list[Any], str] = ([], "")
        self._wake_up = WakeUp(self)
        self._wake_up.woken.connect(self._tell)

    def start(self) -> None:
        """Ask now, unless a question is under way."""
        if self._thread is None or not self._thread.is_alive():
            # A daemon, because a driver may never answer.
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Wait for a question under way, briefly."""
        if self._thread is not None:
            self._thread.join(_WAIT_S)

    def _run(self) -> None:
        try:
            self._answer = list(self._ask()), ""
        except SourceError as error:
            self._answer = [], str(error)
        self._wake_up.notify()

    def _tell(self) -> None:
        self.answered.emit(*self._answer)
