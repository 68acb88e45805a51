"""Time per shown frame for which our own code keeps the GUI thread busy.

Our slots and paint code count, and all Python code of the point cloud: uniforms, texture uploads,
VisPy's own work. OpenGL's time counts separately: draw calls, and reading back the picture, which
is when software GL draws.
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
from app.ui.features.sources import SourceController
from app.ui.features.status import StatusController
from app.ui.features.watchdog import WatchdogController
from widgets.announcement import Announcement
from widgets.banner_overlay import BannerOverlay
from widgets.charts import TimeChart
from widgets.cloud_canvas import CloudCanvas
from widgets.cloud_density import CloudDensity
from widgets.cloud_pane import CloudPane
from widgets.cloud_sway import CloudSway
from widgets.cloud_viewer import CloudViewer
from widgets.image_pane import ImagePane
from widgets.painted_cloud import PaintedCloud
from widgets.presenter_band import PresenterBand
from widgets.status_strip import StatusStrip
from widgets.timeline import Timeline
from widgets.wipe_pane import WipePane

OURS = (
    (ScreenController, "_on_engine"),
    (StatusController, "_show_strip"),
    (WatchdogController, "_poll"),
    (FallbackController, "_poll"),
    (BudgetController, "poll"),
    (PresenterController, "_poll"),
    (RecordingController, "_poll"),
    (SourceController, "_poll"),
    (HealthController, "_beat"),
    (HealthController, "_log_vitals"),
    (WipePane, "flip"),
    (TimeChart, "refresh"),
    (CloudDensity, "_refine"),
    (CloudDensity, "_turn"),
    (CloudSway, "_advance"),
    (CloudViewer, "catch_up"),
    (ImagePane, "paintEvent"),
    (CloudPane, "paintEvent"),
    (PaintedCloud, "paintEvent"),
    (CloudCanvas, "paintGL"),
    (TimeChart, "paintEvent"),
    (pg.GraphicsView, "paintEvent"),
    (StatusStrip, "paintEvent"),
    (Timeline, "paintEvent"),
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
"""Work of OpenGL. A grab paints first; our part of that counts as ours."""


class GuiClock:
    """Adds up time spent in our own code and in OpenGL; `lap` ends a frame.

    Attributes
    ----------
    per_frame_ms
        Our time, by frame.
    gl_per_frame_ms
        OpenGL's time within it, by frame.
    """

    def __init__(self) -> None:
        self.per_frame_ms: list[float] = []
        self.gl_per_frame_ms: list[float] = []
        self._spent_ns = {True: 0, False: 0}
        self._whose: list[bool] = []
        self._since_ns = 0

    def lap(self) -> None:
        """End a frame: the time since the last call belongs to it."""
        self._turn()
        self.per_frame_ms.append(self._spent_ns[True] / 1e6)
        self.gl_per_frame_ms.append(self._spent_ns[False] / 1e6)
        self._spent_ns = {True: 0, False: 0}

    def clear(self) -> None:
        """Discard what was measured."""
        self.lap()
        self.per_frame_ms.clear()
        self.gl_per_frame_ms.clear()

    def timed(self, method: Callable[..., Any], is_ours: bool = True) -> Callable[..., Any]:
        """Wrap `method` with the clock; time in a wrapped method inside it counts for that one."""

        @functools.wraps(method)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if not self._whose and not is_ours:
                return method(*args, **kwargs)  # called outside of our code
            self._turn()
            self._whose.append(is_ours)
            try:
                return method(*args, **kwargs)
            finally:
                self._turn()
                self._whose.pop()

        return wrapped

    def _turn(self) -> None:
        """Credit the time since the last switch to the method that was running."""
        now_ns = time.perf_counter_ns()
        if self._whose:
            self._spent_ns[self._whose[-1]] += now_ns - self._since_ns
        self._since_ns = now_ns

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Wrap all measured methods inside this context."""
        with ExitStack() as stack:
            for is_ours, methods in ((True, OURS), (False, OPENGL)):
                for owner, name in methods:
                    timed = self.timed(getattr(owner, name), is_ours)
                    stack.enter_context(mock.patch.object(owner, name, timed))
            yield
