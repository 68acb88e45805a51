"""The theme, dark, light or as the desktop has it, and the size of the type."""

from __future__ import annotations

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QStyleHints
from PyQt6.QtWidgets import QApplication

from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.features.feature import FeatureController
from widgets.theme import apply_theme


class AppearanceController(FeatureController):
    """Styles the application by the settings, again whenever they or the desktop change."""

    def __init__(self, model: SettingsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._unsubscribe = model.subscribe(self._on_settings)
        self._hints = _style_hints()
        self._is_following = False

    def start(self) -> None:
        """Begin to follow the desktop."""
        if self._hints is not None:
            self._hints.colorSchemeChanged.connect(self._show)
            self._is_following = True

    def close(self) -> None:
        """Follow neither settings nor desktop any more."""
        self._unsubscribe()
        if self._hints is not None and self._is_following:
            self._hints.colorSchemeChanged.disconnect(self._show)
            self._is_following = False

    def _on_settings(self, _settings: Settings, changed: frozenset[str]) -> None:
        if changed & {"theme", "type_scale"}:
            self._show()

    def _show(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            show_appearance(app, self._model.value)


def show_appearance(app: QApplication, settings: Settings) -> None:
    """Style the application by the settings; nothing is done where it looks so already."""
    apply_theme(app, scheme_of(settings.theme, _style_hints()), settings.type_scale)


def scheme_of(theme: str, hints: QStyleHints | None) -> str:
    """Return "dark" or "light" for a theme; dark where the desktop does not say."""
    if theme != "system":
        return theme
    light = hints is not None and hints.colorScheme() == Qt.ColorScheme.Light
    return "light" if light else "dark"


def _style_hints() -> QStyleHints | None:
    return QApplication.styleHints()
