"""The x-t slice: one row of the picture over the last frames, one line per frame.

Steady disparity gives straight stripes, flicker gives torn ones.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

UInt8 = NDArray[np.uint8]


def window_for(filled: int, history: int) -> int:
    """Number of lines to show while `filled` of `history` are known.

    `history` is halved as long as the known lines still fit, so that a new slice is not nearly
    empty. The result is at least a sixteenth of `history`.
    """
    window = history
    while window % 2 == 0 and window // 2 >= max(filled, history // 16):
        window //= 2
    return window


class XtSlice:
    """Ring buffer of the last `history` lines of `width` levels, readable as one picture.

    Each line is stored twice, `history` rows apart, so there is always a contiguous block of rows
    that holds all lines in order.
    """

    def __init__(self, width: int, history: int) -> None:
        if width < 1 or history < 1:
            raise ValueError("a slice is at least one pixel wide and one frame long")
        self._rows = np.zeros((2 * history, width), np.uint8)
        self._next = 0
        self._filled = 0
        self._pushed = 0
        self._breaks: deque[tuple[int, str]] = deque(maxlen=history)

    @property
    def width(self) -> int:
        """Pixels per line."""
        return self._rows.shape[1]

    @property
    def history(self) -> int:
        """Lines kept."""
        return len(self._rows) // 2

    @property
    def filled(self) -> int:
        """Lines pushed so far, at most `history`."""
        return self._filled

    def push(self, line: UInt8, break_kind: str = "") -> UInt8:
        """Append a line (width,) uint8 and return the picture (history, width), newest last.

        Lines not pushed yet are 0, unknown. The picture is a view and valid until the next push.

        Parameters
        ----------
        break_kind
            Why this line does not continue the previous one; empty if it does.

        Raises
        ------
        ValueError
            If the line has another length.
        """
        if line.shape != (self.width,):
            raise ValueError(f"a line of {self.width} levels was expected, not {line.shape}")
        history = self.history
        if break_kind and self._filled:
            self._breaks.append((self._pushed, break_kind))
        self._pushed += 1
        self._rows[self._next] = line
        self._rows[self._next + history] = line
        self._next = (self._next + 1) % history
        self._filled = min(self._filled + 1, history)
        return self.picture()

    def replace(self, line: UInt8, break_kind: str = "") -> None:
        """Overwrite the newest line, which must exist, by (width,) uint8; see `push`."""
        self._next = (self._next - 1) % self.history
        self._filled -= 1
        self._pushed -= 1
        if self._breaks and self._breaks[-1][0] == self._pushed:
            self._breaks.pop()
        self.push(line, break_kind)

    def breaks(self) -> tuple[tuple[int, str], ...]:
        """Lines that do not continue the one before, newest last, as (age, kind).

        The age counts the lines pushed since then; 0 means that the newest line follows the break.
        """
        ages = ((self._pushed - 1 - number, kind) for number, kind in self._breaks)
        return tuple((age, kind) for age, kind in ages if age < self._filled - 1)

    def picture(self) -> UInt8:
        """(history, width) uint8, oldest first; a view that is valid until the next push."""
        return self._rows[self._next : self._next + self.history]

    def stretched(self, window: int, enlarged: int = 1) -> UInt8:
        """The last `window` lines, repeated to fill (enlarged * history, width); a copy.

        Raises
        ------
        ValueError
            Unless `window` divides `history`.
        """
        if window < 1 or self.history % window:
            raise ValueError(f"{window} lines do not fill {self.history}")
        last: UInt8 = self.picture()[self.history - window :]
        return np.repeat(last, enlarged * self.history // window, axis=0)
