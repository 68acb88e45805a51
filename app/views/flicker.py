"""Change of each lane that motion does not explain, as a heat map over the grey picture."""

from __future__ import annotations

from functools import cache

import numpy as np

from app.analysis.request import AnalysisRequest
from app.core.flicker_values import FlickerResult, LaneFlicker
from app.core.results import Analysis, AnalysisPart, FrameResult
from app.views.spec import ViewSettings, ViewSpec, why_nothing
from models import registry
from models.frames import UInt8
from renderers.flicker_map import FULL_SCALE, GAMMA, MARKS, legend_table
from widgets.arrangement import Layout, PaneKind, ViewPane
from widgets.pane_content import Contents, Nothing, PaneContent, Scale

_PANES = {
    "a": ViewPane("flicker_a", PaneKind.LANE_A, replaces=("depth_a",)),
    "b": ViewPane("flicker_b", PaneKind.LANE_B, replaces=("depth_b",)),
}
_HEAT_SCALE = Scale(0.0, FULL_SCALE, "per frame", "steady", "flickers", GAMMA, MARKS)
"""Meaning of the heat: change per frame in units of the lane's own spread, the same for both."""
_MISSING = {"warming up": "needs a second frame: press play or step"}


def _needs(settings: ViewSettings) -> AnalysisRequest:
    return AnalysisRequest(flicker_window=settings.flicker_window, heat=True)


def _fill(result: FrameResult, settings: ViewSettings, _table: UInt8) -> Contents:
    return {pane.name: _lane(lane, result, settings) for lane, pane in _PANES.items()}


def _lane(name: str, result: FrameResult, settings: ViewSettings) -> PaneContent | Nothing:
    analysis = result.analysis or Analysis()
    flicker = analysis.flicker
    lane = flicker.lanes.get(name) if flicker is not None else None
    if flicker is None or lane is None or analysis.grey is None:
        failed = analysis.failures.get(AnalysisPart.FLICKER) or result.failures.get(name)
        return Nothing(failed or why_nothing(name, result))
    return PaneContent(
        analysis.grey,
        _grey(),
        _HEAT_SCALE,
        title=f"Flicker · {registry.title(result.lanes[name].model)}",
        caption=_caption(lane, flicker, settings.flicker_window),
        scale_table=_heat(),
        overlay=analysis.heat.get(name),
    )


def _caption(lane: LaneFlicker, flicker: FlickerResult, window: int) -> str:
    """Caption of a pane; empty without a pair of frames."""
    if np.isnan(lane.recent):
        return _MISSING.get(lane.missing, lane.missing)
    over = f"{flicker.frames} of {window}" if flicker.frames < window else f"{window}"
    apart = f" · pairs up to {flicker.gap} frames apart" if flicker.gap > 1 else ""
    still = " · camera and scene still" if flicker.scene_still else ""
    return f"{lane.recent:.3f} · {over} frames{apart}{still}"


@cache
def _grey() -> UInt8:
    return np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)


@cache
def _heat() -> UInt8:
    return legend_table()


VIEW = ViewSpec(
    key="flicker",
    title="Flicker heat maps",
    shortcut="F",
    tip="Where each lane flickers",
    icon="flicker",
    headline="How much each lane flickers",
    caption=(
        "Bright spots changed more than the measured motion explains: flicker, and at things that "
        "move fast also motion that was measured wrongly."
    ),
    layout=Layout(tuple(_PANES.values())),
    needs=_needs,
    fill=_fill,
)
