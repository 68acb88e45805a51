"""Saved viewpoints of the point cloud, in a file beside the settings."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.system.json_files import read_json, write_atomically
from renderers.camera import MAX_DISTANCE, MAX_PITCH_DEG, MIN_DISTANCE, CameraPose

VERSION = 1
SLOTS = tuple(range(1, 10))
MAX_NAME = 40
_FARTHEST = 1e6


@dataclasses.dataclass(frozen=True, slots=True)
class Viewpoint:
    """A viewpoint and what the user calls it."""

    name: str
    pose: CameraPose


class ViewpointStore:
    """Loads and saves the views of one profile, by number 1 to 9."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @staticmethod
    def beside(settings_file: Path) -> ViewpointStore:
        """The store of the profile whose settings are in that file."""
        return ViewpointStore(settings_file.with_name(f"{settings_file.stem}.views.json"))

    def load(self) -> tuple[dict[int, Viewpoint], str]:
        """The views by number, and a note for the user, empty if all is well.

        A damaged file is set aside, a damaged view is left out.
        """
        views, note = read_json(self._path, "saved 3D views", lambda kept: dict(kept["views"]))
        return {
            slot: view
            for slot in SLOTS
            if (view := _view((views or {}).get(str(slot)))) is not None
        }, note  # fmt: skip

    def save(self, views: Mapping[int, Viewpoint]) -> None:
        """Write all views. Raises OSError where that cannot be done."""
        plain = {str(slot): dataclasses.asdict(view) for slot, view in sorted(views.items())}
        document = {"version": VERSION, "views": plain}
        write_atomically(self._path, json.dumps(document, indent=2, allow_nan=False) + "\n")


def _view(values: Any) -> Viewpoint | None:
    """The view written as `values`, or None if they make none."""
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
    return Viewpoint(name, made) if usable else None
