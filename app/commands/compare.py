"""`compare`: two models over the same clip, as one page and as numbers."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tqdm import tqdm

from app.commands.options import estimator_options
from app.export import prepare_folder
from app.report.run import compare
from app.report.values import CompareOptions
from app.settings import Settings
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
    with _Bars() as bars:
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


class _Bars:
    """One progress bar per stage."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None
        self._stage = ""

    def show(self, done: int, total: int | None, stage: str) -> None:
        """Move the bar of `stage`."""
        if self._bar is None or stage != self._stage:
            self._close()
            self._stage = stage
            self._bar = tqdm(desc=stage, total=total, unit="frame", disable=None)
        self._bar.update(done - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
