"""`soak`: runs the window unattended, with simulated visitors and faults."""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from app.commands.options import DEBUG, add_common, minutes
from app.commands.window import require_display
from app.system.json_files import write_json
from app.system.logbook import logging_to_file
from models.errors import UserError


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_common(parser, DEBUG)
    parser.add_argument("--minutes", type=minutes, default=60.0, metavar="N", help="default: 60")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="another sequence of actions"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results once a minute")


def run(arguments: argparse.Namespace) -> int:
    """Run the soak, print its figures, write them if requested; 1 if they are not sound."""
    require_display()
    from app.soak.figures import is_sound, lines
    from app.soak.run import soak
    from app.system.environment import environment
    from app.ui.threads import any_abandoned

    def on_minute(figures: dict[str, Any]) -> None:
        print(
            f"{figures['minutes']:.0f} min: {figures['faults_survived']} of "
            f"{figures['faults_injected']} faults survived, {figures['crashes']} crashes, "
            f"{figures['rss_mb']:.0f} MB",
            flush=True,
        )
        if arguments.json is not None:
            with contextlib.suppress(UserError):  # reported at the end
                write_json(arguments.json, figures)

    faulthandler.enable()
    with logging_to_file(), tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        figures = soak(arguments.minutes, arguments.seed, Path(folder), on_minute)
    figures["environment"] = environment()
    print("\n".join(lines(figures)))
    if arguments.json is not None:
        write_json(arguments.json, figures)
    code = 0 if is_sound(figures) else 1
    if any_abandoned():  # the interpreter would wait for it, or abort
        logging.shutdown()
        sys.stdout.flush()
        os._exit(code)
    return code
