"""Measurement of draw times that hardly ever waits."""

from __future__ import annotations

import time

from vispy.gloo import gl

WAITED_FOR_EVERY = 16


class DrawTimer:
    """Times draws; `end` needs a current context.

    glFinish blocks the GUI thread until the GPU is done, so only one draw in `WAITED_FOR_EVERY`
    waits on a GPU. Software renderers are waited for every time, because their picture is read back
    at once anyway; waiting here lets Python's other threads continue.
    """

    def __init__(self, software: bool) -> None:
        self._software = software
        self._draws = 0
        self._started_ns = 0

    def begin(self) -> None:
        """Start timing a draw."""
        self._started_ns = time.perf_counter_ns()

    def end(self) -> float | None:
        """Milliseconds that the draw took, or None if unknown."""
        self._draws += 1
        if not self._software and self._draws % WAITED_FOR_EVERY:
            return None
        gl.glFinish()
        return (time.perf_counter_ns() - self._started_ns) / 1e6
