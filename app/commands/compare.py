"""`compare`: two models over the same clip, as one page and as numbers."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from app.commands.bars import Bars
from app.commands.options import estimator_options
from app.export.exporters import prepare_folder
from app.report.run import compare
from app.report.values import CompareOptions
from app.settings.settings import Settings
from models.errors import UsageError


def run(arguments: argparse.Namespace) -> int:
    """Write report.html, metrics.json and metrics.csv; ends with what was found and where."""
    usual = Settings()
    options = CompareOptions(
        estimator=estimator_options(arguments),
        source_size=getattr(arguments, "source_size", None),
        max_frames=arguments.frames,
    )
    out: Path = arguments.out
    if arguments.frames == 1:
        raise UsageError("A comparison over time needs at least two frames.")
    prepare_folder(out, arguments.force)
    with Bars("frame") as bars:
        report = compare(
            arguments.input,
            getattr(arguments, "a", usual.model_a),
            getattr(arguments, "b", usual.model_b),
            out,
            options=options,
            progress=bars.show,
        )
    for sentence in report.sentences:
        print(sentence)
    frames = json.loads(report.json.read_text(encoding="utf-8"))["frames"]
    print(f"{frames} frames, {report.html}")
    return 0
