"""`models`: lists the models and installs weights."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.bars import Bars
from app.commands.options import DEBUG, add_common
from models.errors import UserError

if TYPE_CHECKING:
    from models.progress import OnProgress, Progress


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the actions and their options."""
    add_common(parser, DEBUG)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("list", help="list the models (the default)")
    pull = actions.add_parser("pull", help="download a model's weights, also of hf:ORG/NAME")
    pull.add_argument("name", metavar="NAME")
    pull.add_argument("--yes", action="store_true", help="accept the licence without asking")
    adding = actions.add_parser("add", help="install a checkpoint file")
    adding.add_argument("file", type=Path, metavar="FILE")
    adding.add_argument("--as", dest="name", required=True, metavar="NAME")


def run(arguments: argparse.Namespace) -> int:
    """List by default; `pull NAME` and `add FILE --as NAME` install weights."""
    match arguments.action:
        case "pull":
            return _pull(arguments.name, arguments.yes)
        case "add":
            from models import checkpoints

            with Bars("B", scaled=True) as bars:
                path = checkpoints.add(arguments.file, arguments.name, _progress_on(bars))
            print(f"{arguments.name} is installed: {path}")
            return 0
        case _:
            return _list()


def _list() -> int:
    from models import registry

    entries = registry.entries()
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        reason = entry.missing()
        state = "not installed" if reason else "ready"
        note = f" ({entry.note})" if entry.note else ""
        print(f"{entry.name:<{width}}  {state:<13}  {entry.summary}{note}")
    print("Append +ema to any model to smooth it with an exponential moving average.")
    return 0


def _pull(name: str, agreed: bool) -> int:
    """Fetch weights after showing their licence and, at a terminal, asking for agreement."""
    from models import install

    wanted = install.offer(name)
    print(
        f"{wanted.title}, {wanted.size_mb} MB from {wanted.repository}, licence {wanted.licence}."
    )
    print(wanted.terms)
    if not agreed and sys.stdin.isatty():
        agreed = input("Download it? [y/N] ").strip().lower() in ("y", "yes")
        if not agreed:
            print("Nothing was downloaded.")
            return 1
    if not agreed and not wanted.commercial:
        raise UserError(f"{wanted.title} has a restricted licence; add --yes to accept it.")
    with Bars("B", scaled=True) as bars:
        path = install.pull(name, _progress_on(bars))
    print(f"{name} is installed: {path}")
    return 0


def _progress_on(bars: Bars) -> OnProgress:
    def on_progress(progress: Progress) -> None:
        bars.show(progress.done_bytes, progress.total_bytes, progress.phase)

    return on_progress
