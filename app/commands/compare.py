"""`compare`: models over the same clip, as a page and as numbers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.bars import Bars
from app.commands.options import LANES, add_common, estimator_options, positive
from app.export.folder import prepare_folder
from app.settings.plain import parsed
from app.settings.settings import Settings
from models.errors import UsageError

if TYPE_CHECKING:
    from app.report.values import Report
    from models.estimator import EstimatorOptions

_MOST_MODELS = 8


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_common(parser, ("--source-size", *LANES))
    parser.add_argument(
        "--models",
        type=_models,
        metavar="A,B,C,…",
        help="two to eight models instead of --a and --b; one that fails is left out and named",
    )
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
    from app.system.signals import noted_stop_signals

    estimator = estimator_options(arguments)
    if arguments.models and ("a" in arguments or "b" in arguments):
        raise UsageError("Name the models either with --models or with --a and --b, not with both.")
    if arguments.frames == 1:
        raise UsageError("A comparison over time needs at least two frames; raise --frames.")
    prepare_folder(arguments.out, arguments.force)
    with Bars("frame") as bars, noted_stop_signals() as is_stopped:
        report = _compare(arguments, estimator, bars, is_stopped)
    frames = report.metrics["frames"]
    if is_stopped():
        print(f"Stopped after {frames} frames; the report is {report.html}.", file=sys.stderr)
        return 1
    for note in report.notes:
        print(note, file=sys.stderr)
    for sentence in report.sentences:
        print(sentence)
    print(f"{frames} frames, {report.html}")
    return 1 if report.failed else 0


def _compare(
    arguments: argparse.Namespace,
    estimator: EstimatorOptions,
    bars: Bars,
    is_stopped: Callable[[], bool],
) -> Report:
    from app.report.run import compare, compare_models
    from app.report.values import CompareOptions

    options = CompareOptions(
        estimator=estimator,
        source_size=getattr(arguments, "source_size", None),
        max_frames=arguments.frames,
        is_stopped=is_stopped,
        drops_failed_lanes=arguments.models is not None,
    )
    out: Path = arguments.out
    if arguments.models:
        return compare_models(
            arguments.input, arguments.models, out, options=options, progress=bars.show
        )
    usual = Settings()
    return compare(
        arguments.input,
        getattr(arguments, "a", usual.model_a),
        getattr(arguments, "b", usual.model_b),
        out,
        options=options,
        progress=bars.show,
    )


def _models(text: str) -> tuple[str, ...]:
    """Names of models, separated by commas."""
    names = tuple(name.strip() for name in text.split(","))
    if not 2 <= len(names) <= _MOST_MODELS or not all(names):
        raise argparse.ArgumentTypeError(
            f"expected 2 to {_MOST_MODELS} names of models with commas between them"
        )
    try:
        return tuple(parsed("model_a", name) for name in names)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
