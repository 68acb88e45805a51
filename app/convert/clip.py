"""What a converter learns of a recording before its frames, and what it must offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from app.core.results import FrameResult, LaneResult
from app.export.depth_scale import DepthScale, depth_scale
from app.media.mp4_file import TICKS_PER_S
from app.recording.reader import Recording
from models import registry
from models.frames import Frame
from renderers.display_range import RangeTracker
from renderers.point_cloud import default_calibration

_SAMPLED_FRAMES = 24


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording as a whole.

    Attributes
    ----------
    title
        Of its source.
    started_ns
        When it began, nanoseconds of Unix time; 0 if its manifest does not say.
    frames
        Number of recorded frames.
    frame_s
        Mean time between frames, seconds.
    models
        By lane, the model at the beginning.
    ranges
        By network, the usual (far, near) disparity. Depth follows from it, where it is relative, by
        one scale for the whole clip, so that surfaces stay where they are; a display range would
        follow the content.
    """

    title: str
    started_ns: int
    frames: int
    frame_s: float
    models: Mapping[str, str]
    ranges: Mapping[str, tuple[float, float]]

    def scale(self, lane: LaneResult) -> DepthScale:
        """How a lane's disparity becomes depth: metres where they are known."""
        if lane.to_metres is not None:
            return depth_scale(lane)
        return DepthScale(default_calibration(*self.disparity_range(lane)), is_metric=False)

    def disparity_range(self, lane: LaneResult) -> tuple[float, float]:
        """The usual (far, near) disparity of a lane's network."""
        return self.ranges.get(registry.family(lane.model), lane.display_range)


class ClipWriter(Protocol):
    """Writes a recording, frame after frame, to a new file."""

    def write(self, result: FrameResult) -> None:
        """Append a frame with both lanes.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        ...

    def close(self) -> None:
        """Finish the file; called once, also after a failure."""
        ...


class FrameWriter(Protocol):
    """Writes one lane's result for one frame to a new file."""

    def __call__(self, path: Path, frame: Frame, lane: LaneResult, scale: DepthScale) -> None: ...


def clip_of(recording: Recording) -> Clip:
    """Facts about a recording; reads some of its disparity maps."""
    frames = recording.frames
    step_s = recording.seconds / (len(frames) - 1) if len(frames) > 1 else 0.0
    return Clip(
        recording.manifest.source,
        _unix_ns(recording.manifest.started),
        len(frames),
        step_s or 1.0 / 25.0,
        recording.models,
        _ranges(recording),
    )


def _ranges(recording: Recording) -> dict[str, tuple[float, float]]:
    """By network, the mean of the ranges of frames spread over the recording."""
    trackers: dict[str, RangeTracker] = {}
    ranges: dict[str, tuple[float, float]] = {}
    step = max(1, len(recording.frames) // _SAMPLED_FRAMES)
    for entry in recording.frames[::step]:
        for name, where in entry.lanes.items():
            lane = recording.lane(entry, name, entry.number)
            if lane is None:
                continue
            network = registry.family(where.model)
            tracker = trackers.setdefault(network, RangeTracker())
            ranges[network] = tracker.update({name: lane.depth.disparity}, shared=True)[name]
    return ranges


def _unix_ns(started: str) -> int:
    try:
        return max(0, round(datetime.fromisoformat(started).timestamp())) * 1_000_000_000
    except (ValueError, OverflowError, OSError):
        return 0


def time_ns(frame: Frame) -> int:
    """When a frame is shown, nanoseconds from the beginning; exact for a recording's ticks."""
    return round(frame.time_s * TICKS_PER_S) * 1_000_000_000 // TICKS_PER_S
