"""Makes OpenMP's idle threads sleep, also where torch was loaded before this package.

`models/__init__.py` asks for it in the environment, which GNU's runtime (libgomp) reads once, while
torch is loaded. Later there is one way left: libgomp cuts spinning short while more of its threads
exist than there are cores, and each thread that computes has a pool of its own, so a pool that is
never used again keeps all others from spinning.
"""

from __future__ import annotations

import functools
import sys
import threading

import models
from models.devices.cores import usable_cores

PARKED = "parked OpenMP pool"
"""Name of the thread that owns that pool; it sleeps until the process ends."""


def keep_idle_threads_asleep() -> None:
    """Do what the environment cannot do any more; nothing where it was in time."""
    if models.LOADED_AFTER_TORCH and sys.platform == "linux":
        _park()


@functools.cache
def _park() -> None:
    """Start a thread that owns as many OpenMP threads as there are cores."""
    ready = threading.Event()
    threading.Thread(target=_own_a_pool, args=(ready,), name=PARKED, daemon=True).start()
    ready.wait(10.0)


def _own_a_pool(ready: threading.Event) -> None:
    import torch

    torch.set_num_threads(max(2, usable_cores()))  # of this thread alone
    torch.ones(1 << 20).add_(1.0)  # large enough to be shared out, which makes the pool
    ready.set()
    threading.Event().wait()
