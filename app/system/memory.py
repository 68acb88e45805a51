"""How memory is taken from the system, kept and given back. Matters of glibc; elsewhere nothing.

A network frees and takes the same maps hundreds of times a frame. By default glibc hands much of
that to the system and back each time, five thousand page faults a frame. And each thread allocates
from an arena of its own, in which what was freed stays: a booth whose stages were replaced a
hundred times would hold a network's working set in every one. So `tune_allocator` has freed memory
kept, for all threads together, and `give_back` returns it now and then.
"""

from __future__ import annotations

import ctypes
import functools
import gc
import sys
from collections.abc import Callable

# Of malloc.h.
_TRIM_THRESHOLD = -1
_MMAP_THRESHOLD = -3
_ARENA_MAX = -8

_ARENAS = 2
_KEPT_BYTES = 256 << 20
_LARGEST_KEPT_BYTES = 32 << 20
"""A larger block is mapped by itself; glibc accepts no more here."""


@functools.cache
def _trim() -> Callable[[int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim  # musl has none


def tune_allocator() -> bool:
    """Keep what is freed for the next who asks, in arenas that all threads share.

    False where glibc is not. To be called before there are threads.
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


def set_modules_apart() -> None:
    """Keep what was loaded so far out of Python's search for garbage. Once, before the window.

    It has a hundred times as many objects as we make: searching them takes a tenth of a second, in
    which the window stands still, so Python does it ever more rarely, and a closed second screen
    or a replaced stage would hold its pictures for a quarter of an hour.
    """
    gc.collect()
    gc.freeze()


def collect_garbage() -> None:
    """Let go of what only refers to itself; milliseconds after `set_modules_apart`. GUI thread."""
    gc.collect()


def give_back() -> None:
    """Return freed pages of all arenas to the system; milliseconds. Nothing where glibc is not."""
    trim = _trim()
    if trim is not None:
        trim(0)
