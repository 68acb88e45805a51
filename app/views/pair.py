"""Helper of the views wipe and blink, not a view itself: both lanes in one pane."""

from __future__ import annotations

from app.core.results import FrameResult
from app.views.lanes import lane_scale, range_note
from app.views.spec import ViewSettings
from models import registry
from models.frames import UInt8
from widgets.arrangement import Layout, PaneKind, ViewPane
from widgets.pane_content import Contents, Nothing, PaneContent, Second

_NAME = "wipe"  # for blink too: FILE.json of --screenshot calls the pane so


def pair_layout(title: str) -> Layout:
    """One pane in place of both lanes; the views that use it share the widget."""
    pane = ViewPane(
        _NAME, PaneKind.PAIR, replaces=("depth_a", "depth_b"), title=title, layers=("a", "b")
    )
    return Layout((pane,), hero=_NAME)


def pair_contents(
    result: FrameResult, settings: ViewSettings, table: UInt8, blink_hz: float
) -> Contents:
    """Both lanes' levels; `blink_hz` 0 separates them by a divider."""
    a, b = result.lanes.get("a"), result.lanes.get("b")
    if a is None or b is None:
        return {_NAME: Nothing("This view needs both lanes; turn the other one on")}
    second = Second(
        b.levels,
        (registry.title(a.model), registry.title(b.model)),
        result.prescaled.get("b", ()),
        blink_hz,
    )
    content = PaneContent(
        a.levels,
        table,
        lane_scale(a),  # the numbers are lane A's
        caption=range_note(result.lanes, settings),
        prescaled=result.prescaled.get("a", ()),
        second=second,
    )
    return {_NAME: content}
