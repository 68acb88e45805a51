"""The x-t slice: one row of the picture over the last frames, one line per frame.

Straight stripes are steady; torn stripes flicker.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

UInt8 = NDArray[np.uint8]


def window_for(filled: int, history: int) -> int:
    """Lines to show while `filled` are known: history halved as often as they still fit, so that
    a slice that has just begun is not nearly empty. At least a sixteenth of `history`."""
    window = history
    while window % 2 == 0 and window // 2 >= max(filled, history // 16):
        window //= 2
    return window


class XtSlice:
    """A ring of the last `history` lines of `width` levels, readable as one picture without a copy.

    Every line is kept twice, `history` rows apart, so that some stretch of rows always holds all
    of them in order.
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

        Lines not pushed yet are 0, unknown. The picture is a view and holds until the next push.
        break_kind : why this line does not continue the one before, empty where it does.
        Raises ValueError if the line has another length.
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
        """Put another line in the place of the newest, which must be there; see `push`."""
        self._next = (self._next - 1) % self.history
        self._filled -= 1
        self._pushed -= 1
        if self._breaks and self._breaks[-1][0] == self._pushed:
            self._breaks.pop()
        self.push(line, break_kind)

    def breaks(self) -> tuple[tuple[int, str], ...]:
        """Where lines do not continue the one before, newest last: (age, kind).

        age : lines pushed since then, 0 if the newest line is the first after the break.
        """
        ages = ((self._pushed - 1 - number, kind) for number, kind in self._breaks)
        return tuple((age, kind) for age, kind in ages if age < self._filled - 1)

    def picture(self) -> UInt8:
        """(history, width) uint8, oldest first; a view that holds until the next push."""
        return self._rows[self._next : self._next + self.history]

    def stretched(self, window: int, enlarged: int = 1) -> UInt8:
        """The last `window` lines, each repeated until (enlarged * history, width) is full.

        A copy. Raises ValueError unless `window` is a whole part of `history`.
        """
        if window < 1 or self.history % window:
            raise ValueError(f"{window} lines do not fill {self.history}")
        last: UInt8 = self.picture()[self.history - window :]
        return np.repeat(last, enlarged * self.history // window, axis=0)

    def clear(self) -> None:
        """Forget all lines."""
        self._rows[:] = 0
        self._next = self._filled = 0
        self._breaks.clear()
