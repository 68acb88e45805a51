"""The last values of a few series, frame by frame, and why some are missing."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]


class ChartHistory:
    """Keeps the last `length` frames; adding one costs no copy of the others.

    Parameters
    ----------
    series
        Names of the series, in the order of the rows of `window`.
    length
        How many frames are kept.
    """

    def __init__(self, series: Sequence[str], length: int) -> None:
        self._series, self._length = tuple(series), length
        self._values = np.full((len(series), 2 * length), np.nan)
        self._count = 0
        self.frames: deque[int] = deque(maxlen=length)
        self._missing: deque[Mapping[str, str]] = deque(maxlen=length)

    def add(
        self, frame_index: int, values: Mapping[str, float], missing: Mapping[str, str]
    ) -> None:
        """Add a frame's values by series, and for those without one the reason, if known."""
        if self._count == self._values.shape[1]:
            # Moving half of the buffer every `length` frames keeps all other additions cheap.
            self._values[:, : self._length] = self._values[:, self._length :]
            self._count = self._length
        for row, key in enumerate(self._series):
            self._values[row, self._count] = values.get(key, math.nan)
        self._count += 1
        self.frames.append(frame_index)
        self._missing.append(missing)

    def clear(self) -> None:
        """Forget everything."""
        self._values[:] = np.nan
        self._count = 0
        self.frames.clear()
        self._missing.clear()

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def window(self) -> Float64:
        """(series, n) values of the frames that are kept, the oldest first; NaN where missing."""
        return self._values[:, self._count - len(self) : self._count]

    def at(self, ago: int) -> dict[str, float]:
        """The value of each series `ago` frames before the newest; NaN where there is none."""
        if not 0 <= ago < len(self):
            return dict.fromkeys(self._series, math.nan)
        column = self._values[:, self._count - 1 - ago]
        return dict(zip(self._series, map(float, column), strict=True))

    def missing_at(self, ago: int) -> Mapping[str, str]:
        """Why series have no value `ago` frames before the newest, by series."""
        return self._missing[-1 - ago] if 0 <= ago < len(self) else {}

    def why_missing_at(self, ago: int, names: Mapping[str, str]) -> str:
        """Return the reasons on one line, each behind the series it is about unless that is all.

        Parameters
        ----------
        ago
            Frames before the newest.
        names
            What the series are called.
        """
        by_reason: dict[str, list[str]] = {}
        for key, reason in self.missing_at(ago).items():
            by_reason.setdefault(reason, []).append(names[key])
        return " · ".join(
            reason if len(about) == len(names) else f"{', '.join(about)}: {reason}"
            for reason, about in by_reason.items()
        )


def lone_points(ago: Float64, values: Float64, width: float) -> tuple[Float64, Float64]:
    """Short level strokes, as pairs of points, for values that have no neighbour on either side.

    A curve shows nothing of them. `width` is the length of a stroke in frames.
    """
    known = np.isfinite(values)
    has_neighbour = np.zeros_like(known)
    has_neighbour[1:] |= known[:-1]
    has_neighbour[:-1] |= known[1:]
    alone = known & ~has_neighbour
    x = np.repeat(ago[alone], 2)
    x[0::2] -= width / 2
    x[1::2] += width / 2
    return x, np.repeat(values[alone], 2)
