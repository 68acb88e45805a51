"""Timing of a file's frames."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.core.source import OnDemand, Reading

_LATE_S = 0.25
_AHEAD_S = 2.0


class Pacer:
    """Real time by the frames' own time stamps, at a speed; or every frame at once.

    A reader that falls behind by more than a quarter of a second does not catch up: the clock is
    shifted, so that a slow machine shows a video slowly instead of in bursts. Smaller delays are
    caught up.

    Parameters
    ----------
    speed
        Media seconds per second of real time; None for no pace at all.
    clock
        Returns seconds, like time.monotonic().
    """

    def __init__(
        self, speed: float | None = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if speed is not None and not speed > 0:
            raise ValueError(f"a speed is greater than zero, not {speed}")
        self._speed = speed
        self._clock = clock
        self._zero_s: float | None = None

    def restart(self) -> None:
        """Make the next frame due at once, after a seek, a pause or a loop."""
        self._zero_s = None

    @property
    def speed(self) -> float:
        """Media seconds per second of real time; 0 for no pace at all."""
        return self._speed or 0.0

    def position_s(self) -> float | None:
        """The media time that is due now; None before the first frame or without a pace."""
        if self._speed is None or self._zero_s is None:
            return None
        return (self._clock() - self._zero_s) * self._speed

    def wait_s(self, time_s: float) -> float:
        """Seconds to wait before the frame of media time `time_s` is shown, 0 or more."""
        if self._speed is None:
            return 0.0
        now_s = self._clock()
        shown_s = time_s / self._speed
        if self._zero_s is None:
            self._zero_s = now_s - shown_s
        wait_s = self._zero_s + shown_s - now_s
        if not -_LATE_S <= wait_s <= _AHEAD_S:  # fell behind, or the time stamps jumped
            self._zero_s = now_s - shown_s
            return 0.0
        return max(0.0, wait_s)


class DemandPace:
    """Real time for a source that makes its frames when they are read.

    A frame is made for the moment at which it will be ready. While the last one waits to be taken,
    the next is put off by the time that making one takes: at most half of the time is spent on
    frames that a newer one replaces.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._took_s = 0.0

    def read(
        self,
        source: OnDemand,
        pacer: Pacer,
        wait_until_taken: Callable[[float], object],
        timeout_s: float,
    ) -> Reading:
        """Read the frame that is due when it is ready; `wait_until_taken` gets a timeout."""
        wait_until_taken(min(self._took_s, _AHEAD_S))
        begun_s = self._clock()
        position_s = pacer.position_s()
        if position_s is not None:
            source.skip_to(position_s + self._took_s * pacer.speed)
        reading = source.read(timeout_s)
        self._took_s = self._clock() - begun_s
        return reading


class EvenPace:
    """Waits so that something happens `fps` times a second.

    After a delay the next turn comes at once, but no more than one is caught up.
    """

    def __init__(
        self,
        fps: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._period_s = 1 / fps
        self._clock = clock
        self._sleep = sleep
        self._due_s = clock()

    def wait(self) -> None:
        """Wait until the next turn."""
        self._sleep(max(0.0, self._due_s - self._clock()))
        self._due_s = max(self._due_s, self._clock() - self._period_s) + self._period_s
