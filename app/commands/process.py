"""`process`: every frame of a file or folder through one model, without a window."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.commands.options import ESTIMATING, add_common, positive
from app.export.table import EXPORTERS


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_common(parser, ("--source-size", *ESTIMATING))
    parser.add_argument("input", metavar="INPUT")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="created if necessary"
    )
    parser.add_argument(
        "--model", default="flashdepth-lite", metavar="M", help="default: %(default)s"
    )
    parser.add_argument(
        "--stride", type=positive, default=1, metavar="N", help="process every N-th frame only"
    )
    parser.add_argument(
        "--export", type=_exports, default=("npy",), metavar=",".join(EXPORTERS),
        help="default: npy",
    )  # fmt: skip
    parser.add_argument(
        "--force", action="store_true", help="write into a folder that is not empty"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the exports; prints one line: frames, frames per second, path."""
    from app.commands import process_job

    return process_job.run(arguments)


def _exports(text: str) -> tuple[str, ...]:
    chosen = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = [part for part in chosen if part not in EXPORTERS]
    if unknown or not chosen:
        raise argparse.ArgumentTypeError(
            f"expected some of {', '.join(EXPORTERS)}, not {', '.join(unknown) or 'nothing'}"
        )
    return chosen
