"""Viewpoints of the point cloud under nine numbers with names."""

from __future__ import annotations

import logging

from PyQt6.QtCore import QObject

from app.settings.viewpoints import SLOTS, Viewpoint, ViewpointStore
from app.ui.features.feature import FeatureController
from app.ui.main_window import MainWindow

log = logging.getLogger(__name__)


class ViewpointsController(FeatureController):
    """Saves where the viewer stands, and stands there again.

    said : one sentence about what happened.
    """

    def __init__(
        self, window: MainWindow, store: ViewpointStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._cloud = window.cloud
        self._store = store
        self._views: dict[int, Viewpoint] = {}
        self._menu = window.cloud.offer_views()
        window.inspector.cloud.set_views_menu(self._menu)
        self._menu.recalled.connect(self.recall)
        self._menu.saved.connect(self.save)
        self._menu.removed.connect(self.remove)
        self._menu.reset_wished.connect(self._cloud.reset_view)

    def start(self) -> None:
        """Read what was saved."""
        self._views, note = self._store.load()
        self._show()
        if note:
            self.said.emit(note)

    def recall(self, slot: int) -> None:
        """Stand where view `slot` was saved."""
        view = self._views.get(slot)
        if view is not None:
            self._cloud.restore_view(view.pose)
            self.said.emit(f"View {slot}: {view.name}")

    def save(self, name: str) -> None:
        """Keep the present view as `name`, in its old place or in the first free one."""
        taken = next((slot for slot, view in self._views.items() if view.name == name), None)
        slot = taken or next((slot for slot in SLOTS if slot not in self._views), None)
        if slot is None:
            self.said.emit("All nine views are taken; remove one, or save under its name.")
            return
        view = Viewpoint(name, self._cloud.save_view())
        if self._keep(self._views | {slot: view}):
            self.said.emit(f"Saved as view {slot}, {name}; Alt+{slot} recalls it.")

    def remove(self, slot: int) -> None:
        """Forget view `slot`."""
        view = self._views.get(slot)
        if view is not None and self._keep({s: v for s, v in self._views.items() if s != slot}):
            self.said.emit(f"Removed view {slot}, {view.name}.")

    def _keep(self, views: dict[int, Viewpoint]) -> bool:
        try:
            self._store.save(views)
        except OSError as error:
            log.warning("views cannot be saved: %s", error)
            self.said.emit(f"The view could not be saved: {error.strerror or error}.")
            return False
        self._views = views
        self._show()
        return True

    def _show(self) -> None:
        self._menu.set_views({slot: view.name for slot, view in self._views.items()})
