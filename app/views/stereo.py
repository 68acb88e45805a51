"""The picture for two eyes, rendered from a lane's disparity."""

from __future__ import annotations

from app.analysis.request import AnalysisRequest
from app.core.results import Analysis, AnalysisPart, FrameResult, LaneResult
from app.views.spec import WAITING, ViewSettings, ViewSpec
from models import registry
from models.frames import UInt8
from renderers.stereo_options import STEREO_FORMS, StereoOptions
from widgets.arrangement import PANES, Layout, PaneKind, ViewPane
from widgets.pane_content import Contents, Nothing, RgbContent

_PANE = ViewPane(
    "stereo",
    PaneKind.LEVELS,
    replaces=PANES,
    title="Stereo",
    is_of_the_frame=False,
    is_required=True,
)


def stereo_options(settings: ViewSettings) -> StereoOptions:
    """How the settings have stereo pictures made."""
    strength = settings.stereo_parallax / 100.0
    return StereoOptions(strength, settings.stereo_zero, settings.stereo_form)


def _needs(settings: ViewSettings) -> AnalysisRequest:
    return AnalysisRequest(stereo=stereo_options(settings), stereo_lane=settings.cloud_lane)


def _fill(result: FrameResult, settings: ViewSettings, _table: UInt8) -> Contents:
    analysis = result.analysis or Analysis()
    lane = result.lanes.get(settings.cloud_lane)
    if analysis.stereo is None or lane is None:
        failed = analysis.failures.get(AnalysisPart.STEREO)
        why = failed or result.failures.get(settings.cloud_lane) or _why_nothing(lane, settings)
        return {_PANE.name: Nothing(why)}
    title = f"Stereo · {registry.title(lane.model)}"
    form = STEREO_FORMS[settings.stereo_form]
    return {_PANE.name: RgbContent(analysis.stereo, title, form)}


def _why_nothing(lane: LaneResult | None, settings: ViewSettings) -> str:
    if lane is not None:  # its result was made before the view was chosen
        return WAITING
    return f"Lane {settings.cloud_lane.upper()} is off, so there is no stereo picture"


VIEW = ViewSpec(
    key="stereo",
    title="Stereo for two eyes",
    shortcut="Shift+V",
    tip="Both eyes' views of the picture, for red-cyan glasses, side by side or top and bottom",
    icon="stereo",
    headline="The picture in depth, for two eyes",
    caption="Each pixel is moved for each eye by its disparity; near things stand before the rest.",
    layout=Layout((_PANE,)),
    needs=_needs,
    fill=_fill,
    is_in_attract_loop=False,
)
