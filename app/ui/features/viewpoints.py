"""Named viewpoints of the point cloud in nine slots."""

from __future__ import annotations

import logging

from PyQt6.QtCore import QObject

from app.settings.slot_store import SLOTS
from app.settings.viewpoints import Viewpoint, ViewpointStore
from app.ui.features.feature import FeatureController
from app.ui.main_window import MainWindow

log = logging.getLogger(__name__)


class ViewpointsController(FeatureController):
    """Saves the viewer's position, and goes back to it."""

    def __init__(
        self, window: MainWindow, store: ViewpointStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._cloud = window.cloud
        self._store = store
        self._viewpoints: dict[int, Viewpoint] = {}
        self._menu = window.cloud.offer_viewpoints()
        window.inspector.cloud.set_viewpoints_menu(self._menu)
        self._menu.recalled.connect(self.recall)
        self._menu.saved.connect(self.save)
        self._menu.removed.connect(self.remove)
        self._menu.reset_requested.connect(self._cloud.reset_view)

    def start(self) -> None:
        """Load the saved viewpoints."""
        self._show(*self._store.load())

    def recall(self, slot: int) -> None:
        """Go to viewpoint `slot`."""
        self._show(*self._store.load())
        viewpoint = self._viewpoints.get(slot)
        if viewpoint is not None:
            self._cloud.set_viewpoint(viewpoint.pose)
            self.said.emit(f"Viewpoint {slot}: {viewpoint.name}")

    def ask_and_save(self) -> None:
        """Ask for the name of the current viewpoint and save it."""
        self._menu.ask_for_name()

    def save(self, name: str) -> None:
        """Save the current viewpoint as `name`, in its old slot or in the first free one."""
        self._show(*self._store.load())  # another window may have taken a slot
        taken = next(
            (slot for slot, viewpoint in self._viewpoints.items() if viewpoint.name == name), None
        )
        slot = taken or next((slot for slot in SLOTS if slot not in self._viewpoints), None)
        if slot is None:
            self.said.emit(
                "All nine viewpoints are in use; remove one, or save under an existing name."
            )
            return
        viewpoint = Viewpoint(name, self._cloud.viewpoint())
        if self._put(slot, viewpoint):
            self.said.emit(f"Saved viewpoint {slot}, {name}; press Alt+{slot} to recall it.")

    def remove(self, slot: int) -> None:
        """Delete viewpoint `slot`."""
        viewpoint = self._viewpoints.get(slot)
        if viewpoint is not None and self._put(slot, None):
            self.said.emit(f"Removed viewpoint {slot}, {viewpoint.name}.")

    def _put(self, slot: int, viewpoint: Viewpoint | None) -> bool:
        try:
            self._show(*self._store.put(slot, viewpoint))
        except OSError as error:
            log.warning("viewpoints cannot be saved: %s", error)
            self.said.emit(f"Can't save the viewpoint: {error.strerror or error}.")
            return False
        return True

    def _show(self, viewpoints: dict[int, Viewpoint], note: str) -> None:
        if viewpoints != self._viewpoints:
            self._viewpoints = viewpoints
            self._menu.set_viewpoints({slot: one.name for slot, one in viewpoints.items()})
        if note:
            self.said.emit(note)
