"""A session that others wrote, held to what a session promises."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.errors import UserError
from models.estimator import (
    Done,
    FrameMemo,
    Pending,
    Prediction,
    Running,
    Session,
    inspect,
    running_of,
)
from models.frames import Frame
from models.inside.probe import Inside, Probe, unknown


class CheckedSession:
    """Passes on what another session returns, or says what is wrong with it.

    Parameters
    ----------
    inner
        The session of a plug-in.
    name
        What its model is called in messages.
    """

    def __init__(self, inner: Session, name: str) -> None:
        self._inner = inner
        self._name = name

    @property
    def frames_in_flight(self) -> int:
        """See Session."""
        return int(getattr(self._inner, "frames_in_flight", 1))

    def submit(self, frame: Frame, memo: FrameMemo) -> Pending:
        """See Session.

        Raises
        ------
        UserError
            If the result of a session that computes at once is not as promised.
        """
        pending = _CheckedPending(self._inner.submit(frame, memo), frame, self._name)
        return Done(pending.result()) if self.frames_in_flight == 1 else pending

    def running(self) -> Running | None:
        """See TellsRunning; None as well for what is no Running."""
        found: object = running_of(self._inner)
        return found if isinstance(found, Running) else None

    def inspect(self, frame: Frame, probe: Probe) -> Inside:
        """See Inspects; nothing as well for what is no Inside."""
        found: object = inspect(self._inner, frame, probe)
        return found if isinstance(found, Inside) else unknown()

    def reset(self) -> None:
        """See Session."""
        self._inner.reset()

    def close(self) -> None:
        """See Session."""
        self._inner.close()


@dataclass(frozen=True, slots=True)
class _CheckedPending:
    """A frame that a plug-in was given."""

    pending: Pending
    frame: Frame
    name: str

    def result(self) -> Prediction:
        prediction = self.pending.result()
        if (wrong := _broken(prediction, self.frame)) is not None:
            raise UserError(f"The plug-in {self.name} {wrong}; see docs/plugins.md.")
        return prediction

    def is_ready(self) -> bool:
        return self.pending.is_ready()


def _broken(prediction: object, frame: Frame) -> str | None:
    """What is wrong with a prediction, in words that follow the plug-in's name; None if nothing."""
    if not isinstance(prediction, Prediction):
        return f"returned {type(prediction).__name__} instead of a Prediction"
    disparity = prediction.disparity
    if not isinstance(disparity, np.ndarray) or disparity.dtype != np.float32:
        what = getattr(disparity, "dtype", type(disparity).__name__)
        return f"returned {what} disparity instead of a float32 NumPy array"
    if disparity.ndim != 2 or not disparity.size:
        return f"returned disparity of shape {disparity.shape} instead of (height, width)"
    if prediction.frame_index != frame.index or prediction.frame_size != frame.size:
        return "returned a prediction of another frame"
    known = np.isfinite(disparity)
    if not known.any():
        return "returned no finite disparity"
    if not known.all() and disparity.shape != (frame.size[1], frame.size[0]):
        return "returned unknown values (NaN) at another size than the frame's"
    if disparity[known].min() < 0:
        return "returned negative disparity; larger must be nearer, and at least 0"
    return None
