"""A lane: one estimator applied to the stream, and what is known of its session.

Plain Python, used from the inference thread.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from models import registry
from models.errors import UserError
from models.estimator import (
    DeferringSession,
    EstimatorOptions,
    FrameMemo,
    SeeingSession,
    Session,
)
from models.frames import DepthMap, Frame
from models.upsample import NetworkDepth

log = logging.getLogger(__name__)

LANES = ("a", "b")


@dataclass(slots=True)
class Lane:
    """One lane's open session, or why there is none.

    Sessions are plugins, and what they are made of raises errors of its own (safetensors, device
    libraries): whatever one raises costs its lane alone, and the log has it.

    deferring : the session once more if its device works by itself.
    seeing : the session once more if its answers need not be brought to the frame's size at once.
    is_put_aside : its model hung while it loaded; it is opened when its pause is over.
    """

    model: str
    options: EstimatorOptions
    attempt: int = 0
    session: Session | None = None
    failure: str = ""
    fresh: bool = True
    deferring: DeferringSession | None = None
    seeing: SeeingSession | None = None
    is_put_aside: bool = False

    @property
    def defers(self) -> bool:
        """Whether frames are handed over before they are waited for."""
        return self.deferring is not None

    @property
    def note(self) -> str:
        """One sentence if the session does not run as it was asked to, else empty."""
        return "" if self.deferring is None else self.deferring.note

    def is_cold(self, frame: Frame) -> bool:
        """Whether the device has yet to warm up for frames of this size."""
        return self.deferring is not None and self.deferring.is_cold(frame)

    def open(self) -> None:
        try:
            self.session = registry.find(self.model).open(self.options)
            if isinstance(self.session, DeferringSession):
                self.deferring = self.session
            if isinstance(self.session, SeeingSession):
                self.seeing = self.session
        except UserError as error:
            log.warning("lane cannot open %s: %s", self.model, error)
            self.failure = str(error)
        except Exception:
            log.exception("lane cannot open %s", self.model)
            self.failure = f"{self.model} could not be loaded; choose another, the log says why."

    def close(self) -> None:
        session, self.session, self.deferring, self.seeing = self.session, None, None, None
        if session is None:
            return
        try:
            session.close()
        except Exception:
            log.exception("%s cannot be closed", self.model)

    def see(self, frame: Frame, memo: FrameMemo) -> DepthMap | NetworkDepth:
        """Estimate `frame` now; as Session.step. For an open lane."""
        if self.seeing is not None:
            return self.seeing.see(frame, memo)
        assert self.session is not None
        return self.session.step(frame, memo)

    def reset(self) -> None:
        """The next frame is the first; a session that cannot forget is only complained of."""
        self.fresh = True
        if self.session is None:
            return
        try:
            self.session.reset()
        except Exception:
            log.exception("%s cannot be reset", self.model)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What one lane saw in one frame, before it is made fit for display."""

    model: str
    depth: DepthMap | NetworkDepth
    compute_ms: float = 0.0
    fresh: bool = False
    note: str = ""


def is_unknown(depth: DepthMap | NetworkDepth) -> bool:
    """Not one pixel is known. Looks at a few first, which nearly always settles it."""
    disparity = depth.disparity
    return not np.isfinite(disparity[::32, ::32]).any() and not np.isfinite(disparity).any()


def stumbled(model: str, error: Exception) -> str:
    """The sentence for a model that raised what nobody foresaw."""
    if _is_out_of_memory(error):
        return f"{model} ran out of memory; choose a smaller input size or turn a lane off."
    return f"{model} failed on this frame and was restarted; the log says why."


def unshown(model: str, error: Exception) -> str:
    """The sentence for what a model gave, where bringing it to the screen raised."""
    if _is_out_of_memory(error):
        return f"There is no memory to show {model}; choose a smaller source or turn a lane off."
    return f"What {model} gave cannot be shown; the log says why."


def _is_out_of_memory(error: Exception) -> bool:
    said = str(error).lower()
    return isinstance(error, MemoryError) or any(
        words in said for words in ("out of memory", "insufficient memory")
    )
