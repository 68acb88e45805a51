"""Numbers as shown beside the pictures, and how fast results come."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass

import numpy as np

from app.core.results import FrameResult, LaneResult
from app.views.lanes import UNIT_TEXT
from models.frames import Frame


def colour_at(frame: Frame, x: float, y: float) -> str:
    """Return text such as "x 120 y 48 · #a0b1c2" for a point in pixels; "" outside the picture."""
    column, row = int(x), int(y)
    height, width = frame.rgb.shape[:2]
    if not (0 <= column < width and 0 <= row < height):
        return ""
    red, green, blue = (int(value) for value in frame.rgb[row, column])
    return f"x {column} y {row} · #{red:02x}{green:02x}{blue:02x}"


def disparity_at(lane: LaneResult, x: float, y: float) -> str:
    """Return the disparity at a point in pixels as text; "" outside the picture.

    It is such as "0.482 relative", "1.25 1/m · 0.80 m" where the unit allows metres, or
    "0.80 m calibrated".
    """
    column, row = int(x), int(y)
    height, width = lane.depth.disparity.shape
    if not (0 <= column < width and 0 <= row < height):
        return ""
    disparity = float(lane.depth.disparity[row, column])
    if not np.isfinite(disparity):
        return "unknown"
    text = f"{disparity:.3g} {UNIT_TEXT[lane.depth.unit]}"
    to_metres = lane.to_metres
    if to_metres is None:
        return text
    depth_m = to_metres.at(disparity)
    metres = f"{depth_m:.2f} m" if np.isfinite(depth_m) else "far away"
    return f"{text} · {metres}" if lane.calibration is None else f"{metres} calibrated"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast results came, over the last second or two.

    Attributes
    ----------
    fps
        Results per second.
    latency_ms
        Median milliseconds from capture to screen.
    stages_ms
        Median milliseconds by stage; "draw" is from the end of the pipeline to the screen.
    """

    fps: float
    latency_ms: float
    stages_ms: dict[str, float]


class PaceMeter:
    """Collects the timing of results that were shown."""

    def __init__(self, window: int = 40) -> None:
        self._shown_ns: deque[int] = deque(maxlen=window)
        self._latency_ms: deque[float] = deque(maxlen=window)
        self._stages: deque[dict[str, float]] = deque(maxlen=window)

    def add(self, result: FrameResult, shown_ns: int) -> None:
        """Count a result shown at `shown_ns`, in time.monotonic_ns()."""
        if self._shown_ns and shown_ns - self._shown_ns[-1] > 1_500_000_000:
            self.clear()
        self._shown_ns.append(shown_ns)
        self._latency_ms.append((shown_ns - result.frame.captured_ns) / 1e6)
        self._stages.append(result.stages_ms | {"draw": (shown_ns - result.done_ns) / 1e6})

    def clear(self) -> None:
        """Forget all results, for instance after a pause."""
        self._shown_ns.clear()
        self._latency_ms.clear()
        self._stages.clear()

    def read(self) -> Pace:
        """Return medians of what was collected; zeros before the second result."""
        if len(self._shown_ns) < 2:
            return Pace(0.0, 0.0, {})
        seconds = (self._shown_ns[-1] - self._shown_ns[0]) / 1e9
        stages = {
            key: statistics.median(stage.get(key, 0.0) for stage in self._stages)
            for key in self._stages[-1]
        }
        return Pace(
            (len(self._shown_ns) - 1) / seconds if seconds > 0 else 0.0,
            statistics.median(self._latency_ms),
            stages,
        )
