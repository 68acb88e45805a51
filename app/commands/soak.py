"""`soak`: the window on its own for as long as wanted, with visitors and faults."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from app.commands.window import require_display
from app.documents import write_figures
from app.environment import environment
from app.logbook import logging_to_file


def run(arguments: argparse.Namespace) -> int:
    """Soak, print the figures, write them if asked to; 1 if anything was not survived."""
    require_display()
    from app.soak.run import soak
    from app.threads import any_abandoned

    with logging_to_file(), tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        figures = soak(arguments.minutes, arguments.seed, Path(folder))
    figures["environment"] = environment()
    _print(figures)
    if arguments.json is not None:
        write_figures(arguments.json, figures)
    sound = not figures["crashes"] and figures["faults_survived"] == figures["faults_injected"]
    code = 0 if sound else 1
    if any_abandoned():  # the interpreter would wait for it, or abort on it
        logging.shutdown()
        sys.stdout.flush()
        os._exit(code)
    return code


def _print(figures: dict[str, Any]) -> None:
    survived, injected = figures["faults_survived"], figures["faults_injected"]
    stalls = figures["gui_stall_ms"]
    print(f"{figures['minutes']:.1f} minutes, {figures['actions']} actions")
    print(f"{survived} of {injected} faults survived, {figures['crashes']} crashes")
    print(f"{figures['fps']:.1f} fps shown, {figures['restarts']} stages replaced")
    print(f"memory {figures['rss_slope_mb_per_10min']:+.1f} MB per 10 minutes")
    print(f"left behind: {figures['threads_left']} threads, {figures['files_left']} files")
    print(f"window stalls: p99 {stalls['p99']:.0f} ms, at most {stalls['max']:.0f} ms")
