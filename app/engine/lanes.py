"""A lane: one estimator applied to the stream, with the state of its session.

Plain Python, used from the inference thread.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from models import registry
from models.errors import UserError
from models.estimator import EstimatorOptions, Prediction, Session
from models.frames import DepthMap
from models.inside.probe import Inside

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Lane:
    """One lane's open session, or the reason why there is none.

    Sessions are plug-ins whose libraries raise errors of their own (safetensors, device libraries):
    whatever one raises costs its lane alone and is logged.

    Attributes
    ----------
    frames_in_flight
        Of the open session; see Session.
    is_suspended
        Its model hung while it loaded; it is opened again when the pause is over.
    """

    model: str
    options: EstimatorOptions
    attempt: int = 0
    session: Session | None = None
    failure: str = ""
    fresh: bool = True
    frames_in_flight: int = 1
    is_suspended: bool = False

    def open(self) -> None:
        """Open the session; `failure` says why if that is not possible."""
        try:
            self.session = registry.find(self.model).open(self.options)
            self.frames_in_flight = self.session.frames_in_flight
        except UserError as error:
            log.warning("lane cannot open %s: %s", self.model, error)
            self.failure = str(error)
        except Exception:
            log.exception("lane cannot open %s", self.model)
            self.failure = (
                f"{self.model} could not be loaded; choose another model, or see the log for "
                "details."
            )

    def close(self) -> None:
        """Close the session, if there is one."""
        session, self.session = self.session, None
        if session is None:
            return
        try:
            session.close()
        except Exception:
            log.exception("%s cannot be closed", self.model)

    def reset(self) -> None:
        """Reset the session, so that the next frame is the first; a failure is only logged."""
        self.fresh = True
        if self.session is None:
            return
        try:
            self.session.reset()
        except Exception:
            log.exception("%s cannot be reset", self.model)


@dataclass(frozen=True, slots=True, eq=False)
class LanePrediction:
    """One lane's result for one frame, before postprocessing.

    Attributes
    ----------
    depth
        A DepthMap if the result certainly has the frame's size, because it was recorded or shown
        before.
    """

    model: str
    depth: DepthMap | Prediction
    compute_ms: float = 0.0
    fresh: bool = False
    note: str = ""
    inside: Inside | None = None


def is_unknown(depth: DepthMap | Prediction) -> bool:
    """Whether no pixel of the (h, w) disparity is known; a few pixels nearly always decide."""
    disparity = depth.disparity
    return not np.isfinite(disparity[::32, ::32]).any() and not np.isfinite(disparity).any()


def predict_failure(model: str, error: Exception) -> str:
    """The sentence for a model that raised anything but a UserError."""
    if is_out_of_memory(error):
        return f"{model} ran out of memory; choose a smaller input size or turn a lane off."
    return f"{model} failed on this frame and was restarted; see the log for details."


def display_failure(model: str, error: Exception) -> str:
    """The sentence for a result that could not be prepared for display."""
    if is_out_of_memory(error):
        return (
            f"There is not enough memory to show {model}; choose a smaller source or turn a lane "
            "off."
        )
    return f"The output of {model} cannot be shown; see the log for details."


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory was full, the device's or the machine's."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(
        words in text for words in ("out of memory", "insufficient memory")
    )
