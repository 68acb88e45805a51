"""The panes that show networks' insides: their choosers, and the point that is asked about."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import QObject

from app.analysis.inside.table import QUANTITIES
from app.analysis.inside.titles import TITLES
from app.core.results import FrameResult
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.display import Display
from app.ui.engine import Engine
from app.ui.features.feature import FeatureController
from app.views.inside import PANES, VIEW
from models import registry
from widgets.inside_pane import InsidePane
from widgets.stage import Stage


class InsideController(FeatureController):
    """Keeps choosers and settings the same, and tells the engine where the cursor is."""

    def __init__(
        self,
        stage: Stage,
        model: SettingsModel,
        display: Display,
        engine: Engine,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model, self._display, self._engine = model, display, engine
        self._panes: dict[str, InsidePane] = {}
        for lane, pane in PANES.items():
            widget = stage.pane(pane.name)
            assert isinstance(widget, InsidePane)
            titles = {key: TITLES[key] for key in QUANTITIES}
            widget.offer(titles, {key: known.caveat for key, known in QUANTITIES.items()})
            widget.chosen.connect(partial(self._on_chosen, f"inside_{lane}"))
            self._panes[lane] = widget
        self._unsubscribe = model.subscribe(self._on_settings)
        stage.hovered.connect(self._on_hovered)
        stage.unhovered.connect(self._on_unhovered)
        display.shown.connect(self._on_shown)

    def start(self) -> None:
        """Show in the choosers what the settings say."""
        self._on_settings(self._model.value, frozenset())

    def close(self) -> None:
        """Stop following the settings."""
        self._unsubscribe()

    def _on_chosen(self, key: str, quantity: str) -> None:
        self._model.replace(**{key: quantity})

    def _on_settings(self, settings: Settings, _changed: frozenset[str]) -> None:
        self._panes["a"].choose(settings.inside_a)
        self._panes["b"].choose(settings.inside_b)

    def _on_hovered(self, *_where: object) -> None:
        if self._model.value.view == VIEW.key:
            self._engine.inference.ask_at(self._display.cursor)

    def _on_unhovered(self) -> None:
        self._engine.inference.ask_at(None)

    def _on_shown(self, result: FrameResult) -> None:
        if self._model.value.view != VIEW.key:
            return
        for lane, pane in self._panes.items():
            shown = result.lanes.get(lane)
            if shown is None:
                continue
            pane.set_title(registry.title(shown.model))
            if shown.inside is None:
                continue
            missing = shown.inside.missing
            pane.grey_out(
                {
                    key: next((missing[part] for part in quantity.parts if part in missing), "")
                    for key, quantity in QUANTITIES.items()
                }
            )
