"""Loads on a thread what the window opened without, and finds out which devices there are."""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Sequence

from PyQt6.QtCore import QObject, pyqtSignal

from app.ui.controller import Controller
from app.ui.features.feature import FeatureController
from app.ui.threads import Worker

log = logging.getLogger(__name__)

Devices = Sequence[tuple[str, str, str]]
"""(Name that the setting `device` takes, words for a menu, why it cannot be used or "")."""

ALWAYS: Devices = (("auto", "Automatic", ""), ("cpu", "CPU", ""))
"""Devices that every machine has: known before torch, which knows the others, is loaded."""

FIRST = ("widgets.cloud_scene", "models.devices.device")
"""What draws the point cloud (VisPy) and what drives the devices (torch)."""

LATER = ("widgets.charts", "app.recording.recorder", "app.report.run", "models.checkpoints")
"""What commands would have to load when they are first used."""

_LATER_AFTER_S = 10.0
_CLOSING_S = 20.0


class LoadingController(FeatureController):
    """Loads `FIRST` when asked to, and `LATER` once there are results or none came for a while.

    Attributes
    ----------
    devices
        Known devices, those of `ALWAYS` first.
    devices_found
        Emitted with the devices once torch is loaded; it may be asked about them from then on.
    """

    devices_found = pyqtSignal(object)
    _asked = pyqtSignal(object)

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._is_closed = False
        self._may_go_on = threading.Event()
        self._worker = Worker("loading", self._load, self._stop, self)
        self._asked.connect(self._on_asked)
        self.devices: Devices = ALWAYS

    def load(self) -> None:
        """Begin to load."""
        if not self._is_closed:
            self._worker.start()

    def go_on(self) -> None:
        """Load the rest: the first results are on screen."""
        self._may_go_on.set()

    def close(self) -> None:
        """Wait for what is being loaded; an import cannot be interrupted."""
        self._worker.shut_down(_CLOSING_S)

    def next_device(self) -> None:
        """Run the networks on the next device of the list."""
        self._controller.next_of("device", [name for name, _, why in self.devices if not why])

    def _stop(self) -> None:
        self._is_closed = True
        self._may_go_on.set()

    def _load(self) -> None:
        """Load, on the worker's thread."""
        if self._import(FIRST):
            choices = importlib.import_module("models.devices.device").choices()
            self._asked.emit([(one.name, one.title, one.reason) for one in choices])
        self._may_go_on.wait(_LATER_AFTER_S)
        self._import(LATER)

    def _import(self, modules: Sequence[str]) -> bool:
        """Import modules until the window closes; whether all are loaded."""
        for module in modules:
            if self._is_closed:
                return False
            try:
                importlib.import_module(module)
            except Exception:  # of any kind: what needs the module reports it again
                log.exception("cannot load %s", module)
                return False
        return True

    def _on_asked(self, devices: Devices) -> None:
        if not self._is_closed:
            self.devices = devices
            self.devices_found.emit(devices)
