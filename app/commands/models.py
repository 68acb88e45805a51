"""`models`: what is there, and how to get what is not."""

from __future__ import annotations

import argparse
import sys

from app.commands.bars import Bars
from models import checkpoints, published, registry
from models.download import OnProgress, Progress
from models.errors import UserError


def run(arguments: argparse.Namespace) -> int:
    """List by default; `pull NAME` and `add FILE --as NAME` change what is there."""
    match arguments.action:
        case "pull":
            return _pull(arguments.name, arguments.yes)
        case "add":
            with Bars("B", scaled=True) as bars:
                path = checkpoints.add(arguments.file, arguments.name, _told(bars))
            print(f"{arguments.name} is ready, {path}")
            return 0
        case _:
            return _list()


def _list() -> int:
    entries = registry.entries()
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        reason = entry.missing()
        state = "not installed" if reason else "ready"
        note = f" ({entry.note})" if entry.note else ""
        print(f"{entry.name:<{width}}  {state:<13}  {entry.summary}{note}")
    print("Any network with +ema appended is followed by an exponential moving average.")
    return 0


def _pull(name: str, agreed: bool) -> int:
    """Fetch weights after their licence was shown and, at a terminal, agreed to."""
    wanted = published.release(name)
    print(f"{wanted.title}, {wanted.size_mb} MB from {wanted.repository}: {wanted.licence}.")
    print(wanted.terms)
    if not agreed and sys.stdin.isatty():
        agreed = input("Fetch it? [y/N] ").strip().lower() in ("y", "yes")
        if not agreed:
            print("Nothing was fetched.")
            return 1
    if not agreed and not wanted.commercial:
        raise UserError(f"{wanted.title} is not free for every use; add --yes to agree to that.")
    with Bars("B", scaled=True) as bars:
        path = checkpoints.pull(name, _told(bars))
    print(f"{name} is ready, {path}")
    return 0


def _told(bars: Bars) -> OnProgress:
    def on_progress(progress: Progress) -> None:
        bars.show(progress.done_bytes, progress.total_bytes, progress.phase)

    return on_progress
