"""What the tests of hanging loops share."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Ends every hanging call after the test."""
    event = threading.Event()
    yield event
    event.set()
