"""What the network remembers of a video, and which remembered frame stands in which slot.

Attention over time sees a window of 32 slots. With n frames before the new one, numbers below 0
meaning frame 0, they hold

    slot      0    1        2      3      ...   30     31
    frame     0    n-41     n-29   n-28   ...   n-1    n, the new one

Frame 0 stays for ever. Slot 1 repeats the place that a kept frame has at the end of the windows the
network was trained on, so eleven frames only wait to move into it. Frame 0 itself is alone in a
window of one slot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

SLOTS = 32
LATEST = 29
"""Slots 2 to 30 hold the last frames."""
KEPT = 41
"""Frames kept beside frame 0; the oldest of them goes to slot 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """One frame in one attention layer over time, without its position, which depends on the slot.

    Attributes
    ----------
    keys, values : Tensor
        (b, c, h w), in the precision they were computed in; half of that on a GPU.
    """

    keys: Tensor
    values: Tensor


Entry = tuple[Remembered, ...]
"""One frame in all attention layers: two for each of the four temporal modules, in order."""


@dataclass(frozen=True, slots=True, eq=False)
class VideoState:
    """The memory after a frame. A value: the next one shares its tensors and leaves it as it is.

    Attributes
    ----------
    first : Entry
        Frame 0.
    recent : tuple of Entry
        The last frames after frame 0, oldest first; at most 41.
    size : tuple of int
        (height, width) in pixels of every frame of this video, and (batch,) before them.
    """

    first: Entry
    recent: tuple[Entry, ...]
    size: tuple[int, int, int]

    def followed_by(self, entry: Entry) -> VideoState:
        """The state after one more frame."""
        return VideoState(self.first, (*self.recent, entry)[-KEPT:], self.size)

    def window(self, layer: int) -> Iterator[tuple[slice, Remembered]]:
        """The 31 old slots of an attention layer, each frame once with the slots that it fills."""
        latest = self.recent[-LATEST:]
        oldest = self.recent[0] if len(self.recent) == KEPT else None
        start = SLOTS - 1 - len(latest)
        if oldest is None:
            yield slice(0, start), self.first[layer]
        else:
            yield slice(0, 1), self.first[layer]
            yield slice(1, 2), oldest[layer]
        for slot, entry in enumerate(latest, start):
            yield slice(slot, slot + 1), entry[layer]
