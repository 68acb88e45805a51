"""Which lane is nearer to the truth, by AbsRel with one scale and one shift for all frames."""

from __future__ import annotations

from functools import partial

from app.lessons.quantities.accuracy import Shot
from app.lessons.quantities.quantity import Quantity
from app.lessons.quantities.two_lanes import TwoLanes

_LEAST, FRAMES = 12, 50
_ALIKE = 0.01  # errors that differ by less than this share are called alike


_METER = partial(
    TwoLanes,
    FRAMES,
    _LEAST,
    _ALIKE,
    Shot.abs_rel,
    takes_larger=False,
    words="AbsRel is {a:.1f} % in A and {b:.1f} % in B.",
)

QUANTITY = Quantity(
    "nearer-the-truth",
    "lane with the smaller AbsRel, one alignment for the shot; alike within 1 %",
    _METER,
    frames=FRAMES,
    words=("a", "b", "alike"),
    needs="Comparing with the truth for a few frames.",
)
