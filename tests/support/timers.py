"""Which timers run, so that a test can say that nothing will happen without waiting for it."""

from __future__ import annotations

from PyQt6.QtCore import QObject, QTimer


def running_timers(owner: QObject) -> list[QTimer]:
    """The timers of `owner` and of what it owns that will fire."""
    return [timer for timer in owner.findChildren(QTimer) if timer.isActive()]
