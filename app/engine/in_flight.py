"""A frame between Pipeline.begin and Pipeline.predict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.estimator import FrameMemo, Pending
from models.frames import Frame
from models.inside.probe import NOTHING, Probe


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
    probes
        By lane, what its network shall give of its inside.
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
    probes: Mapping[str, Probe] = field(default_factory=dict)
    submissions: dict[str, Submission] = field(default_factory=dict)

    def lane_memo(self, lane: str) -> FrameMemo:
        """What lanes share of this frame, with the lane's own probe."""
        return self.memo.asking(self.probes.get(lane, NOTHING))

    def forget_memo(self) -> None:
        """Release what lanes shared."""
        self.memo = FrameMemo()

    failures: dict[str, str] = field(default_factory=dict)
