"""Runs lanes on frames: hands over, waits, and turns what fails into a sentence.

Plain Python, used from the inference thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection

from app.core.slots import Closed
from app.engine.in_flight import InFlightFrame
from app.engine.lanes import Lane, Seen, is_unknown, stumbled
from app.engine.supervision import LaneKey, LaneTroubles
from models.errors import UserError
from models.frames import DepthMap
from models.upsample import NetworkDepth

log = logging.getLogger(__name__)


class LaneRunner:
    """Remembers what is wrong with which model, and which one is being waited for.

    troubles : what is wrong with which lane.
    in_hand : the lane that has been asked and has not answered yet.
    """

    def __init__(self, clock_ns: Callable[[], int], troubles: LaneTroubles) -> None:
        self.troubles = troubles
        self.in_hand: LaneKey | None = None
        self._clock_ns = clock_ns
        self._back_ns = 0

    def open(self, name: str, lane: Lane) -> None:
        """Open a lane, or put it aside while a model that hung has its pause."""
        key = _loading(name, lane)
        lane.is_put_aside = self.troubles.why_not(key, self._now_s()) is not None
        if not lane.is_put_aside:
            self.in_hand = key
            lane.open()
            self.in_hand = None

    def may_open(self, name: str, lane: Lane) -> bool:
        """Whether a lane that was put aside may be opened now."""
        waits = self.troubles.why_not(_loading(name, lane), self._now_s())
        return lane.is_put_aside and waits is None

    def hand_over(self, name: str, lane: Lane, in_flight: InFlightFrame) -> None:
        """Let a device begin with this lane. Where it refuses, the lane starts anew."""
        session = lane.deferring
        if session is None or in_flight.frame.recorded is not None:
            return
        key = (name, lane.model)
        if (waits := self.troubles.why_not(key, self._now_s())) is not None:
            in_flight.failures[name] = waits
            return
        self.in_hand = key
        try:
            in_flight.pending[name] = session.submit(in_flight.frame, in_flight.memo)
        except Closed:
            raise
        except Exception as error:  # noqa: BLE001 - a model is a plugin; _stumbled logs it
            in_flight.failures[name] = self._stumbled(key, lane, error)
            lane.reset()  # a part of it may have been done, and is in the memory
        else:
            in_flight.fresh[name], lane.fresh = lane.fresh, False
        self.in_hand = None

    def is_ready(self, lanes: dict[str, Lane], in_flight: InFlightFrame) -> bool:
        """Whether no device would be waited for."""
        for name, pending in in_flight.pending.items():
            self.in_hand = (name, lanes[name].model)
            try:
                if not pending.is_ready():
                    return False
            except Exception as error:  # noqa: BLE001 - the device failed; run() finds out whose frame it was
                log.debug("a device was asked in vain: %s", error)
        self.in_hand = None
        return True

    def run(
        self, name: str, lane: Lane, in_flight: InFlightFrame, behind: Collection[InFlightFrame]
    ) -> Seen | None:
        """What the lane saw, or None; why is in `in_flight.failures` then.

        behind : frames that were begun after this one.
        """
        frame, failures = in_flight.frame, in_flight.failures
        if frame.recorded is not None:
            recorded = frame.recorded.get(name)
            return None if recorded is None else Seen(recorded.model, recorded.depth)
        if name in failures:
            return None
        if lane.session is None:
            waits = self.troubles.why_not(_loading(name, lane), self._now_s())
            if sentence := lane.failure or waits:
                failures[name] = sentence
            return None
        key = (name, lane.model)
        waits = self.troubles.why_not(key, self._now_s())
        if waits is not None and name not in in_flight.pending:
            failures[name] = waits
            return None
        self.in_hand = key
        try:
            return self._estimate(name, lane, in_flight)
        except Closed:
            raise
        except Exception as error:  # noqa: BLE001 - a model is a plugin; _stumbled logs it
            failures[name] = self._stumbled(key, lane, error)
            self._recover(name, lane, behind)
            return None
        finally:
            self.in_hand = None

    def _estimate(self, name: str, lane: Lane, in_flight: InFlightFrame) -> Seen:
        depth: DepthMap | NetworkDepth
        started_ns, pending = self._clock_ns(), in_flight.pending.pop(name, None)
        if pending is None:
            depth, fresh = lane.see(in_flight.frame, in_flight.memo), lane.fresh
        else:
            # The device began when it had this frame and was done with what came before.
            started_ns = min(started_ns, max(in_flight.handed_ns, self._back_ns))
            depth, fresh = pending.result(), in_flight.fresh[name]
        self._back_ns = self._clock_ns()
        if is_unknown(depth):
            raise UserError(f"{lane.model} returned no usable disparity and was restarted.")
        if pending is None:
            lane.fresh = False
        took_ms = (self._back_ns - started_ns) / 1e6
        return Seen(lane.model, depth, took_ms, fresh, lane.note)

    def _stumbled(self, key: LaneKey, lane: Lane, error: Exception) -> str:
        """Note that a lane failed; the sentence for it."""
        if isinstance(error, UserError):
            log.warning("lane %s failed: %s", key[0], error)
            sentence = str(error)
        else:
            log.error("lane %s failed", key[0], exc_info=error)
            sentence = stumbled(lane.model, error)
        self.troubles.failed(key, sentence, self._now_s())
        return sentence

    def _recover(self, name: str, lane: Lane, behind: Collection[InFlightFrame]) -> None:
        """Start a lane anew behind a frame that failed, and what was begun behind that as well."""
        if any(later.is_first or name in later.failures for later in behind):
            return  # it has started anew since
        lane.reset()
        for later in behind:
            if later.pending.pop(name, None) is not None:
                self.hand_over(name, lane, later)

    def _now_s(self) -> float:
        return self._clock_ns() / 1e9


def _loading(name: str, lane: Lane) -> LaneKey:
    """What hangs while it loads is told from what hangs in a frame: only that is not opened."""
    return (name, f"{lane.model} (loading)")
