"""`convert`: a recording in the formats of other tools."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.commands.options import DEBUG, add_common, number_from_zero
from app.convert.formats import FORMATS


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_common(parser, DEBUG)
    parser.add_argument("recording", type=Path, metavar="RECORDING")
    parser.add_argument(
        "--to", choices=tuple(FORMATS), required=True, metavar="|".join(FORMATS),
        help="; ".join(f"{name}: {kind.title}" for name, kind in FORMATS.items()),
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, required=True, metavar="PATH",
        help="the file to write, or a folder for it",
    )  # fmt: skip
    parser.add_argument(
        "--frame", type=number_from_zero, metavar="N",
        help="which frame, from 0, for formats of a single one; default: 0",
    )  # fmt: skip
    parser.add_argument(
        "--lane", choices=("a", "b"), default="a",
        help="whose result, for those formats; default: %(default)s",
    )  # fmt: skip
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


def run(arguments: argparse.Namespace) -> int:
    """Write the file; prints one line: frames and path."""
    from tqdm import tqdm

    from app.convert.run import Cancelled, Conversion, convert
    from app.system.signals import noted_stop_signals

    wanted = Conversion(
        arguments.recording,
        arguments.to,
        arguments.out,
        arguments.frame,
        arguments.lane,
        arguments.force,
    )
    with tqdm(unit="frame", disable=None) as bar, noted_stop_signals() as is_stopped:

        def on_frame(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        try:
            done = convert(wanted, on_frame, is_stopped)
        except Cancelled:
            bar.close()
            print("Stopped; nothing was written.", file=sys.stderr)
            return 1
    if done.note:
        print(done.note, file=sys.stderr)
    print(f"{done.frames} frame{'s' if done.frames != 1 else ''}, {done.path}")
    return 0
