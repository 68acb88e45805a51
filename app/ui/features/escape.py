"""The Escape key: closes what is open, enlarged or overlaid, step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QObject

from app.settings.model import SettingsModel
from app.ui.features.calibration import CalibrationController
from app.ui.features.feature import FeatureController
from app.ui.features.presenter import PresenterController
from app.views import table as views
from widgets.stage import Stage


class EscapeController(FeatureController):
    """Ends one thing at a time, the most temporary first.

    Parameters
    ----------
    cancels
        Each cancels one kind of work that runs with a progress dialogue, if it runs.
    """

    def __init__(
        self,
        stage: Stage,
        model: SettingsModel,
        calibration: CalibrationController,
        presenter: PresenterController,
        cancels: Sequence[Callable[[], bool]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._stage = stage
        self._model = model
        self._calibration = calibration
        self._presenter = presenter
        self._cancels = cancels

    def restore(self) -> None:
        """End what is open, enlarged or overlaid, one thing at a time."""
        if any(cancel() for cancel in self._cancels):
            return
        if self._calibration.is_picking:
            self._calibration.cancel()
        elif self._stage.notices.dismiss():
            return
        elif self._stage.enlarged_pane:
            self._stage.enlarge(None)
        elif self._presenter.is_kiosk:
            self._presenter.leave_kiosk()
        elif self._model.value.view != views.DEFAULT:
            self._model.replace(view=views.DEFAULT)
