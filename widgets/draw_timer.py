"""What a draw costs, told with hardly any waiting."""

from __future__ import annotations

import time

from vispy.gloo import gl

WAITED_FOR_EVERY = 16


class DrawTimer:
    """Times draws; `end` needs the context current.

    glFinish holds the GUI thread until the GPU is done, so a GPU is waited for at one draw in
    `WAITED_FOR_EVERY`. What software renderers draw is read back at once, so they are waited for
    every time, and here: called this way, Python's other threads go on meanwhile.
    """

    def __init__(self, software: bool) -> None:
        self._software = software
        self._draws = 0
        self._started_ns = 0

    def begin(self) -> None:
        """The draw begins."""
        self._started_ns = time.perf_counter_ns()

    def end(self) -> float | None:
        """The draw was handed over: milliseconds it took, or None if that is not known."""
        self._draws += 1
        if not self._software and self._draws % WAITED_FOR_EVERY:
            return None
        gl.glFinish()
        return (time.perf_counter_ns() - self._started_ns) / 1e6
