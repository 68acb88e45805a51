"""Shows what the analyzer worked out: difference, flicker heat, x-t slices, edges.

Part of the display; lives on the GUI thread and paints what is ready.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.core.flicker_values import FlickerResult, LaneFlicker
from app.core.results import SLICE_FRAMES, Analysis, FrameResult
from app.ui.readings import UNIT_TEXT, ranges_told
from app.ui.resolve import DisplayOptions
from models import registry
from models.frames import UInt8
from renderers import colormap
from renderers.flicker_map import FULL_SCALE, GAMMA, MARKS, legend_table
from widgets.colour_bar import Scale
from widgets.image_pane import ImagePane
from widgets.stage import Stage

HEAT_SCALE = Scale(0.0, FULL_SCALE, "per frame", "steady", "flickers", GAMMA, MARKS)
"""What heat stands for: change per frame in units of the lane's own spread, same for both."""

_GREY: UInt8 = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)


class ComparisonViews:
    """Fills the panes that compare the lanes."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._diverging = colormap.diverging_table()
        self._heat_colours = legend_table()
        self._table: UInt8 = _GREY
        self._flicker = {"a": stage.flicker_a, "b": stage.flicker_b}
        self._slices = {"a": stage.slice_a, "b": stage.slice_b}
        self._by_view: dict[str, tuple[ImagePane, ...]] = {
            "difference": (stage.difference,),
            "flicker": tuple(self._flicker.values()),
            "xt": tuple(self._slices.values()),
        }

    def apply(self, settings: DisplayOptions, table: UInt8) -> None:
        """Use this colour table, and show what belongs to the view that is on."""
        self._table = table
        if settings.view != "xt":
            self._stage.set_scan_line(None)
        if not settings.edges:
            self._stage.rgb.set_overlay(None)
            self._stage.rgb.set_caption("")

    def show(self, result: FrameResult, settings: DisplayOptions) -> None:
        """Show what was worked out for this frame; what was not wanted is left alone."""
        if settings.view == "xt":
            self._stage.set_scan_line(int(settings.scan_line * (result.frame.size[1] - 1)))
        analysis = result.analysis
        if analysis is None:
            for pane in self._by_view.get(settings.view, ()):
                pane.clear(next(iter(result.failures.values()), "Both lanes are off"))
            return
        self._show_difference(result, analysis, settings)
        self._show_flicker(result, analysis, settings)
        self._show_slices(result, analysis, settings)
        if settings.edges:
            self._stage.rgb.set_overlay(analysis.edges)
            score = analysis.boundary_f1
            told = "" if score is None else f"boundary F1 {score:.2f}"
            self._stage.rgb.set_caption(analysis.failures.get("Depth edges", told))

    def _show_difference(
        self, result: FrameResult, analysis: Analysis, settings: DisplayOptions
    ) -> None:
        if settings.view != "difference":
            return
        pane, difference = self._stage.difference, analysis.difference
        if difference is None:
            pane.clear(
                analysis.failures.get("The difference")
                or "Both lanes are needed to take their difference"
            )
            return
        unit = UNIT_TEXT[result.lanes["a"].depth.unit]
        limit = difference.limit
        pane.set_scale(Scale(-limit, limit, unit, "B nearer", "A nearer"))
        found = difference.alignment
        how = {"clip": "over the shot", "frame": "each frame", "none": "not aligned"}
        text = how[settings.difference_alignment]
        if settings.difference_alignment != "none":
            text = f"B × {found.scale:.2f} {found.shift:+.2f}, {text}"
        pane.set_caption(text)
        pane.show_levels(difference.levels, self._diverging)

    def _show_flicker(
        self, result: FrameResult, analysis: Analysis, settings: DisplayOptions
    ) -> None:
        if settings.view != "flicker":
            return
        failed = analysis.failures.get("Flicker")
        for name, pane in self._flicker.items():
            lane = None if analysis.flicker is None else analysis.flicker.lanes.get(name)
            if lane is None or analysis.grey is None:
                pane.clear(failed or result.failures.get(name) or "This lane is off")
                continue
            shown = result.lanes[name]
            pane.set_model(f"Flicker · {registry.title(shown.model)}")
            pane.set_caption(_flicker_caption(lane, analysis.flicker, settings.flicker_window))
            pane.set_scale(HEAT_SCALE, self._heat_colours)
            pane.show_levels(analysis.grey, _GREY)
            pane.set_overlay(analysis.heat.get(name))

    def _show_slices(
        self, result: FrameResult, analysis: Analysis, settings: DisplayOptions
    ) -> None:
        if settings.view != "xt":
            return
        failed = analysis.failures.get("The x-t slice")
        for name, pane in self._slices.items():
            picture = analysis.slices.get(name)
            if picture is None:
                pane.clear(failed or result.failures.get(name) or "This lane is off")
                continue
            lane = result.lanes[name]
            pane.set_model(f"x-t · {registry.title(lane.model)}")
            row = int(settings.scan_line * (result.frame.size[1] - 1))
            window = analysis.slice_window
            seen = min(window, analysis.slice_frames[name])
            told = ranges_told(result.lanes, settings)
            pane.set_caption(
                " · ".join(filter(None, (told, f"row {row}", f"{seen} of {SLICE_FRAMES}")))
            )
            pane.set_row_marks(_ages(window))
            pane.set_row_breaks(_breaks(analysis.slice_breaks.get(name, ()), window))
            pane.set_range(*lane.display_range, UNIT_TEXT[lane.depth.unit])
            pane.show_levels(picture, self._table)


def _flicker_caption(lane: LaneFlicker, seen: FlickerResult | None, window: int) -> str:
    """What a flicker pane's header says; without a pair of frames there is nothing to tell."""
    if np.isnan(lane.recent) or seen is None:
        return "needs a second frame: play or step on"
    over = f"{seen.frames} of {window}" if seen.frames < window else f"{window}"
    apart = f" · pairs up to {seen.gap} apart" if seen.gap > 1 else ""
    return f"{lane.recent:.3f} · {over} frames{apart}"


def _ages(window: int) -> tuple[tuple[float, str], ...]:
    """Marks beside a slice: how long ago its lines were seen, as (share of the height, words)."""
    ages = [round(window * part) for part in (0.75, 0.5, 0.25)]
    return (
        *((1.0 - age / window, f"−{age}") for age in ages),
        (1.0, "now"),
    )


def _breaks(breaks: Sequence[tuple[int, str]], window: int) -> tuple[tuple[float, str], ...]:
    """Lines across a slice of `window` frames where it does not go on, as (share, kind)."""
    return tuple((1.0 - (age + 1) / window, kind) for age, kind in breaks if age + 1 < window)
