"""`models`: what is there, and how to get what is not."""

from __future__ import annotations

import argparse

from models import registry


def run(arguments: argparse.Namespace) -> int:
    """List by default; `pull NAME` and `add FILE --as NAME` change what is there."""
    match arguments.action:
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
    print("Any of them with +ema appended is followed by an exponential moving average.")
    return 0
