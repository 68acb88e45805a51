"""Lanes A and B in turn, in one place."""

from __future__ import annotations

from app.core.results import FrameResult
from app.views.pair import pair_contents, pair_layout
from app.views.spec import ViewSettings, ViewSpec
from models.frames import UInt8
from widgets.pane_content import Contents


def _fill(result: FrameResult, settings: ViewSettings, table: UInt8) -> Contents:
    return pair_contents(result, settings, table, settings.blink_hz)


VIEW = ViewSpec(
    key="blink",
    title="Blink A / B",
    shortcut="B",
    tip="Blink between A and B",
    icon="blink",
    headline="Two lanes in turn",
    caption="A and B alternate in place: whatever jumps is where they differ.",
    layout=pair_layout("Blink"),
    fill=_fill,
    is_in_attract_loop=False,
)
