"""Detection of stalls and crashes, and the pauses before trying again. Plain logic.

Nothing here starts a thread, keeps a timer or knows Qt: clocks are passed in, so that hours of
failures are tested in milliseconds.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from enum import Enum

STALL_S = 1.5
"""Silence beyond the announced time after which a stage counts as stalled."""

RESTART_PAUSES_S = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
RETRY_PAUSES_S = (0.0, 0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
HANG_PAUSES_S = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 600.0)
HANG_CALM_S = 600.0
"""Longer than the slowest hang takes to be noticed, or each of them would count as the first."""


class Heartbeat:
    """Heartbeat of a stage: the time of the last beat, and how long the current step may take.

    Written by the stage and by `hurry`, read by any thread; the two numbers change together.
    """

    __slots__ = ("_value",)

    def __init__(self) -> None:
        self._value = (time.monotonic_ns(), 0.0)

    def beat(self, step_s: float = 0.0) -> None:
        """Signal that the stage is alive; the next beat may be `step_s` seconds later."""
        self._value = (time.monotonic_ns(), step_s)

    def hurry(self) -> None:
        """Withdraw the announced time: something waits for the current step. Thread-safe."""
        self._value = (time.monotonic_ns(), 0.0)

    def silent_s(self, now_ns: int, since_ns: int = 0) -> float:
        """Seconds without a beat beyond the announced time; negative while there is time left.

        Parameters
        ----------
        now_ns
            The current time.
        since_ns
            Silence before this moment does not count.
        """
        beat_ns, step_s = self._value
        return (now_ns - max(beat_ns, since_ns)) / 1e9 - step_s


@dataclass(slots=True)
class Backoff:
    """Pauses before trying again; they grow with consecutive failures.

    Attributes
    ----------
    calm_s
        After this time without a failure the next one counts as the first.
    """

    calm_s: float = 30.0
    failures: int = 0
    retry_at_s: float = 0.0

    def failed(self, now_s: float, pauses_s: tuple[float, ...]) -> float:
        """Add a failure at `now_s`; returns the pause until `may_try`, in seconds."""
        if now_s - self.retry_at_s > self.calm_s:
            self.failures = 0
        pause_s = pauses_s[min(self.failures, len(pauses_s) - 1)]
        self.failures += 1
        self.retry_at_s = now_s + pause_s
        return pause_s

    def may_try(self, now_s: float) -> bool:
        """Whether the pause is over."""
        return now_s >= self.retry_at_s


LaneKey = tuple[str, str]
"""A lane and the model in it."""


@dataclass(slots=True)
class _Trouble:
    sentence: str
    backoff: Backoff
    hangs: bool = False


class LaneTroubles:
    """Failures of the models in the lanes, and when each is tried again."""

    def __init__(self) -> None:
        self._known: dict[LaneKey, _Trouble] = {}

    def copy(self) -> LaneTroubles:
        """An independent copy."""
        twin = LaneTroubles()
        twin._known = {
            key: replace(trouble, backoff=replace(trouble.backoff))
            for key, trouble in list(self._known.items())
        }
        return twin

    def failed(self, key: LaneKey, sentence: str, now_s: float) -> None:
        """Note that it raised, or returned nothing usable; `sentence` is for the user."""
        self._note(key, sentence, now_s, RETRY_PAUSES_S, hangs=False)

    def hangs(self, key: LaneKey, sentence: str, now_s: float) -> None:
        """Note that it did not return. Every try may cost a thread, so the pauses are long."""
        self._note(key, sentence, now_s, HANG_PAUSES_S, hangs=True)

    def why_not(self, key: LaneKey, now_s: float) -> str | None:
        """Why the lane is not tried now, or None if it may be."""
        trouble = self._known.get(key)
        if trouble is None or trouble.backoff.may_try(now_s):
            return None
        if not trouble.hangs:
            return trouble.sentence
        left_s = math.ceil(trouble.backoff.retry_at_s - now_s)
        return f"{trouble.sentence} Retrying in {left_s} s."

    def try_again(self) -> None:
        """Allow failed lanes to be tried again at once; those that hang may not."""
        for trouble in self._known.values():
            if not trouble.hangs:
                trouble.backoff.retry_at_s = 0.0

    def _note(
        self, key: LaneKey, sentence: str, now_s: float, pauses_s: tuple[float, ...], hangs: bool
    ) -> None:
        known = self._known.get(key)
        new = Backoff(HANG_CALM_S) if hangs else Backoff()
        backoff = known.backoff if known is not None and known.hangs == hangs else new
        backoff.failed(now_s, pauses_s)
        self._known[key] = _Trouble(sentence, backoff, hangs)


class Verdict(Enum):
    """What to do with a stage: nothing, replace it now, or wait until its pause is over."""

    FINE = "fine"
    REPLACE = "replace"
    WAIT = "wait"


class StageWatch:
    """Judges one stage by its heartbeat. Used from one thread.

    Attributes
    ----------
    reason
        Why the last verdict was not FINE: "stalled" or "crashed".
    """

    def __init__(self) -> None:
        self._backoff = Backoff()
        self._is_broken = False
        self.reason = ""

    def crashed(self, now_s: float) -> None:
        """Note that the stage ended by itself."""
        self._break(now_s, "crashed")

    def judge(self, now_s: float, silent_s: float) -> Verdict:
        """Judge a stage that was silent for `silent_s`; REPLACE is returned once per failure."""
        if not self._is_broken and silent_s > STALL_S:
            self._break(now_s, "stalled")
        if not self._is_broken:
            return Verdict.FINE
        if not self._backoff.may_try(now_s):
            return Verdict.WAIT
        self._is_broken = False
        return Verdict.REPLACE

    def _break(self, now_s: float, reason: str) -> None:
        if not self._is_broken:
            self._is_broken = True
            self.reason = reason
            self._backoff.failed(now_s, RESTART_PAUSES_S)


class StallMeter:
    """Lateness of a regular timer, in constant memory: a histogram of whole milliseconds.

    Parameters
    ----------
    period_ms
        Interval of the timer without any delay.
    """

    _MOST_MS = 10_000

    def __init__(self, period_ms: float) -> None:
        self._period_ms = period_ms
        self._counts = [0] * (self._MOST_MS + 1)
        self._last_ns: int | None = None
        self.beats = 0
        self.max_ms = 0.0

    def beat(self, now_ns: int) -> float:
        """Add a beat; returns its lateness in milliseconds (0 or more)."""
        last_ns, self._last_ns = self._last_ns, now_ns
        if last_ns is None:
            return 0.0
        late_ms = max(0.0, (now_ns - last_ns) / 1e6 - self._period_ms)
        self._counts[min(self._MOST_MS, round(late_ms))] += 1
        self.beats += 1
        self.max_ms = max(self.max_ms, late_ms)
        return late_ms

    def percentile_ms(self, share: float) -> float:
        """The lateness that a fraction `share` (0 to 1) of beats do not exceed; 0 at first."""
        wanted, counted = share * self.beats, 0
        for late_ms, count in enumerate(self._counts):
            counted += count
            if count and counted >= wanted:
                return float(late_ms)
        return 0.0

    def reset(self) -> None:
        """Restart the measurement."""
        self._counts = [0] * (self._MOST_MS + 1)
        self.beats, self.max_ms = 0, 0.0
