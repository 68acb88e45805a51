"""What a draw costs, told without waiting for it."""

from __future__ import annotations

import time

from PyQt6.QtOpenGL import QOpenGLTimerQuery


class DrawTimer:
    """Times draws on the CPU and, by a query that is read when it is ready, on the GPU.

    glFinish would hold the GUI thread until the GPU is done. Every method needs the context
    current in which the timer was made. Software renderers do the better part of the work in the
    call itself and know no useful queries.
    """

    def __init__(self, software: bool) -> None:
        self._query: QOpenGLTimerQuery | None = None
        if not software:
            query = QOpenGLTimerQuery()
            if query.create():
                self._query = query
        self._is_asked = False
        self._is_timing = False
        self._started_ns = 0

    def begin(self) -> None:
        """The draw begins."""
        self._started_ns = time.perf_counter_ns()
        self._is_timing = self._query is not None and not self._is_asked
        if self._query is not None and self._is_timing:
            self._query.begin()

    def end(self) -> float:
        """The draw was handed over; milliseconds of this one, or of a recent one if those are more.

        The GPU's answer to one draw comes with a later one.
        """
        spent_ms = (time.perf_counter_ns() - self._started_ns) / 1e6
        query = self._query
        if query is None:
            return spent_ms
        if self._is_timing:
            query.end()
            self._is_asked = True
        if self._is_asked and query.isResultAvailable():
            self._is_asked = False
            spent_ms = max(spent_ms, query.waitForResult() / 1e6)
        return spent_ms

    def delete(self) -> None:
        """Give the query back."""
        if self._query is not None:
            self._query.destroy()
            self._query = None
