"""The base of all features of the window."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal


class FeatureController(QObject):
    """One feature of the window, with its signals, timers and threads.

    A feature gets its collaborators in the constructor and connects itself there. The application
    starts features in the order of their creation and closes them in reverse.

    Attributes
    ----------
    said
        Emitted with one sentence for the status strip.
    """

    said = pyqtSignal(str)

    def start(self) -> None:
        """Start; called once, when the window is visible and the engine runs."""

    def close(self) -> None:
        """End timers, threads and subscriptions; called once, also if never started."""
