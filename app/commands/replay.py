"""`replay`: opens a recording in the window, or checks it without one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.commands.options import LANES, add_common, add_window_options
from app.recording.format import is_recording
from models.errors import SourceError


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_common(parser, LANES)
    parser.add_argument("recording", type=Path, metavar="DIR")
    parser.add_argument("--check", action="store_true", help="only check whether it is readable")
    add_window_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show the recording; with --check only print frames, gaps and seconds."""
    folder: Path = arguments.recording
    if not is_recording(folder):
        raise SourceError(
            f"{folder} is not a recording; give the folder that holds its manifest.json."
        )
    if arguments.check:
        return _check(folder)
    from app.commands import window

    arguments.source = str(folder)
    return window.run(arguments)


def _check(folder: Path) -> int:
    from app.recording.verify import verify

    found = verify(folder)
    ending = "" if found.ended else ", incomplete"
    print(f"{found.frames} frames, {found.gaps} gaps, {found.seconds:.1f} s{ending}")
    for problem in found.problems:
        print(problem, file=sys.stderr)
    return 0
