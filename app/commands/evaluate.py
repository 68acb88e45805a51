"""`evaluate`: models over data sets by a published protocol, to tables."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.bars import Bars
from app.commands.options import ESTIMATING, add_common, estimator_options, positive
from app.evaluation.protocols.table import PROTOCOLS
from app.evaluation.table import KEYS
from app.settings.plain import parsed

if TYPE_CHECKING:
    from app.evaluation.run import Executor, Summary

_PROTOCOLS = tuple(PROTOCOLS)


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_common(parser, ESTIMATING)
    parser.add_argument(
        "--data", type=_data, action="append", required=True, metavar="LAYOUT=PATH",
        help=f"a data set as it was published (may be repeated): {', '.join(KEYS)}",
    )  # fmt: skip
    parser.add_argument(
        "--models", type=_models, required=True, metavar="M,N,…", help="models, with commas"
    )
    parser.add_argument(
        "--protocol", choices=_PROTOCOLS, default=_PROTOCOLS[0], help="default: %(default)s"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR",
        help="results; what is there already is not computed again",
    )  # fmt: skip
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=positive, metavar="N", help="that many processes on this machine"
    )
    where.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask scheduler, such as tcp://HOST:8786"
    )


def run(arguments: argparse.Namespace) -> int:
    """Evaluate; prints a line for what could not be measured, then the path of the page."""
    from app.evaluation.run import Request, evaluate_all
    from app.system.signals import noted_stop_signals

    if not getattr(arguments, "threads", 0):
        arguments.threads = 1  # so that a clip's numbers do not depend on where it is computed
    request = Request(
        data=arguments.data,
        models=arguments.models,
        protocol=arguments.protocol,
        options=estimator_options(arguments),
        plugins=tuple(path.resolve() for path in getattr(arguments, "plugin", ())),
    )
    out = Path(os.path.abspath(arguments.out))
    with Bars("frame") as bars, noted_stop_signals() as is_stopped:
        summary = evaluate_all(request, out, _executor(arguments), bars.show, is_stopped)
    return _told(summary, out)


def _executor(arguments: argparse.Namespace) -> Executor:
    from app.evaluation.run import Serial

    if arguments.workers is None and arguments.scheduler is None:
        return Serial()
    from app.evaluation.cluster import Cluster

    return Cluster(arguments.workers, arguments.scheduler, arguments.threads)


def _told(summary: Summary, out: Path) -> int:
    for line in summary.failed:
        print(f"{line.data}/{line.clip}, {line.model}: {line.error}", file=sys.stderr)
    if summary.stopped:
        print(
            f"Stopped; the tables in {out} have what is done, and the same command goes on.",
            file=sys.stderr,
        )
        return 1
    measured = summary.jobs - len(summary.failed)
    print(f"{measured} of {summary.jobs} measured, {summary.known} before, {out / 'report.html'}")
    return 0 if measured else 1


def _data(text: str) -> tuple[str, Path]:
    layout, sign, path = text.partition("=")
    if not sign or not path:
        raise argparse.ArgumentTypeError("expected LAYOUT=PATH, such as sintel=/data/sintel")
    if layout not in KEYS:
        raise argparse.ArgumentTypeError(
            f"there is no layout {layout[:40]!r}; there are {', '.join(KEYS)}"
        )
    return layout, Path(os.path.abspath(path))  # as workers elsewhere need it


def _models(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if not all(names):
        raise argparse.ArgumentTypeError("expected names of models with commas between them")
    try:
        return tuple(parsed("model_a", name) for name in names)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
