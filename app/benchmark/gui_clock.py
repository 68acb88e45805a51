"""How long the GUI thread is busy with our own code for each frame that is shown.

Our slots and our painting count, and within the point cloud all that is Python: uniforms, textures
handed over, VisPy's own work. What OpenGL itself does counts apart: draw calls, and fetching the
picture that software GL paints, which is when software GL draws it.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import pyqtgraph as pg
from vispy.gloo import gl

from app.ui.features.budget import BudgetController
from app.ui.features.fallback import FallbackController
from app.ui.features.health import HealthController
from app.ui.features.presenter import PresenterController
from app.ui.features.recording import RecordingController
from app.ui.features.screen import ScreenController
from app.ui.features.status import StatusController
from app.ui.features.watchdog import WatchdogController
from widgets.announcement import Announcement
from widgets.banner_overlay import BannerOverlay
from widgets.charts import TimeChart
from widgets.cloud_canvas import CloudCanvas
from widgets.cloud_density import CloudDensity
from widgets.cloud_pane import CloudPane
from widgets.image_pane import ImagePane
from widgets.painted_cloud import PaintedCloud
from widgets.presenter_band import PresenterBand
from widgets.status_strip import StatusStrip
from widgets.time_line import TimeLine
from widgets.wipe_pane import WipePane

OURS = (
    (ScreenController, "_on_engine"),
    (StatusController, "_show_strip"),
    (WatchdogController, "_look"),
    (FallbackController, "_look"),
    (BudgetController, "_look"),
    (PresenterController, "_look"),
    (RecordingController, "_look"),
    (HealthController, "_beat"),
    (HealthController, "_note"),
    (WipePane, "flip"),
    (TimeChart, "refresh"),
    (CloudDensity, "_refine"),
    (ImagePane, "paintEvent"),
    (CloudPane, "paintEvent"),
    (PaintedCloud, "paintEvent"),
    (CloudCanvas, "paintGL"),
    (TimeChart, "paintEvent"),
    (pg.GraphicsView, "paintEvent"),
    (StatusStrip, "paintEvent"),
    (TimeLine, "paintEvent"),
    (BannerOverlay, "paintEvent"),
    (Announcement, "paintEvent"),
    (PresenterBand, "paintEvent"),
)
"""Our slots and paint code."""

OPENGL = (
    (gl, "glClear"),
    (gl, "glDrawArrays"),
    (gl, "glDrawElements"),
    (gl, "glFinish"),
    (gl, "glFlush"),
    (CloudCanvas, "grabFramebuffer"),
)
"""What OpenGL is asked to do now. A grab paints first, and of that what is ours is ours."""


class GuiClock:
    """Adds up time spent in our own code and in OpenGL; `lap` ends a frame.

    per_frame_ms : of each frame, ours. gl_per_frame_ms : of each frame, OpenGL's within ours.
    """

    def __init__(self) -> None:
        self.per_frame_ms: list[float] = []
        self.gl_per_frame_ms: list[float] = []
        self._spent_ns = {True: 0, False: 0}
        self._whose: list[bool] = []
        self._since_ns = 0

    def lap(self) -> None:
        """A frame was shown: what was spent since the last one belongs to it."""
        self._turn()
        self.per_frame_ms.append(self._spent_ns[True] / 1e6)
        self.gl_per_frame_ms.append(self._spent_ns[False] / 1e6)
        self._spent_ns = {True: 0, False: 0}

    def clear(self) -> None:
        """Count anew from here."""
        self.lap()
        self.per_frame_ms.clear()
        self.gl_per_frame_ms.clear()

    def timed(self, method: Callable[..., Any], is_ours: bool = True) -> Callable[..., Any]:
        """`method`, timed; while another timed one runs within it, that one's time is not its."""

        @functools.wraps(method)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if not self._whose and not is_ours:
                return method(*args, **kwargs)  # nobody of ours asked for it
            self._turn()
            self._whose.append(is_ours)
            try:
                return method(*args, **kwargs)
            finally:
                self._turn()
                self._whose.pop()

        return wrapped

    def _turn(self) -> None:
        """Credit the time since the last turn to who has had it."""
        now_ns = time.perf_counter_ns()
        if self._whose:
            self._spent_ns[self._whose[-1]] += now_ns - self._since_ns
        self._since_ns = now_ns

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Measure within this block.

        Qt looks up paintEvent and its like anew each time: what is to be measured has to happen
        within.
        """
        with ExitStack() as stack:
            for is_ours, methods in ((True, OURS), (False, OPENGL)):
                for owner, name in methods:
                    timed = self.timed(getattr(owner, name), is_ours)
                    stack.enter_context(mock.patch.object(owner, name, timed))
            yield
