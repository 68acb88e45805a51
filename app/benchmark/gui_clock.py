"""How long the GUI thread is busy with our own code for each frame that is shown."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from app.desks.status import StatusDesk
from app.session import AppSession
from widgets.banner_overlay import BannerOverlay
from widgets.cloud_pane import CloudPane
from widgets.image_pane import ImagePane
from widgets.painted_cloud import PaintedCloud
from widgets.status_strip import StatusStrip
from widgets.time_line import TimeLine

MEASURED = (
    (AppSession, "_on_engine"),
    (StatusDesk, "_show_strip"),
    (ImagePane, "paintEvent"),
    (CloudPane, "paintEvent"),
    (PaintedCloud, "put"),
    (StatusStrip, "paintEvent"),
    (TimeLine, "paintEvent"),
    (BannerOverlay, "paintEvent"),
)
"""Our slots and paint code. What OpenGL draws and swaps is not among them, by definition."""


class GuiClock:
    """Adds up time spent in measured methods; `lap` ends a frame."""

    def __init__(self) -> None:
        self.per_frame_ms: list[float] = []
        self._spent_ns = 0
        self._depth = 0

    def lap(self) -> None:
        """A frame was shown: what was spent since the last one belongs to it."""
        self.per_frame_ms.append(self._spent_ns / 1e6)
        self._spent_ns = 0

    def timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """`method`, timed; a call inside another counts once."""

        @functools.wraps(method)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            started = time.perf_counter_ns()
            self._depth += 1
            try:
                return method(*args, **kwargs)
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._spent_ns += time.perf_counter_ns() - started

        return wrapped

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Measure every object made within this block."""
        with ExitStack() as stack:
            for owner, name in MEASURED:
                timed = self.timed(getattr(owner, name))
                stack.enter_context(mock.patch.object(owner, name, timed))
            yield
