"""`compare`: two models over the same clip, as a page and as numbers."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.commands.bars import Bars
from app.commands.options import LANES, add_common, estimator_options, positive
from app.export.folder import prepare_folder
from app.settings.settings import Settings
from models.errors import UsageError


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_common(parser, ("--source-size", *LANES))
    parser.add_argument("input", metavar="INPUT")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--force", action="store_true", help="write into a folder that is not empty"
    )
    parser.add_argument(
        "--frames", type=positive, metavar="N",
        help="most frames; 240 by default for an endless scene",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Write report.html, metrics.json and metrics.csv; prints the verdicts and the path."""
    from app.report.run import compare
    from app.report.values import CompareOptions
    from app.system.signals import noted_stop_signals

    usual = Settings()
    estimator = estimator_options(arguments)
    out: Path = arguments.out
    if arguments.frames == 1:
        raise UsageError("A comparison over time needs at least two frames; raise --frames.")
    prepare_folder(out, arguments.force)
    with Bars("frame") as bars, noted_stop_signals() as is_stopped:
        options = CompareOptions(
            estimator=estimator,
            source_size=getattr(arguments, "source_size", None),
            max_frames=arguments.frames,
            is_stopped=is_stopped,
        )
        report = compare(
            arguments.input,
            getattr(arguments, "a", usual.model_a),
            getattr(arguments, "b", usual.model_b),
            out,
            options=options,
            progress=bars.show,
        )
    frames = report.metrics["frames"]
    if is_stopped():
        print(f"Stopped after {frames} frames; the report is {report.html}.", file=sys.stderr)
        return 1
    for note in report.notes:
        print(note, file=sys.stderr)
    for sentence in report.sentences:
        print(sentence)
    print(f"{frames} frames, {report.html}")
    return 0
