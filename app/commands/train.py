"""`train`: trains the bundled model from a configuration."""

from __future__ import annotations

import argparse

from models.devices.device import set_cpu_threads
from models.training import command


def run(arguments: argparse.Namespace) -> int:
    """Train to the end of the schedule; `--resume` goes on from the last checkpoint, to the bit."""
    set_cpu_threads(getattr(arguments, "threads", 0))
    command.run(arguments.config, arguments.out, arguments.resume)
    return 0
