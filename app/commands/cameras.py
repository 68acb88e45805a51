"""`cameras`: what is plugged in, and what each can deliver. Opens none of them."""

from __future__ import annotations

import argparse

from app.sources.discovery import cameras


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - no options of its own
    """One line per camera: how to open it, its name, where it is plugged in."""
    found = cameras()
    if not found:
        print("There is no camera. Plug one in, or use --source synthetic or a video file.")
        return 0
    for camera in found:
        print(f"camera:{camera.index}  {camera.name}  {camera.path}")
    return 0
