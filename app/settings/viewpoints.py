"""Saved viewpoints of the point cloud, in a file beside the settings."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

from app.system.json_files import locked, read_json, write_atomically
from models.plain_text import single_line
from renderers.camera import MAX_DISTANCE, MAX_PITCH_DEG, MIN_DISTANCE, CameraPose

VERSION = 1
SLOTS = tuple(range(1, 10))
MAX_NAME = 40
_FARTHEST = 1e6


@dataclasses.dataclass(frozen=True, slots=True)
class Viewpoint:
    """A saved camera pose and its name, 1 to `MAX_NAME` characters."""

    name: str
    pose: CameraPose


class ViewpointStore:
    """Loads and saves the viewpoints of one profile in the file `path`, by number 1 to 9."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @staticmethod
    def beside(settings_file: Path) -> ViewpointStore:
        """Return the store of the profile whose settings are in `settings_file`."""
        return ViewpointStore(settings_file.with_name(f"{settings_file.stem}.views.json"))

    def load(self) -> tuple[dict[int, Viewpoint], str]:
        """Return the viewpoints by number, and a note for the user, empty if there was no problem.

        A damaged file, or one of a newer version, is renamed and kept; a damaged viewpoint is left
        out.
        """
        stored, note = read_json(self._path, "viewpoints", VERSION, _stored)
        return {
            slot: viewpoint
            for slot in SLOTS
            if (viewpoint := _viewpoint((stored or {}).get(str(slot)))) is not None
        }, note  # fmt: skip

    def put(self, slot: int, viewpoint: Viewpoint | None) -> tuple[dict[int, Viewpoint], str]:
        """Write or, with None, remove one viewpoint; the others stay as they are in the file.

        Returns all viewpoints, and a note for the user as `load` does. Raises OSError if the file
        cannot be written.
        """
        with locked(self._path):
            viewpoints, note = self.load()
            viewpoints.pop(slot, None)
            if viewpoint is not None:
                viewpoints[slot] = viewpoint
            plain = {str(n): dataclasses.asdict(one) for n, one in sorted(viewpoints.items())}
            document = {"version": VERSION, "views": plain}
            text = json.dumps(document, indent=2, allow_nan=False) + "\n"
            write_atomically(self._path, text)
        return viewpoints, note


def _stored(document: Any) -> dict[str, Any]:
    return dict(document["views"])


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
