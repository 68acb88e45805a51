"""Saved viewpoints of the point cloud, in a file beside the settings."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from app.settings.slot_store import MAX_NAME, SLOTS, SlotStore
from models.plain_text import single_line
from renderers.camera import MAX_DISTANCE, MAX_PITCH_DEG, MIN_DISTANCE, CameraPose

_FARTHEST = 1e6


@dataclasses.dataclass(frozen=True, slots=True)
class Viewpoint:
    """A saved camera pose and its name, 1 to `MAX_NAME` characters."""

    name: str
    pose: CameraPose


class ViewpointStore(SlotStore[Viewpoint]):
    """The viewpoints of one profile."""

    what = "viewpoints"
    suffix = "views.json"

    def decode(self, document: Mapping[str, Any]) -> dict[int, Viewpoint]:
        stored = dict(document["views"])
        return {
            slot: viewpoint
            for slot in SLOTS
            if (viewpoint := _viewpoint(stored.get(str(slot)))) is not None
        }  # fmt: skip

    def encode(self, kept: Mapping[int, Viewpoint]) -> dict[str, Any]:
        return {"views": {str(slot): dataclasses.asdict(one) for slot, one in kept.items()}}


def _viewpoint(values: Any) -> Viewpoint | None:
    """Return the viewpoint that was written as `values`, or None if it is damaged."""
    try:
        name, pose = values["name"], values["pose"]
        x, y, z = (float(part) for part in pose["target"])
        made = CameraPose(
            (x, y, z), float(pose["distance"]), float(pose["yaw_deg"]), float(pose["pitch_deg"])
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    usable = (
        isinstance(name, str)
        and 0 < len(name) <= MAX_NAME
        and all(math.isfinite(part) and abs(part) <= _FARTHEST for part in made.target)
        and MIN_DISTANCE <= made.distance <= MAX_DISTANCE
        and abs(made.yaw_deg) <= 180.0
        and abs(made.pitch_deg) <= MAX_PITCH_DEG
    )
    return Viewpoint(single_line(name), made) if usable else None
