"""Processor time by thread, which other programs on the machine hardly change."""

from __future__ import annotations

import os
import re
import threading
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

_TASKS = Path("/proc/self/task")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def thread_seconds() -> dict[str, float]:
    """Processor time of this process so far by the names of its threads; empty outside Linux.

    The main thread is "gui"; the threads of a network have the name of the one that started them.
    """
    if not _TASKS.is_dir():
        return {}
    named = {
        thread.native_id: re.sub(r"[_-]\d+$", "", thread.name)
        for thread in threading.enumerate()
        if not isinstance(thread, threading._DummyThread)
    }
    found: defaultdict[str, float] = defaultdict(float)
    for task in _TASKS.iterdir():
        try:
            line = (task / "stat").read_text(encoding="utf-8")
        except OSError:  # it has ended
            continue
        name, _, rest = line.partition("(")[2].rpartition(")")
        fields = rest.split()
        number = int(task.name)
        name = "gui" if number == os.getpid() else named.get(number, name)
        found[name] += (int(fields[11]) + int(fields[12])) / _TICKS_PER_S
    return dict(found)


def per_frame_ms(
    before: Mapping[str, float], after: Mapping[str, float], frames: int
) -> dict[str, float]:
    """Milliseconds of processor time per frame between two `thread_seconds`, by thread, and "all".

    Threads that took less than a tenth of a millisecond are in "all" alone.
    """
    spent = {
        name: 1000.0 * (seconds - before.get(name, 0.0)) / max(1, frames)
        for name, seconds in after.items()
    }
    shares = {name: value for name, value in sorted(spent.items()) if value >= 0.1}
    return {"all": sum(spent.values())} | shares if spent else {}
