"""A lane whose model is not installed: what is wrong, with a button to install it."""

from __future__ import annotations

from PyQt6.QtCore import QObject

from app.core.results import FrameResult
from app.settings.model import SettingsModel
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from app.ui.features.models import ModelController
from app.ui.main_window import MainWindow
from models import install, registry
from models.errors import UserError
from models.plain_text import without_command
from widgets.depth_pane import DepthPane
from widgets.notices import Notice

_TOPICS = {"a": "install a", "b": "install b"}
INSTALL = "Install…"


class MissingModelController(FeatureController):
    """Puts the button into the lane's pane, except where an audience sees it."""

    def __init__(
        self,
        window: MainWindow,
        display: Display,
        model: SettingsModel,
        models: ModelController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._model = model
        self._models = models
        self._panes = {"a": window.stage.depth_a, "b": window.stage.depth_b}
        self._known: dict[str, tuple[str, str, bool]] = {}
        for notices in (window.stage.notices, *(pane.notices for pane in self._panes.values())):
            notices.pressed.connect(self._on_pressed)
        display.shown.connect(self._on_shown)

    def _on_shown(self, result: FrameResult) -> None:
        is_for_audience = self._window.isFullScreen() or self._model.value.presenter
        for lane, pane in self._panes.items():
            failure = result.failures.get(lane, "")
            is_offered = (
                bool(failure) and not is_for_audience and self._is_installable(lane, failure)
            )
            self._show(lane, pane, without_command(failure) if is_offered else "")

    def _show(self, lane: str, pane: DepthPane, sentence: str) -> None:
        """Show the sentence in the pane, or over all of them where a view has none of the lane."""
        stage = self._window.stage
        is_in_view = f"depth_{lane}" in stage.shown()
        for notices, is_there in ((pane.notices, is_in_view), (stage.notices, not is_in_view)):
            if sentence and is_there:
                notices.show_notice(_TOPICS[lane], Notice(sentence, "warn", (INSTALL,)))
            else:
                notices.remove(_TOPICS[lane])
        if sentence and is_in_view:
            pane.set_banner(None)  # the notice says it

    def _is_installable(self, lane: str, failure: str) -> bool:
        """Whether the lane fails for want of a download; looked up once per failure."""
        name = self._name(lane)
        known = self._known.get(lane)
        if known is None or known[:2] != (name, failure):
            known = self._known[lane] = (name, failure, _is_installable(name))
        return known[2]

    def _name(self, lane: str) -> str:
        return str(getattr(self._model.value, f"model_{lane}"))

    def _on_pressed(self, topic: str, _button: str) -> None:
        for lane, own in _TOPICS.items():
            if topic == own:
                try:
                    self._models.install(self._name(lane))
                except UserError as error:
                    self.said.emit(str(error))


def _is_installable(name: str) -> bool:
    try:
        is_missing = registry.find(name).missing() is not None
    except UserError:
        return False
    return is_missing and install.can_install(registry.family(name))
