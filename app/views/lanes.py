"""Helper of the views, not a view itself: units and ranges of the lanes in words."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.results import LaneResult
from app.views.spec import ViewSettings
from models import registry
from models.frames import Unit
from widgets.pane_content import CALIBRATED, Scale

UNIT_TEXT = {Unit.RELATIVE: "relative", Unit.INVERSE_METRE: "1/m"}


def lane_scale(lane: LaneResult) -> Scale:
    """What the colours of a lane mean: metres where it was calibrated, else its disparity."""
    unit = UNIT_TEXT[lane.depth.unit] if lane.calibration is None else CALIBRATED
    return Scale(*lane.display_range, unit, to_metres=lane.calibration)


def range_note(lanes: Mapping[str, LaneResult], settings: ViewSettings) -> str:
    """Note on the lanes' ranges where both are compared; empty if they share one."""
    ranges = {lane.display_range for lane in lanes.values()}
    families = {registry.family(lane.model) for lane in lanes.values()}
    if len(families) > 1 and (settings.range_locked or settings.range_mode == "fixed"):
        return "one fixed range for both, although their scales differ"
    if len(ranges) < 2:
        return ""
    if settings.range_mode == "per-frame" and not settings.range_locked:
        return "each in its own range"
    return "matched by median and spread"
