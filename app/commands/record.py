"""`record`: a recording of a source and both lanes, without a window."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.commands.options import ALL, add_common, seconds


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_common(parser, ALL)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--seconds", type=seconds, metavar="N", help="default: to the end of the file or Ctrl+C"
    )
    parser.add_argument(
        "--real-time", action="store_true", help="play a file in real time and skip late frames"
    )
    parser.add_argument(
        "--sound",
        nargs="?",
        const="default",
        default="",
        metavar="INPUT",
        help="record sound as well",
    )
    parser.add_argument(
        "--inside", action="store_true", help="record what is inside the networks, as arrays"
    )
    parser.add_argument("--force", action="store_true", help="replace a recording in DIR")


def run(arguments: argparse.Namespace) -> int:
    """Record until --seconds, the end of the file or Ctrl+C; ends with one line."""
    from app.commands import record_job

    return record_job.run(arguments)
