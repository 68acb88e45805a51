"""Lane A minus lane B, after aligning B to A."""

from __future__ import annotations

from functools import cache

from app.analysis.request import AnalysisRequest
from app.core.results import LANES, Analysis, AnalysisPart, Difference, FrameResult
from app.views.lanes import UNIT_TEXT
from app.views.spec import WAITING, ViewSettings, ViewSpec
from models.frames import UInt8
from renderers import colormap
from widgets.arrangement import Layout, PaneKind, ViewPane
from widgets.pane_content import Contents, Nothing, PaneContent, Scale

_PANE = ViewPane(
    "difference",
    PaneKind.LEVELS,
    replaces=("cloud",),
    title="Difference A − B",
    is_required=True,
)
_ALIGNED = {"clip": "aligned over the shot", "frame": "aligned per frame", "none": "not aligned"}


def _needs(settings: ViewSettings) -> AnalysisRequest:
    return AnalysisRequest(difference=settings.difference_alignment)


def _fill(result: FrameResult, settings: ViewSettings, _table: UInt8) -> Contents:
    analysis = result.analysis or Analysis()
    found = analysis.difference
    if found is None:
        failed = analysis.failures.get(AnalysisPart.DIFFERENCE)
        return {_PANE.name: Nothing(failed or _why_nothing(result))}
    unit = UNIT_TEXT[result.lanes["a"].depth.unit]
    content = PaneContent(
        found.levels,
        _diverging(),
        Scale(-found.limit, found.limit, unit, "B nearer", "A nearer"),
        caption=_caption(found, settings.difference_alignment),
    )
    return {_PANE.name: content}


def _why_nothing(result: FrameResult) -> str:
    if result.lanes.keys() >= set(LANES):  # the result was made before the view was chosen
        return WAITING
    return "The difference needs both lanes; turn the other one on"


def _caption(found: Difference, alignment: str) -> str:
    aligned = _ALIGNED[alignment]
    if alignment == "none":
        return aligned
    return f"B × {found.alignment.scale:.2f} {found.alignment.shift:+.2f}, {aligned}"


@cache
def _diverging() -> UInt8:
    """The same array for every frame: panes convert colours once per table."""
    return colormap.diverging_table()


VIEW = ViewSpec(
    key="difference",
    title="Difference A − B",
    shortcut="D",
    tip="Signed difference A − B",
    icon="difference",
    headline="Where the lanes disagree",
    caption="Where A sees a point nearer than B, and where farther, after B was aligned to A.",
    layout=Layout((_PANE,)),
    needs=_needs,
    fill=_fill,
)
