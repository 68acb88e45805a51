"""pytest-qt's qtbot, with the patience of the other tests."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from tests.support.waiting import PATIENCE_S

PATIENCE_MS = round(1000 * PATIENCE_S)


class PatientBot(QtBot):
    """Waits for what is sure to come as long as a loaded machine may need.

    How soon something happens is no finding: a time that a test gives is a lower bound.
    """

    def waitUntil(self, callback: Any, *, timeout: int = 0) -> None:
        """See QtBot."""
        super().waitUntil(callback, timeout=max(timeout, PATIENCE_MS))

    def waitSignal(
        self, signal: Any, *, timeout: int = 0, raising: bool | None = None, **more: Any
    ) -> Any:
        """See QtBot. A signal that need not come, as of assertNotEmitted, has the given time."""
        if raising is not False:
            timeout = max(timeout, PATIENCE_MS)
        return super().waitSignal(signal, timeout=timeout, raising=raising, **more)

    def waitExposed(self, widget: Any, *, timeout: int = 0) -> Any:
        """See QtBot."""
        return super().waitExposed(widget, timeout=max(timeout, PATIENCE_MS))

    def waitActive(self, widget: Any, *, timeout: int = 0) -> Any:
        """See QtBot."""
        return super().waitActive(widget, timeout=max(timeout, PATIENCE_MS))
