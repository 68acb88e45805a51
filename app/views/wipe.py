"""Lane A left of a line, lane B right of it."""

from __future__ import annotations

from app.core.results import FrameResult
from app.views.pair import pair_contents, pair_layout
from app.views.spec import ViewSettings, ViewSpec
from models.frames import UInt8
from widgets.pane_content import Contents


def _fill(result: FrameResult, settings: ViewSettings, table: UInt8) -> Contents:
    return pair_contents(result, settings, table, blink_hz=0.0)


VIEW = ViewSpec(
    key="wipe",
    title="Wipe A | B",
    shortcut="W",
    tip="Wipe between A and B",
    icon="wipe",
    headline="Two lanes, one picture",
    caption="Left of the line is A, right of it is B: same frame, same colours.",
    layout=pair_layout("Wipe"),
    fill=_fill,
    has_divider=True,
)
