"""A frame between Pipeline.begin and Pipeline.predict."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.estimator import FrameMemo, Pending
from models.frames import Frame


@dataclass(frozen=True, slots=True, eq=False)
class Submission:
    """A frame that was submitted to one lane's session.

    Attributes
    ----------
    pending
        Its result.
    fresh
        The lane's memory was empty.
    took_ns
        Time that submitting took; if a session computes inside it, all of its time.
    """

    pending: Pending
    fresh: bool
    took_ns: int


@dataclass(slots=True, eq=False)
class InFlightFrame:
    """A frame that was submitted to its lanes and not fully collected yet. One thread only.

    Attributes
    ----------
    is_first
        The stream broke before it; nothing in it depends on earlier frames.
    begun_ns, submitted_ns
        When it arrived, and when it had been submitted to every lane; monotonic clock.
    submissions
        By lane; lanes without one are in `failures`, or off.
    """

    frame: Frame
    dropped: int = 0
    cut: bool = False
    is_first: bool = False
    begun_ns: int = 0
    submitted_ns: int = 0
    memo: FrameMemo = field(default_factory=FrameMemo)
    submissions: dict[str, Submission] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
