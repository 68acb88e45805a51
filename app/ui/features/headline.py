"""The headline: one sentence on what the pictures show, when their numbers support it."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QObject

from app.analysis.steadiness import Steadiness
from app.core.results import FrameResult
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from app.ui.headline import headline


class HeadlineController(FeatureController):
    """Reads the numbers of every result that is shown.

    Parameters
    ----------
    show
        Called with the sentence that holds now, or "".
    """

    def __init__(
        self, display: Display, show: Callable[[str], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._show = show
        self._steadiness = Steadiness()
        display.shown.connect(self._on_shown)

    def forget(self) -> None:
        """Forget the numbers: another source was opened."""
        self._steadiness.clear()
        self._show("")

    def _on_shown(self, result: FrameResult) -> None:
        self._steadiness.add(result)
        a, b = result.lanes.get("a"), result.lanes.get("b")
        if a is None or b is None:
            self._show("")
        else:
            self._show(headline(a.model, b.model, self._steadiness.verdict()))
