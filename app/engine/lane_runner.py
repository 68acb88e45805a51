"""Runs lanes on frames: submits, collects, and turns failures into sentences.

Plain Python, used from the inference thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection

from app.core.slots import Closed
from app.engine.in_flight import InFlightFrame, Submission
from app.engine.lanes import Lane, LanePrediction, is_unknown, predict_failure
from app.engine.supervision import LaneKey, LaneTroubles
from models.errors import UserError

log = logging.getLogger(__name__)


class LaneRunner:
    """Keeps track of failing models and of the lane that is being waited for.

    Parameters
    ----------
    troubles
        Failures by lane.
    in_hand
        The lane that was called and has not returned yet.
    """

    def __init__(self, clock_ns: Callable[[], int], troubles: LaneTroubles) -> None:
        self.troubles = troubles
        self.in_hand: LaneKey | None = None
        self._clock_ns = clock_ns
        self._back_ns = 0

    def open(self, name: str, lane: Lane) -> None:
        """Open a lane, or suspend it while a model that hung is paused."""
        key = _loading(name, lane)
        lane.is_put_aside = self.troubles.why_not(key, self._now_s()) is not None
        if not lane.is_put_aside:
            self.in_hand = key
            lane.open()
            self.in_hand = None

    def may_open(self, name: str, lane: Lane) -> bool:
        """Whether a suspended lane may be opened now."""
        waits = self.troubles.why_not(_loading(name, lane), self._now_s())
        return lane.is_put_aside and waits is None

    def submit(self, name: str, lane: Lane, in_flight: InFlightFrame) -> None:
        """Submit the frame to a lane. If that fails, the lane's memory is reset."""
        if in_flight.frame.recorded is not None:
            return
        if lane.session is None:
            waits = self.troubles.why_not(_loading(name, lane), self._now_s())
            if sentence := lane.failure or waits:
                in_flight.failures[name] = sentence
            return
        key = (name, lane.model)
        if (waits := self.troubles.why_not(key, self._now_s())) is not None:
            in_flight.failures[name] = waits
            return
        self.in_hand, started_ns = key, self._clock_ns()
        try:
            pending = lane.session.submit(in_flight.frame, in_flight.memo)
        except Closed:
            raise
        except Exception as error:  # noqa: BLE001 - a model is a plugin; _note_failure logs it
            in_flight.failures[name] = self._note_failure(key, lane, error)
            lane.reset()  # a part of the work may be in the memory already
        else:
            took_ns = self._clock_ns() - started_ns
            in_flight.submissions[name] = Submission(pending, lane.fresh, took_ns)
            lane.fresh = False
        finally:
            self.in_hand = None

    def is_ready(self, lanes: dict[str, Lane], in_flight: InFlightFrame) -> bool:
        """Whether collecting would not wait for a device."""
        for name, submission in in_flight.submissions.items():
            self.in_hand = (name, lanes[name].model)
            try:
                if not submission.pending.is_ready():
                    return False
            except Exception as error:  # noqa: BLE001 - the device failed; collect() finds out whose frame it was
                log.debug("could not query a device: %s", error)
        self.in_hand = None
        return True

    def collect(
        self, name: str, lane: Lane, in_flight: InFlightFrame, behind: Collection[InFlightFrame]
    ) -> LanePrediction | None:
        """The lane's prediction, or None with the reason in `in_flight.failures`.

        Parameters
        ----------
        behind
            Frames that were begun after this one.
        """
        if in_flight.frame.recorded is not None:
            recorded = in_flight.frame.recorded.get(name)
            return None if recorded is None else LanePrediction(recorded.model, recorded.depth)
        submission = in_flight.submissions.pop(name, None)
        if submission is None:
            return None
        self.in_hand = key = (name, lane.model)
        try:
            return self._wait(lane, submission, in_flight.handed_ns)
        except Closed:
            raise
        except Exception as error:  # noqa: BLE001 - a model is a plugin; _note_failure logs it
            in_flight.failures[name] = self._note_failure(key, lane, error)
            self._recover(name, lane, behind)
            return None
        finally:
            self.in_hand = None

    def _wait(self, lane: Lane, submission: Submission, handed_ns: int) -> LanePrediction:
        # The device started when it had this frame and had finished the previous one.
        started_ns = min(self._clock_ns(), max(handed_ns, self._back_ns))
        prediction = submission.pending.result()
        self._back_ns = self._clock_ns()
        if is_unknown(prediction):
            raise UserError(f"{lane.model} returned no usable disparity and was restarted.")
        took_ms = (submission.took_ns + self._back_ns - started_ns) / 1e6
        return LanePrediction(lane.model, prediction, took_ms, submission.fresh, prediction.note)

    def _note_failure(self, key: LaneKey, lane: Lane, error: Exception) -> str:
        """Record the failure of a lane; returns the sentence for it."""
        if isinstance(error, UserError):
            log.warning("lane %s failed: %s", key[0], error)
            sentence = str(error)
        else:
            log.error("lane %s failed", key[0], exc_info=error)
            sentence = predict_failure(lane.model, error)
        self.troubles.failed(key, sentence, self._now_s())
        return sentence

    def _recover(self, name: str, lane: Lane, behind: Collection[InFlightFrame]) -> None:
        """Reset a lane after a failed frame, and submit the frames behind it again."""
        if any(later.is_first or name in later.failures for later in behind):
            return  # it was reset since
        lane.reset()
        for later in behind:
            if later.submissions.pop(name, None) is not None:
                self.submit(name, lane, later)

    def _now_s(self) -> float:
        return self._clock_ns() / 1e9


def _loading(name: str, lane: Lane) -> LaneKey:
    """Key for loading, since hanging while loading is treated apart from hanging in a frame."""
    return (name, f"{lane.model} (loading)")
