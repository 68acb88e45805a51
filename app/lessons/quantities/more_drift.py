"""Which lane's scale drifts more against the truth."""

from __future__ import annotations

from functools import partial

from app.lessons.quantities.accuracy import Shot
from app.lessons.quantities.quantity import Quantity
from app.lessons.quantities.two_lanes import TwoLanes

_LEAST, FRAMES = 25, 50
ALIKE = 0.05  # drifts that differ by less than this share are called alike


_METER = partial(
    TwoLanes,
    FRAMES,
    _LEAST,
    ALIKE,
    Shot.scale_drift,
    takes_larger=True,
    words="The scale of A varies by {a:.1f} %, of B by {b:.1f} %.",
)

QUANTITY = Quantity(
    "more-drift",
    "lane with the larger scale drift against the truth; alike within 5 %",
    _METER,
    frames=FRAMES,
    words=("a", "b", "alike"),
    needs="Comparing with the truth for a few frames.",
)
