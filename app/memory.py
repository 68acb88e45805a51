"""Memory that was freed goes back to the system.

Each thread of a C program allocates from an arena of its own, and glibc keeps what was freed there.
A booth whose stages were replaced a hundred times would hold a network's working set in every one.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable

_M_ARENA_MAX = -8  # of malloc.h
_ARENAS = 2


@functools.cache
def _trim() -> Callable[[int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim  # musl has none


def give_back() -> None:
    """Return freed pages of all arenas to the system; milliseconds. Nothing where glibc is not."""
    trim = _trim()
    if trim is not None:
        trim(0)


def limit_arenas() -> bool:
    """Let all threads share two arenas, so that stages that come and go leave none behind.

    False where glibc is not. To be called before there are threads.
    """
    if _trim() is None:
        return False
    return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS))
