"""A frame between Pipeline.begin and Pipeline.finish."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.estimator import FrameMemo, Pending
from models.frames import Frame


@dataclass(slots=True, eq=False)
class InFlightFrame:
    """A frame that was begun and is not finished. Used from the inference thread alone.

    is_first : the stream broke before it; nothing in it depends on the frames before.
    begun_ns, handed_ns : when it came, and when every device had its part of it.
    pending : by lane, what a device works on. Lanes that are neither here nor in `failures` are
        estimated when the frame is finished.
    fresh : by lane in `pending`, the memory was empty.
    """

    frame: Frame
    dropped: int = 0
    cut: bool = False
    is_first: bool = False
    begun_ns: int = 0
    handed_ns: int = 0
    memo: FrameMemo = field(default_factory=FrameMemo)
    pending: dict[str, Pending] = field(default_factory=dict)
    fresh: dict[str, bool] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
