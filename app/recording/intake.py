"""What a recorder still has to write: frames with what came before each, and sound."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from app.core.results import FrameResult
from app.core.slots import Closed
from app.recording.inbox import Inbox, InboxLimits
from app.recording.index import SettingEntry
from app.recording.sound import SoundBlock


@dataclass(frozen=True, slots=True, eq=False)
class FrameToWrite:
    """One frame, the number of frames lost before it, and the settings changed before it."""

    result: FrameResult
    gap: int
    changes: tuple[SettingEntry, ...]


class Intake:
    """The recorder's queue. Frames come from one thread, and are taken by another.

    Parameters
    ----------
    limits
        Of the queue.
    inside
        Whether what was computed inside the networks is recorded.

    Attributes
    ----------
    lost
        Frames lost since the last one that was accepted.
    """

    def __init__(self, limits: InboxLimits, inside: bool) -> None:
        self._inbox: Inbox[FrameToWrite | SoundBlock] = Inbox(limits)
        self._has_inside = inside
        self._lost_before = 0
        self._changes: tuple[SettingEntry, ...] = ()  # since the last frame that was accepted
        self._changes_lock = threading.Lock()
        self.lost = 0

    def offer(self, result: FrameResult) -> bool:
        """Add a frame if there is room; never blocks."""
        frame = self._frame(result)
        return self._accepted(frame, self._inbox.offer(frame, _size_bytes(frame.result)))

    def put(self, result: FrameResult, timeout_s: float) -> bool:
        """Add a frame, waiting for room; False if there was none in time, or when closed."""
        frame = self._frame(result)
        return self._accepted(frame, self._inbox.put(frame, _size_bytes(frame.result), timeout_s))

    def add_sound(self, block: SoundBlock) -> None:
        """Add sound if there is room; never blocks. Thread-safe."""
        self._inbox.offer(block, block.samples.nbytes)

    def note(self, changes: Iterable[SettingEntry]) -> None:
        """Add settings that were changed before the next frame. Thread-safe."""
        with self._changes_lock:
            self._changes += tuple(changes)

    def count_lost(self) -> int:
        """Count a frame that was not accepted; returns how many there are by now."""
        self.lost += 1
        return self._lost_before + self.lost

    def take(self, timeout_s: float) -> FrameToWrite | SoundBlock | None:
        """The oldest, or None on timeout.

        Raises
        ------
        Closed
            When closed and empty.
        """
        return self._inbox.take(timeout_s)

    def close(self) -> None:
        """Accept no more; what waits can still be taken."""
        self._inbox.close()

    def abandon(self, taken: FrameToWrite | SoundBlock | None) -> int:
        """Empty the closed queue; returns the number of frames lost, with the one just taken."""
        lost = self.lost
        try:
            while taken is not None:
                lost += 1 + taken.gap if isinstance(taken, FrameToWrite) else 0
                taken = self._inbox.take(0)
        except Closed:
            pass  # empty
        return lost

    def _frame(self, result: FrameResult) -> FrameToWrite:
        lanes = result.lanes
        if not self._has_inside:
            lanes = {name: dataclasses.replace(lane, inside=None) for name, lane in lanes.items()}
        # neither are the window's resized pictures needed
        result = dataclasses.replace(result, prescaled={}, analysis=None, lanes=lanes)
        with self._changes_lock:
            return FrameToWrite(result, self.lost, self._changes)

    def _accepted(self, frame: FrameToWrite, accepted: bool) -> bool:
        if accepted:
            self._lost_before += self.lost
            self.lost = 0
            with self._changes_lock:
                self._changes = self._changes[len(frame.changes) :]
        return accepted


def _size_bytes(result: FrameResult) -> int:
    lanes = sum(lane.depth.disparity.nbytes + lane.levels.nbytes for lane in result.lanes.values())
    insides = [lane.inside for lane in result.lanes.values() if lane.inside is not None]
    given = sum(array.nbytes for inside in insides for array in inside.named().values())
    return result.frame.rgb.nbytes + lanes + given
