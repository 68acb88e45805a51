"""`cameras`: the cameras and their formats. Opens none of them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.commands.options import DEBUG, add_common
from models.errors import SourceError

if TYPE_CHECKING:
    from app.sources.discovery import Camera


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_common(parser, DEBUG)


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - no options of its own
    """Print a line per camera: how to open it, its name, its port; then its formats."""
    from app.sources import discovery

    found = discovery.cameras()
    if not found:
        print("No camera found; plug one in, or use --source synthetic or a video file.")
        return 0
    for camera in found:
        print(f"camera:{camera.index}  {camera.name}  {camera.path}")
        for line in _formats(camera):
            print(f"    {line}")
    return 0


def _formats(camera: Camera) -> list[str]:
    from app.sources import v4l2

    try:
        formats = [offer.text for offer in v4l2.formats_of(camera)]
    except SourceError as error:
        return [str(error)]
    if formats:
        return formats
    if camera.device:  # where there is such a file, its driver can be asked
        return ["The driver lists no formats; the window shows the one in use."]
    return [
        ("This system reports formats only once a camera is open; the window shows the one in use.")
    ]
