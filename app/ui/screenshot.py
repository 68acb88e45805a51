"""A picture of the window, and the positions of its panes."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from PyQt6.QtCore import QObject, QRect, QTimer

from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.sources.parsing import remembered
from app.system.json_files import write_atomically
from app.ui.main_window import MainWindow

log = logging.getLogger(__name__)

_POLL_MS = 100
_SETTLE_MS = 400


class Screenshot(QObject):
    """Waits until `ready()` returns True, then writes FILE.png and FILE.json once.

    A window that is closed before is saved as it is then.

    Parameters
    ----------
    shown_source
        Returns the spec of the source that is on screen.
    """

    def __init__(
        self,
        path: Path,
        window: MainWindow,
        model: SettingsModel,
        ready: Callable[[], bool],
        shown_source: Callable[[], str],
    ) -> None:
        super().__init__(window)  # deleted with it
        self._path = path
        self._window = window
        self._model = model
        self._ready = ready
        self._shown_source = shown_source
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._poll)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._take)
        self._is_taken = False
        window.closing.connect(self._take_late)

    def start(self) -> None:
        """Start waiting; the cloud stays at its own viewpoint, so that pictures are alike."""
        self._window.cloud.hold_still()
        self._timer.start(_POLL_MS)

    def _poll(self) -> None:
        if self._ready():
            self._timer.stop()
            # Text beside the pictures (fps, sizes) follows the first frames a moment later.
            self._settle.start(_SETTLE_MS)

    def _take_late(self) -> None:
        """Rather than no picture: the machine was too busy, or the source gave none."""
        if not self._is_taken:
            log.warning("the window was closed before every pane had a frame to save")
            self._take()

    def _take(self) -> None:
        self._is_taken = True
        self._timer.stop()
        self._settle.stop()
        save_screenshot(self._path, self._window, self._model.value, self._shown_source())


def save_screenshot(path: Path, window: MainWindow, settings: Settings, source: str) -> None:
    """Write a picture of the window to `path`, and beside it a JSON file of what is where.

    What cannot be written is logged.
    """
    picture = window.grab()
    ratio = picture.devicePixelRatio()
    facts = {
        "panes": _pixels(window.stage.pane_rects(), ratio),
        "pictures": _pixels(window.stage.picture_rects(), ratio),
        "source": remembered(source),
        "a": settings.model_a,
        "b": settings.model_b,
    }
    if not picture.save(str(path), "PNG"):
        log.error("the screenshot could not be written to %s", path)
        return
    places = path.with_suffix(".json")
    try:
        write_atomically(places, json.dumps(facts, indent=2) + "\n")
    except OSError as error:
        log.error("the pane positions could not be written to %s: %s", places, error)


def _pixels(rects: Mapping[str, QRect], ratio: float) -> dict[str, list[int]]:
    """The rectangles in the screenshot's pixels, each as [x, y, width, height]."""
    return {
        name: [round(v * ratio) for v in (rect.x(), rect.y(), rect.width(), rect.height())]
        for name, rect in rects.items()
    }
