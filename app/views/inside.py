"""What the lanes' networks compute on the way to disparity, one quantity per lane."""

from __future__ import annotations

from functools import cache

import numpy as np

from app.analysis.inside.request import HIDDEN, InsideRequest
from app.analysis.inside.table import QUANTITIES
from app.analysis.request import AnalysisRequest
from app.core.inside_values import InsidePicture
from app.core.results import Analysis, AnalysisPart, FrameResult
from app.views.spec import ViewSettings, ViewSpec, why_nothing
from models import registry
from models.frames import UInt8
from renderers import colormap
from widgets.arrangement import Layout, PaneKind, ViewPane
from widgets.pane_content import Contents, Nothing, PaneContent, Scale

PANES = {
    "a": ViewPane("inside_a", PaneKind.INSIDE_A, replaces=("depth_a",)),
    "b": ViewPane("inside_b", PaneKind.INSIDE_B, replaces=("depth_b",)),
}
DISPARITY_LIKE = ("alone",)
"""Quantities in the colours of disparity."""


def _request(settings: ViewSettings) -> InsideRequest:
    """Nothing of a lane whose pane is hidden."""
    shown = {
        lane: quantity if set(PANES[lane].replaces) & set(settings.panes) else HIDDEN
        for lane, quantity in (("a", settings.inside_a), ("b", settings.inside_b))
    }
    return InsideRequest(shown["a"], shown["b"], settings.inside_block)


def _needs(settings: ViewSettings) -> AnalysisRequest:
    return AnalysisRequest(inside=_request(settings))


def _fill(result: FrameResult, settings: ViewSettings, table: UInt8) -> Contents:
    return {pane.name: _lane(lane, result, settings, table) for lane, pane in PANES.items()}


def _lane(
    name: str, result: FrameResult, settings: ViewSettings, table: UInt8
) -> PaneContent | Nothing:
    analysis = result.analysis or Analysis()
    key = settings.inside_a if name == "a" else settings.inside_b
    picture = analysis.inside.get(name)
    if picture is None:
        failed = analysis.failures.get(AnalysisPart.INSIDE) or result.failures.get(name)
        reason = analysis.inside_reasons.get(name) or failed or why_nothing(name, result)
        return Nothing(reason)
    colours = table if key in DISPARITY_LIKE else _sequential()
    return PaneContent(
        picture.levels,
        colours,
        _scale(picture),
        title=registry.title(result.lanes[name].model),
        caption=picture.note,
        footnote=QUANTITIES[key].caveat,
        overlay=picture.overlay,
        row_marks=picture.row_marks,
    )


def _scale(picture: InsidePicture) -> Scale | None:
    """None for colours without a scale."""
    if picture.overlay is not None:
        return None
    return Scale(
        picture.low, picture.high, picture.unit, picture.low_word, picture.high_word, picture.gamma
    )


@cache
def _sequential() -> UInt8:
    """Viridis, which is not the default of disparity; the same array for every frame."""
    return np.ascontiguousarray(colormap.table("viridis"))


VIEW = ViewSpec(
    key="inside",
    title="Inside the networks",
    shortcut="O",
    tip="Tokens, attention and memory of each lane's network",
    icon="inside",
    headline="Inside the networks",
    caption=(
        "What each network computes on the way to disparity. It shows what is there, and does not "
        "explain why."
    ),
    layout=Layout(tuple(PANES.values())),
    needs=_needs,
    fill=_fill,
    is_in_attract_loop=False,
)
