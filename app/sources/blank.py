"""Detection of pictures of one colour, which capture cards and encoders send without a signal."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from app.sources.live_worker import Clock, NoPicture

ONE_COLOUR_LEVELS = 1
_FADE_S = 0.5


def is_of_one_colour(pixels: NDArray[np.uint8], levels: int = ONE_COLOUR_LEVELS) -> bool:
    """Whether (H, W) or (H, W, 3) uint8 has no structure.

    A sensor in the dark does not count: its noise exceeds `levels`.
    """
    return all(
        int((values.max(axis=(0, 1)) - values.min(axis=(0, 1))).max()) <= levels
        for values in (pixels[::16, ::16], pixels[::4, ::4])  # most have it in a few pixels
    )


class BlankWatch:
    """Reports pictures of one colour that last longer than a film's fade.

    Parameters
    ----------
    sentence
        What to report.
    quiet_s
        Seconds from now in which nothing is reported, since a sensor may still wake up.
    """

    def __init__(self, sentence: str, quiet_s: float = 0.0, clock: Clock = time.monotonic) -> None:
        self._sentence = sentence
        self._clock = clock
        self._quiet_until_s = clock() + quiet_s
        self._since_s: float | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether the first `quiet_s` seconds are not over."""
        return self._clock() < self._quiet_until_s

    def blank(self) -> NoPicture | None:
        """Add a picture of one colour; returns what to report, if anything."""
        now_s = self._clock()
        if self._since_s is None:
            self._since_s = now_s
        if self.is_quiet or now_s - self._since_s < _FADE_S:
            return None
        return NoPicture(self._sentence)

    def reset(self) -> None:
        """Add a picture with content."""
        self._since_s = None
