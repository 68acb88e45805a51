"""Quantities of the memory."""

from __future__ import annotations

from collections import deque

import numpy as np

from app.analysis.inside.quantity import Given, Limit, MapPainter, Quantity, to_levels
from app.core.inside_values import InsidePicture
from models.frames import Float32, UInt8, Unit
from models.inside.probe import Part
from models.upsample import upsample
from renderers.levels import quantise

HISTORY = 120
"""Frames that the bars over time show."""
_DECADES = (-3.0, 2.0)
"""Common logarithms of the half-lives at the ends of the scale, in frames."""
_UNITS = {Unit.RELATIVE: "relative", Unit.INVERSE_METRE: "1/m"}


def _share(given: Given) -> Float32:
    """Past's part of the norms, summed over the layers."""
    past, present = np.sum(given.inside.arrays[Part.SHARE], axis=0)
    return np.asarray(past / np.maximum(past + present, 1e-12), np.float32)


def _correction(given: Given) -> Float32:
    return given.inside.arrays[Part.CORRECTION][-1]


def _gate(given: Given) -> Float32:
    return given.inside.arrays[Part.GATE][0]


def _without(given: Given) -> Float32:
    """Disparity without memory at the frame's size."""
    return upsample(given.inside.arrays[Part.ALONE][0], *given.frame.size)


class HalfLifeBars:
    """One row of bars per head, newest at the right: how long it keeps half of its state."""

    def __init__(self) -> None:
        self._past: deque[Float32] = deque(maxlen=HISTORY)

    def paint(self, given: Given) -> InsidePicture:
        """Heights and colours on a logarithmic scale of frames."""
        lives = np.concatenate(given.inside.arrays[Part.HALF_LIFE])
        if given.is_first or (self._past and len(self._past[-1]) != len(lives)):
            self._past.clear()
        if given.is_again and self._past:
            self._past.pop()
        self._past.append(lives)
        low, high = _DECADES
        shares = np.clip((np.log10(np.maximum(self._past, 1e-9)) - low) / (high - low), 0, 1)
        layers = len(given.inside.arrays[Part.HALF_LIFE])
        note = f"{len(lives)} heads in {layers} layer{'s' if layers > 1 else ''}"
        median = float(np.median(lives))
        levels = bars(np.asarray(shares, np.float32), given.frame.size)
        return InsidePicture(
            levels, low, high, "log₁₀ frames", "forgets", "keeps",
            f"{note}, median {median:.2g} frames",
            row_marks=_names(given.inside.arrays[Part.HALF_LIFE]),
        )  # fmt: skip


def _names(layers: tuple[Float32, ...]) -> tuple[tuple[float, str], ...]:
    """Words at the left of some rows: at most eight."""
    count = sum(map(len, layers))
    names = [
        f"layer {layer + 1}, head {head + 1}" if len(layers) > 1 else f"head {head + 1}"
        for layer, lives in enumerate(layers)
        for head in range(len(lives))
    ]
    step = -(-count // 8)
    return tuple(((at + 0.5) / count, names[at]) for at in range(0, count, step))


def bars(shares: Float32, size: tuple[int, int]) -> UInt8:
    """Rows of bars as levels of a (width, height) picture.

    Parameters
    ----------
    shares
        (frames, rows), heights 0 to 1, oldest first; at most HISTORY frames.
    """
    frames, rows = shares.shape
    width, height = size
    across = (np.arange(width) * HISTORY // width) - (HISTORY - frames)
    values = shares.T[:, np.maximum(across, 0)]  # (rows, width)
    y = np.arange(height)
    row = y * rows // height
    above = 1.0 - (y + 0.5 - row * height / rows) / (height / rows)  # 1 at a row's upper edge
    heights = 0.04 + 0.86 * values[row]  # what forgets at once has a bar too
    is_bar = (above[:, None] < heights) & (across[None] >= 0)
    return np.where(is_bar, to_levels(values)[row], 0).astype(np.uint8)


class WithoutMemory:
    """The frame's disparity without memory, in the lane's own range."""

    def paint(self, given: Given) -> InsidePicture:
        """Levels as those of the lane."""
        far, near = given.lane.display_range
        levels = quantise(_without(given), (far, near))
        unit = _UNITS[given.lane.depth.unit]
        return InsidePicture(levels, far, near, unit, "far", "near")


class ChangeByMemory:
    """How far disparity with memory is from that without."""

    def __init__(self) -> None:
        self._limit = Limit()

    def paint(self, given: Given) -> InsidePicture:
        """|difference| in the lane's unit."""
        change = np.abs(given.lane.depth.disparity - _without(given))
        change = np.nan_to_num(np.asarray(change, np.float32))
        high = self._limit.follow(change[::4, ::4], given)
        unit = _UNITS[given.lane.depth.unit]
        note = f"mean {change.mean():.3g}"
        levels = to_levels(np.asarray(change / high, np.float32))
        return InsidePicture(levels, 0.0, high, unit, "equal", "changed", note)


QUANTITIES = {
    "half-life": Quantity(
        frozenset({Part.HALF_LIFE}), "of the state, not of what is shown", HalfLifeBars
    ),
    "share": Quantity(
        frozenset({Part.SHARE}),
        "of the memory's output, not of disparity",
        lambda: MapPainter(_share, "of the output", "this frame", "past", fixed=1.0),
    ),
    "correction": Quantity(
        frozenset({Part.CORRECTION}),
        "a large correction need not be a good one",
        lambda: MapPainter(_correction, "norm", "untouched", "corrected"),
    ),
    "gate": Quantity(
        frozenset({Part.GATE}),
        "open where the frame before may be used, not where it is right",
        lambda: MapPainter(_gate, "gate", "this frame", "frame before", fixed=1.0),
    ),
    "alone": Quantity(
        frozenset({Part.ALONE}), "one frame only; its noise is new each time", WithoutMemory,
        is_live=False,
    ),
    "change": Quantity(
        frozenset({Part.ALONE}), "different is not better", ChangeByMemory, is_live=False
    ),
}  # fmt: skip
