"""One row of the picture over time, for each lane."""

from __future__ import annotations

from collections.abc import Sequence

from app.analysis.request import AnalysisRequest
from app.core.results import SLICE_FRAMES, Analysis, AnalysisPart, FrameResult
from app.views.lanes import lane_scale, range_note
from app.views.spec import ViewSettings, ViewSpec, why_nothing
from models import registry
from models.frames import UInt8
from widgets.arrangement import Layout, PaneKind, ViewPane
from widgets.pane_content import Contents, Nothing, PaneContent

_PANES = {
    "a": ViewPane("slice_a", PaneKind.LANE_A, replaces=("depth_a",), is_of_the_frame=False),
    "b": ViewPane("slice_b", PaneKind.LANE_B, replaces=("depth_b",), is_of_the_frame=False),
}


def _needs(settings: ViewSettings) -> AnalysisRequest:
    return AnalysisRequest(scan_line=settings.scan_line)


def _fill(result: FrameResult, settings: ViewSettings, table: UInt8) -> Contents:
    return {pane.name: _lane(lane, result, settings, table) for lane, pane in _PANES.items()}


def _lane(
    name: str, result: FrameResult, settings: ViewSettings, table: UInt8
) -> PaneContent | Nothing:
    analysis = result.analysis or Analysis()
    picture = analysis.slices.get(name)
    if picture is None:
        failed = analysis.failures.get(AnalysisPart.SLICES) or result.failures.get(name)
        return Nothing(failed or why_nothing(name, result))
    lane, window = result.lanes[name], analysis.slice_window
    row = int(settings.scan_line * (result.frame.size[1] - 1))
    filled = min(window, analysis.slice_frames[name])
    notes = (range_note(result.lanes, settings), f"row {row}", f"{filled} of {SLICE_FRAMES}")
    return PaneContent(
        picture,
        table,
        lane_scale(lane),
        title=f"x-t · {registry.title(lane.model)}",
        caption=" · ".join(part for part in notes if part),
        row_marks=_ages(window),
        row_breaks=_breaks(analysis.slice_breaks.get(name, ()), window),
    )


def _ages(window: int) -> tuple[tuple[float, str], ...]:
    """Marks beside a slice: age of its lines, as (fraction of the height, words)."""
    ages = [round(window * part) for part in (0.75, 0.5, 0.25)]
    return (
        *((1.0 - age / window, f"−{age}") for age in ages),
        (1.0, "now"),
    )


def _breaks(breaks: Sequence[tuple[int, str]], window: int) -> tuple[tuple[float, str], ...]:
    """Breaks across a slice of `window` frames, as (fraction of the height, kind)."""
    return tuple((1.0 - (age + 1) / window, kind) for age, kind in breaks if age + 1 < window)


VIEW = ViewSpec(
    key="xt",
    title="X-t slices",
    shortcut="X",
    tip="One picture row over time (x-t slices)",
    icon="xt",
    headline="Disparity over time",
    caption=(
        "One row of the picture over time, newest at the bottom: steady disparity draws "
        "smooth lines."
    ),
    layout=Layout(tuple(_PANES.values()), stacks_lanes=True),
    needs=_needs,
    fill=_fill,
)
