"""What every feature of the window has in common."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal


class FeatureController(QObject):
    """One thing that the window can do, with the signals, timers and threads that belong to it.

    A feature gets what it works on in its constructor and connects itself there. The application
    starts its features in the order in which it made them and closes them in reverse.

    Attributes
    ----------
    said
        Emitted with one sentence for the status strip.
    """

    said = pyqtSignal(str)

    def start(self) -> None:
        """Begin; called once, when the window is on screen and the engine runs."""

    def close(self) -> None:
        """End timers, threads and subscriptions; called once, also if never started."""
