"""Runs lanes on frames: submits, collects, and turns failures into sentences.

Plain Python, used from the inference thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import replace

from app.analysis.inside.analyst import RECORDED
from app.core.slots import Closed
from app.engine.in_flight import InFlightFrame, Submission
from app.engine.lanes import Lane, LanePrediction, is_unknown, predict_failure
from app.engine.supervision import LaneKey, LaneTroubles
from models.errors import UserError
from models.estimator import inspect
from models.frames import Frame
from models.inside.probe import Inside, Probe, unknown

log = logging.getLogger(__name__)

DAMAGED_LANE = "The recording is damaged here; replay --check says what else is."
"""Shown in the place of a recorded result that cannot be read."""


class LaneRunner:
    """Keeps track of failing models and of the lane that is being waited for.

    Parameters
    ----------
    troubles
        Failures by lane.
    called_lane
        The lane, and its model, that was called and has not returned yet, or whose device is not
        ready yet; None if there is none.
    """

    def __init__(self, clock_ns: Callable[[], int], troubles: LaneTroubles) -> None:
        self.troubles = troubles
        self.called_lane: LaneKey | None = None
        self._clock_ns = clock_ns
        self._collected_ns = 0

    def open(self, name: str, lane: Lane) -> None:
        """Open a lane, or suspend it while a model that hung is paused."""
        key = _loading(name, lane)
        lane.is_suspended = self.troubles.why_not(key, self._now_s()) is not None
        if not lane.is_suspended:
            self.called_lane = key
            lane.open()
            self.called_lane = None

    def may_open(self, name: str, lane: Lane) -> bool:
        """Whether a suspended lane may be opened now."""
        reason = self.troubles.why_not(_loading(name, lane), self._now_s())
        return lane.is_suspended and reason is None

    def submit(self, name: str, lane: Lane, in_flight: InFlightFrame) -> None:
        """Submit the frame to a lane. If that fails, the lane's memory is reset."""
        if in_flight.frame.recorded is not None:
            return
        if lane.session is None:
            reason = self.troubles.why_not(_loading(name, lane), self._now_s())
            if sentence := lane.failure or reason:
                in_flight.failures[name] = sentence
            return
        key = (name, lane.model)
        if (reason := self.troubles.why_not(key, self._now_s())) is not None:
            in_flight.failures[name] = reason
            return
        self.called_lane, started_ns = key, self._clock_ns()
        try:
            pending = lane.session.submit(in_flight.frame, in_flight.lane_memo(name))
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
            self.called_lane = None

    def is_ready(self, lanes: dict[str, Lane], in_flight: InFlightFrame) -> bool:
        """Whether collecting would not wait for a device."""
        for name, submission in in_flight.submissions.items():
            self.called_lane = (name, lanes[name].model)
            try:
                if not submission.pending.is_ready():
                    return False
            except Exception as error:  # noqa: BLE001 - the device failed; collect() finds out whose frame it was
                log.debug("could not query a device: %s", error)
        self.called_lane = None
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
            if name in in_flight.frame.damaged_lanes:
                in_flight.failures[name] = DAMAGED_LANE
            return None if recorded is None else LanePrediction(recorded.model, recorded.depth)
        submission = in_flight.submissions.pop(name, None)
        if submission is None:
            return None
        self.called_lane = key = (name, lane.model)
        try:
            return self._wait(lane, submission, in_flight.submitted_ns)
        except Closed:
            raise
        except Exception as error:  # noqa: BLE001 - a model is a plugin; _note_failure logs it
            in_flight.failures[name] = self._note_failure(key, lane, error)
            self._recover(name, lane, behind)
            return None
        finally:
            self.called_lane = None

    def inspect(self, name: str, lane: Lane, frame: Frame, probe: Probe) -> Inside:
        """Look into the lane's network for the frame that it predicted last.

        What cannot be known has its reason; a failure costs nothing else.
        """
        if frame.recorded is not None:
            return replace(unknown(RECORDED), answers=probe)
        if lane.session is None:
            return replace(unknown(), answers=probe)
        self.called_lane = (name, lane.model)
        try:
            found = inspect(lane.session, frame, probe)
        except Closed:
            raise
        except Exception as error:
            log.exception("cannot look into lane %s", name)
            found = unknown(predict_failure(lane.model, error))
        finally:
            self.called_lane = None
        return replace(found, answers=probe)

    def _wait(self, lane: Lane, submission: Submission, submitted_ns: int) -> LanePrediction:
        # The device started when it had this frame and had finished the previous one.
        started_ns = min(self._clock_ns(), max(submitted_ns, self._collected_ns))
        prediction = submission.pending.result()
        self._collected_ns = self._clock_ns()
        if is_unknown(prediction):
            raise UserError(f"{lane.model} returned no usable disparity and was restarted.")
        took_ms = (submission.took_ns + self._collected_ns - started_ns) / 1e6
        return LanePrediction(
            lane.model, prediction, took_ms, submission.fresh, prediction.note, prediction.inside
        )

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
