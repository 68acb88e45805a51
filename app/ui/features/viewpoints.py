"""Named viewpoints of the point cloud in nine slots."""

from __future__ import annotations

import logging

from PyQt6.QtCore import QObject

from app.settings.viewpoints import SLOTS, Viewpoint, ViewpointStore
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
        self._viewpoints, note = self._store.load()
        self._show()
        if note:
            self.said.emit(note)

    def recall(self, slot: int) -> None:
        """Go to viewpoint `slot`."""
        viewpoint = self._viewpoints.get(slot)
        if viewpoint is not None:
            self._cloud.set_viewpoint(viewpoint.pose)
            self.said.emit(f"Viewpoint {slot}: {viewpoint.name}")

    def save(self, name: str) -> None:
        """Save the current viewpoint as `name`, in its old slot or in the first free one."""
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
        if self._save_all(self._viewpoints | {slot: viewpoint}):
            self.said.emit(f"Saved viewpoint {slot}, {name}; press Alt+{slot} to recall it.")

    def remove(self, slot: int) -> None:
        """Delete viewpoint `slot`."""
        viewpoint = self._viewpoints.get(slot)
        if viewpoint is not None and self._save_all(
            {s: v for s, v in self._viewpoints.items() if s != slot}
        ):
            self.said.emit(f"Removed viewpoint {slot}, {viewpoint.name}.")

    def _save_all(self, viewpoints: dict[int, Viewpoint]) -> bool:
        try:
            self._store.save(viewpoints)
        except OSError as error:
            log.warning("viewpoints cannot be saved: %s", error)
            self.said.emit(f"Can't save the viewpoint: {error.strerror or error}.")
            return False
        self._viewpoints = viewpoints
        self._show()
        return True

    def _show(self) -> None:
        self._menu.set_viewpoints(
            {slot: viewpoint.name for slot, viewpoint in self._viewpoints.items()}
        )
