"""`train`: trains the bundled model from a configuration."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.commands.options import add_common


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_common(parser, ("--threads", "--debug"))
    parser.add_argument("config", type=Path, metavar="CONFIG")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: runs/NAME")
    parser.add_argument("--resume", action="store_true", help="resume from the last checkpoint")


def run(arguments: argparse.Namespace) -> int:
    """Train to the end of the schedule; `--resume` continues from the last checkpoint exactly."""
    from models.devices.device import set_cpu_threads
    from models.training import command

    set_cpu_threads(getattr(arguments, "threads", 0))
    command.run(arguments.config, arguments.out, arguments.resume)
    return 0
