"""`bench`: the app compared with the bare model, measured in one run."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.commands.options import ALL, add_common, picture_size, seconds
from app.views import table as views


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_common(parser, ALL)
    parser.add_argument(
        "--window", action=argparse.BooleanOptionalAction, default=True,
        help="with the window, or headless",
    )  # fmt: skip
    parser.add_argument(
        "--live", action="store_true",
        help="measure only the window, on the source at its own pace: what a visitor sees",
    )  # fmt: skip
    parser.add_argument(
        "--startup",
        action="store_true",
        help="measure only the start: medians of ten",
    )
    parser.add_argument(
        "--outputs", action="store_true",
        help="measure only what a camera and a page with five viewers cost, in turns",
    )  # fmt: skip
    parser.add_argument(
        "--window-size", type=picture_size, default=(1600, 1000), metavar="WxH",
        help="window size; default: 1600x1000",
    )  # fmt: skip
    parser.add_argument(
        "--seconds", type=seconds, default=30.0, metavar="S", help="per part; default: 30"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results as JSON")
    parser.add_argument(
        "--compare", type=Path, metavar="OLD.json", help="compare with earlier figures"
    )
    parser.add_argument(
        "--views",
        choices=("none", *(key for key in views.KEYS if key != views.DEFAULT), "all"),
        help="also measure the window with these views on, and what each view costs",
    )
    parser.add_argument("--cloud-baseline", action="store_true", help="also time VisPy's Markers")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print, and write JSON if asked to."""
    from app.commands import bench_job

    return bench_job.run(arguments)
