"""Number of the machine's cores that this process may use."""

from __future__ import annotations

import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores(quota: Path = _QUOTA) -> int:
    """Number of cores within CPU affinity (taskset, batch systems) and a container's quota."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    try:
        allowed_us, period_us = quota.read_text("ascii").split()
        return max(1, min(cores, int(allowed_us) // int(period_us)))
    except (OSError, ValueError):  # no such container, or "max"
        return cores


def threads_beside_a_window() -> int:
    """CPU threads for networks that run beside a window: all cores but one.

    A network's threads synchronise hundreds of times a frame. When a window or a camera takes one
    core away, all of them stall, so that on two cores one thread is faster than two.
    """
    return max(1, usable_cores() - 1)
