"""Reasons why a camera does not open, as far as they can be found out."""

from __future__ import annotations

import os
from pathlib import Path

from app.sources.camera_formats import Habits
from app.sources.discovery import Camera


def why_not_opened(camera: Camera, habits: Habits) -> str:
    """What keeps `camera` from opening, as far as known, and what helps."""
    device = camera.device
    if not device:
        return habits.refused.format(name=camera.name)
    if not os.path.exists(device):
        return f"{camera.name} is not plugged in; plug it in again."
    if not os.access(device, os.R_OK | os.W_OK):
        return (
            f"Can't open {camera.name}: permission denied; join the group that owns {device} "
            "(sudo usermod -aG video $USER) and log in again."
        )
    holder = who_holds(Path(device))
    if holder is not None:
        return f"{camera.name} is in use by {holder}; close it there."
    return habits.refused.format(name=camera.name)


def who_holds(device: Path, processes: Path = Path("/proc")) -> str | None:
    """Name and number of a process that has `device` open, as far as this user may see."""
    real = device.resolve()
    for process in processes.glob("[0-9]*"):
        try:
            if any(_leads_to(link, real) for link in (process / "fd").iterdir()):
                name = (process / "comm").read_text().strip()
                return f"{name} (process {process.name})"
        except OSError:  # not ours, or just ended
            continue
    return None


def _leads_to(link: Path, target: Path) -> bool:
    try:
        return Path(os.readlink(link)) == target
    except OSError:  # closed in the meantime
        return False
