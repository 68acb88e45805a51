"""The part of the display that fills the panes of the current view. GUI thread."""

from __future__ import annotations

import numpy as np

from app.core.results import AnalysisPart, FrameResult
from app.settings.settings import Settings
from app.ui.resolve import DisplayOptions, display_options
from app.views import table as views
from app.views.spec import WAITING
from models.frames import UInt8
from widgets.pane_content import Contents, Nothing
from widgets.stage import Stage


class ComparisonViews:
    """Shows a result as the current view lays it out, and depth edges over the frame."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._blank: frozenset[str] = frozenset()
        self.apply(display_options(Settings()), np.zeros((256, 3), np.uint8))

    @property
    def blank_panes(self) -> frozenset[str]:
        """Names of the view's panes that had no picture at the last result."""
        return self._blank

    def apply(self, options: DisplayOptions, table: UInt8) -> None:
        """Use these options and remove the overlays that they do not include.

        Parameters
        ----------
        table
            (256, 3) uint8 RGB by level.
        """
        self._options, self._table = options, table
        self._view = views.find(options.view)
        self._request = self._view.needs(options)
        if self._request.scan_line is None:
            self._stage.frame.set_scan_line(None)
        if not options.edges:
            self._stage.rgb.set_overlay(None)
            self._stage.rgb.set_caption("")

    def show(self, result: FrameResult) -> None:
        """Show the analysis of this frame."""
        if self._request.scan_line is not None:
            rows = result.frame.size[1]
            self._stage.frame.set_scan_line(int(self._request.scan_line * (rows - 1)))
        contents = self._contents(result)
        self._blank = frozenset(
            name for name, content in contents.items() if isinstance(content, Nothing)
        )
        self._stage.show_contents(contents)
        analysis = result.analysis
        if self._options.edges and analysis is not None:
            self._stage.rgb.set_overlay(analysis.edges)
            score = analysis.boundary_f1
            text = "" if score is None else f"boundary F1 {score:.2f}"
            self._stage.rgb.set_caption(analysis.failures.get(AnalysisPart.EDGES, text))

    def _contents(self, result: FrameResult) -> Contents:
        if result.analysis is None and not self._request.nothing:
            nothing = WAITING if result.lanes else "Both lanes are off"
            reason = next(iter(result.failures.values()), nothing)
            return {pane.name: Nothing(reason) for pane in self._view.layout.panes}
        return self._view.fill(result, self._options, self._table)
