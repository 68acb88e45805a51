"""Writes that fail at a byte of choice, as on a full disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """No file that is written here grows beyond `size_bytes`; the write that tries is short.

    It holds for whatever writes, the libraries in C included.
    """
    resource = pytest.importorskip("resource", reason="the system has no limit of file sizes")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
