"""The way of a frame from the open source to the networks: paced, oriented, in its segment."""

from __future__ import annotations

import dataclasses
import threading
import time

from app.core.slots import Slot
from app.core.source import OnDemand, Reading, Source
from app.engine.commands import CommandQueue, PlaybackOptions
from app.engine.orientation import oriented
from app.engine.supervision import Heartbeat
from app.sources.cuts import ShotCounter
from app.sources.pacing import DemandPace, Pacer
from models.frames import Frame

_POLL_S = 0.05


class Delivery:
    """Reads frames of a source and puts them into `frames`.

    Live sources and files in real time deliver the newest frame; "every frame" waits until the
    previous one was taken, or until `stop` is set or a command arrives.

    Attributes
    ----------
    playback
        How frames are delivered.
    segment
        Number of the segment in which the open source's segment 0 is delivered.
    """

    def __init__(
        self,
        frames: Slot[Frame],
        heartbeat: Heartbeat,
        stop: threading.Event,
        commands: CommandQueue,
        first_segment: int,
    ) -> None:
        self._frames = frames
        self._heartbeat = heartbeat
        self._stop = stop
        self._commands = commands
        self._clock = Pacer()
        self._demand = DemandPace()
        self._shots = ShotCounter()
        self._segment_of_source = 0
        self.playback = PlaybackOptions()
        self.segment = first_segment

    @property
    def next_segment(self) -> int:
        """The segment after the last one that was delivered."""
        return self.segment + self._segment_of_source + 1

    def set_playback(self, playback: PlaybackOptions) -> None:
        """Deliver frames that way; in a new segment if their orientation changes."""
        was, self.playback = self.playback, playback
        if (playback.mirror, playback.rotate) != (was.mirror, was.rotate):
            self.begin_segment()
        self.restart_clock()

    def restart_clock(self) -> None:
        """Make the next frame due at once, after a seek, a pause or a loop."""
        self._clock.restart()

    def begin_segment(self) -> None:
        """Deliver the next frame in a new segment."""
        self.segment += 1

    def leave_source(self) -> None:
        """Drop the frame that waits, and begin a segment for another source."""
        self._frames.clear()
        self.segment = self.next_segment
        self._segment_of_source = 0
        self.restart_clock()

    def begin_source(self) -> None:
        """Restart the count of shots, for the source that was opened."""
        self._shots = ShotCounter()

    def read(self, source: Source, playing: bool) -> Reading:
        """Read from the source, waiting shortly.

        Raises
        ------
        SourceError
            If it cannot go on.
        """
        if isinstance(source, OnDemand) and self._is_real_time(source, playing):
            return self._demand.read(source, self._clock, self._frames.wait_until_taken, _POLL_S)
        return source.read(_POLL_S)

    def deliver(self, frame: Frame, source: Source, playing: bool) -> bool:
        """Deliver a frame when it is due; False if a command or the stop came before it was."""
        live = source.info.live
        self._segment_of_source = frame.segment
        frame = dataclasses.replace(
            oriented(self._shots.mark(frame), self.playback.mirror, self.playback.rotate),
            segment=self.segment + frame.segment,
        )
        if self._is_real_time(source, playing):
            wait_s = self._clock.wait_s(frame.time_s)
            self._heartbeat.beat(wait_s)
            self._stop.wait(wait_s)
        if not live:  # a file's frame counts as captured when it is due
            frame = dataclasses.replace(frame, captured_ns=time.monotonic_ns())
        if live or not self.playback.every_frame:
            self._frames.put(frame)
            return True
        while not self._frames.put_when_free(frame, _POLL_S):
            self._heartbeat.beat()
            if self._stop.is_set() or self._commands:
                return False
        return True

    def _is_real_time(self, source: Source, playing: bool) -> bool:
        """Whether a file plays at its own pace, where the newest frame wins."""
        return playing and not self.playback.every_frame and not source.info.live
