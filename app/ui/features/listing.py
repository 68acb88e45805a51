"""Lists what the system has, on its own thread because that may take long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from app.ui.wakeup import WakeUp
from models.errors import SourceError

_WAIT_S = 2.0


class Listing(QObject):
    """Calls `ask` on request, one call at a time.

    Attributes
    ----------
    answered
        Emitted with what `ask` returned and "", or with [] and the sentence of its SourceError.
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
        self._wake_up.woken.connect(self._emit_answer)

    def start(self) -> None:
        """Ask now, unless the last call has not returned."""
        if self._thread is None or not self._thread.is_alive():
            # A daemon, because a driver may never answer.
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Wait briefly for a call that has not returned."""
        if self._thread is not None:
            self._thread.join(_WAIT_S)

    def _run(self) -> None:
        try:
            self._answer = list(self._ask()), ""
        except SourceError as error:
            self._answer = [], str(error)
        self._wake_up.notify()

    def _emit_answer(self) -> None:
        self.answered.emit(*self._answer)
