"""Lanes over the same frames, with fair times for shared work."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

from app.engine.lanes import is_out_of_memory
from models import registry
from models.errors import UserError
from models.estimator import EstimatorOptions, FrameMemo, Session
from models.frames import DepthMap, Frame, Unit

log = logging.getLogger(__name__)

T = TypeVar("T")


class TimedMemo(FrameMemo):
    """A FrameMemo that measures shared work, so that every lane is charged for it.

    Attributes
    ----------
    clock
        Gives seconds, as time.perf_counter() does.
    saved_s
        Time not spent because the result existed already.
    """

    __slots__ = ("_prices_s", "clock", "saved_s")

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__()
        self.clock = clock
        self._prices_s: dict[Hashable, float] = {}
        self.saved_s = 0.0

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The value under `key`, computed (and timed) on the first call."""
        self.saved_s += self._prices_s.get(key, 0.0)

        def timed() -> T:
            started_s = self.clock()
            saved_before = self.saved_s
            value = compute()
            # Shared parts inside this one belong to its time, but were not saved by this lane.
            self._prices_s[key] = self.clock() - started_s + self.saved_s - saved_before
            return value

        return super().once(key, timed)


@dataclass(slots=True)
class LaneRun:
    """One model over the clip, with its computing time.

    The first frame is excluded from the rate, because it includes loading and warm-up.

    Attributes
    ----------
    model
        Registered name.
    session
        Its session.
    network_size
        (width, height) of the network's last input; None if there was none.
    unit
        What its disparity means; None before the first frame.
    note
        How the model last ran other than requested, a sentence; else empty.
    """

    model: str
    session: Session
    network_size: tuple[int, int] | None = None
    unit: Unit | None = None
    note: str = ""
    _frames: int = 0
    _spent_s: float = field(default=0.0)

    def step(self, frame: Frame, memo: TimedMemo) -> tuple[DepthMap, float]:
        """The lane's (H, W) disparity, and the milliseconds that it would have taken alone."""
        saved_before = memo.saved_s
        started_s = memo.clock()
        prediction = self.session.submit(frame, memo).result()
        depth = prediction.upsampled()
        if depth.disparity.shape != frame.rgb.shape[:2]:
            raise UserError(f"{self.model} returned a disparity map of the wrong size.")
        spent_s = memo.clock() - started_s + memo.saved_s - saved_before
        if self._frames:
            self._spent_s += spent_s
        self._frames += 1
        self.network_size, self.unit = depth.network_size, depth.unit
        self.note = prediction.note or self.note
        return depth, 1000.0 * spent_s

    @property
    def fps(self) -> float:
        """Frames per second of the network alone, without sharing with other lanes."""
        return (self._frames - 1) / self._spent_s if self._spent_s > 0.0 else float("nan")


def why_failed(model: str, error: Exception, when: str) -> str:
    """The sentence for a lane that raised `error`.

    Parameters
    ----------
    when
        What it did, such as "on frame 12".
    """
    if isinstance(error, UserError):
        return str(error)
    log.error("%s failed %s", model, when, exc_info=error)
    if is_out_of_memory(error):
        return (
            f"{model} ran out of memory {when}; choose a smaller input size or compare fewer "
            "models at once."
        )
    return (
        f"{model} failed {when} ({type(error).__name__}); run it alone with --debug to see why, or "
        "leave it out."
    )


def open_session(model: str, options: EstimatorOptions) -> Session:
    """Open a new session of the model of that name.

    Raises
    ------
    UserError
        If the model is not available.
    """
    entry = registry.find(model)
    reason = entry.missing()
    if reason:
        raise UserError(reason)
    return entry.open(options)
