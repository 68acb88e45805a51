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
