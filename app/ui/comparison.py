"""Fills the panes of the view that is on, and shows what is laid over the frame itself.

Part of the display; lives on the GUI thread and paints what is ready.
"""

from __future__ import annotations

import numpy as np

from app.core.results import FrameResult
from app.ui.resolve import DisplayOptions
from app.views import table as views
from models.frames import UInt8
from widgets.pane_content import Contents, Nothing
from widgets.stage import Stage


class ComparisonViews:
    """Shows a result as the view of the settings wants it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._table: UInt8 = np.zeros((256, 3), np.uint8)
        self._blank: frozenset[str] = frozenset()

    @property
    def blank_panes(self) -> frozenset[str]:
        """Names of the view's panes that were given no picture at the last result."""
        return self._blank

    def apply(self, settings: DisplayOptions, table: UInt8) -> None:
        """Use this colour table, and take away what does not belong to the view that is on."""
        self._table = table
        if views.find(settings.view).needs(settings).scan_line is None:
            self._stage.set_scan_line(None)
        if not settings.edges:
            self._stage.rgb.set_overlay(None)
            self._stage.rgb.set_caption("")

    def show(self, result: FrameResult, settings: DisplayOptions) -> None:
        """Show what was worked out for this frame."""
        scan_line = views.find(settings.view).needs(settings).scan_line
        if scan_line is not None:
            self._stage.set_scan_line(int(scan_line * (result.frame.size[1] - 1)))
        contents = _contents(result, settings, self._table)
        self._blank = frozenset(name for name, c in contents.items() if isinstance(c, Nothing))
        self._stage.show_contents(contents)
        analysis = result.analysis
        if settings.edges and analysis is not None:
            self._stage.rgb.set_overlay(analysis.edges)
            score = analysis.boundary_f1
            told = "" if score is None else f"boundary F1 {score:.2f}"
            self._stage.rgb.set_caption(analysis.failures.get("Depth edges", told))


def _contents(result: FrameResult, settings: DisplayOptions, table: UInt8) -> Contents:
    view = views.find(settings.view)
    if result.analysis is None and not view.needs(settings).nothing:
        reason = next(iter(result.failures.values()), "Both lanes are off")
        return {pane.name: Nothing(reason) for pane in view.layout.panes}
    return view.fill(result, settings, table)
