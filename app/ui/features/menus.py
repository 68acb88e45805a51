"""The menu bar with its shortcuts."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QObject, pyqtSignal

from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.actions import Action, Actions
from app.ui.features.feature import FeatureController
from app.ui.features.presets import PresetsController
from app.ui.main_window import MainWindow


class MenuController(FeatureController):
    """Builds the menus from the table of actions and keeps their ticks and titles up to date.

    Attributes
    ----------
    actions
        Every action by its id.
    done
        Emitted with the action that was carried out and the settings before and after it.
    """

    done = pyqtSignal(object, object, object)

    def __init__(
        self,
        window: MainWindow,
        model: SettingsModel,
        presets: PresetsController,
        table: Sequence[Action],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        menu_bar = window.menuBar()
        if menu_bar is None:
            raise RuntimeError("Qt made no menu bar")
        self.actions = Actions(window, menu_bar, table, self._run)
        after_file = menu_bar.actions()[1]
        menu_bar.insertMenu(after_file, window.source_menu.source_menu)
        presets.titled.connect(self._on_titled)
        self._unsubscribe = model.subscribe(self._on_settings)

    def start(self) -> None:
        """Tick what is on."""
        self.show()

    def show(self) -> None:
        """Tick what is on now, also where no setting says it."""
        self.actions.show(self._model.value)

    def add(self, rows: Sequence[Action]) -> None:
        """Add actions that were not known at the start to the end of their menus."""
        self.actions.add(rows)

    def close(self) -> None:
        """Stop following the settings."""
        self._unsubscribe()

    def _on_titled(self, action_id: str, title: str) -> None:
        self.actions.set_in_menu(action_id, bool(title))
        if title:
            self.actions.set_text(action_id, title)

    def _run(self, action: Action) -> None:
        before = self._model.value
        action.do()
        self.done.emit(action, before, self._model.value)

    def _on_settings(self, settings: Settings, _changed: frozenset[str]) -> None:
        self.actions.show(settings)
