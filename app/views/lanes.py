"""Helper of the views, not a view itself: units and ranges of the lanes in words."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.results import LaneResult
from app.views.spec import ViewSettings
from models import registry
from models.frames import Unit

UNIT_TEXT = {Unit.RELATIVE: "relative", Unit.INVERSE_METRE: "1/m"}


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
