"""Tuning of glibc's allocator; without effect on other systems.

A network frees and allocates the same maps hundreds of times a frame. By default glibc returns much
of that to the system each time, which costs five thousand page faults a frame. Each thread also
allocates from an arena of its own, where freed memory stays, so that every stage that was ever
replaced would hold a network's working set. `tune_allocator` therefore keeps freed memory, in
arenas shared by all threads, and `release_memory` returns it from time to time.
"""

from __future__ import annotations

import ctypes
import functools
import gc
import sys
from collections.abc import Callable

# From malloc.h.
_TRIM_THRESHOLD = -1
_MMAP_THRESHOLD = -3
_ARENA_MAX = -8

_ARENAS = 2
_KEPT_BYTES = 256 << 20
_LARGEST_KEPT_BYTES = 32 << 20
"""Larger blocks are mapped by themselves; glibc accepts no larger limit."""


@functools.cache
def _trim() -> Callable[[int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim  # musl lacks it


def tune_allocator() -> bool:
    """Keep freed memory for later allocations, in arenas that all threads share.

    Returns False without glibc. Call it before any thread starts.
    """
    if _trim() is None:
        return False
    mallopt = ctypes.CDLL(None).mallopt
    wanted = (
        (_ARENA_MAX, _ARENAS),
        (_MMAP_THRESHOLD, _LARGEST_KEPT_BYTES),
        (_TRIM_THRESHOLD, _KEPT_BYTES),
    )
    return all(mallopt(option, value) for option, value in wanted)


def pause_collection() -> None:
    """Collect no reference cycles until `freeze_modules`.

    Loading modules makes a hundred thousand objects and hardly any garbage; looking for it several
    times costs a tenth of a start.
    """
    gc.disable()


def freeze_modules() -> None:
    """Exclude what is loaded so far from garbage collection, and go on with it. Call it once.

    They hold a hundred times as many objects as the app makes. Collecting them takes a tenth of a
    second, in which the window stands still, so Python does it less and less often, and a closed
    second screen or a replaced stage would keep its pictures for a quarter of an hour.
    """
    gc.freeze()
    gc.enable()


def collect_garbage() -> None:
    """Collect reference cycles; takes milliseconds after `freeze_modules`. GUI thread."""
    gc.collect()


def release_memory() -> None:
    """Return freed pages to the system; takes milliseconds. No effect without glibc."""
    trim = _trim()
    if trim is not None:
        trim(0)
