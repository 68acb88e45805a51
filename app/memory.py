"""What becomes of memory that was freed.

A network frees and takes the same maps hundreds of times a frame. By default glibc hands much of
that to the system and back each time, five thousand page faults a frame; `keep_for_reuse` ends
that. Each thread of a C program allocates from an arena of its own, and glibc keeps what was freed
there: a booth whose stages were replaced a hundred times would hold a network's working set in
every one. `give_back` returns it now and then.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable


@functools.cache
def _trim() -> Callable[[int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim  # musl has none


_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT_BYTES = 256 << 20
_LARGEST_REUSED = 32 << 20
"""More than this glibc does not accept; larger blocks are mapped by themselves."""


def keep_for_reuse() -> None:
    """Let freed memory be taken again without asking the system. Once, at the start."""
    if _trim() is None:
        return
    mallopt = ctypes.CDLL(None).mallopt
    mallopt(_MMAP_THRESHOLD, _LARGEST_REUSED)
    mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)


def give_back() -> None:
    """Return freed pages of all arenas to the system; milliseconds. Nothing where glibc is not."""
    trim = _trim()
    if trim is not None:
        trim(0)
