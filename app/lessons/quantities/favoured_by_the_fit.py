"""Which lane gains more when scale and shift are fitted for every frame instead of once."""

from __future__ import annotations

from app.lessons.quantities.accuracy import Shot
from app.lessons.quantities.quantity import Quantity, Reading, Screen

_LEAST, FRAMES = 25, 50


class _Meter:
    def __init__(self) -> None:
        self._shot = Shot(FRAMES)

    def add(self, screen: Screen) -> None:
        self._shot.add(screen)

    def reading(self) -> Reading | None:
        if len(self._shot) < _LEAST:
            return None
        clip = {lane: self._shot.abs_rel(lane) for lane in "ab"}
        frame = {lane: self._shot.abs_rel_per_frame(lane) for lane in "ab"}
        gain = {lane: 1.0 - frame[lane] / clip[lane] for lane in "ab"}
        turns = (clip["a"] < clip["b"]) != (frame["a"] < frame["b"])
        one, other = (f"{100 * fit['a']:.2f} and {100 * fit['b']:.2f} %" for fit in (clip, frame))
        order = "the order turns round" if turns else "the order stays"
        return Reading(
            max(gain, key=gain.__getitem__),
            f"AbsRel of A and B: {one} with one fit, {other} with a fit for each frame; {order}.",
        )


QUANTITY = Quantity(
    "favoured-by-the-fit",
    "lane whose AbsRel shrinks more with an alignment for each frame than with one for the clip",
    _Meter,
    frames=FRAMES,
    words=("a", "b"),
    needs="Comparing with the truth for a few frames.",
)
