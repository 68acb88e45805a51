"""All frames of a file, in order and with their times."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Place = tuple[int | None, int | None]
"""Time stamp of a packet and its position in the file."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameTable:
    """All frames of a file in order of presentation.

    Attributes
    ----------
    packets
        (N,) int64, the packet of each frame; packets are counted in the order of the file.
    pts
        (N,) int64, the file's own time stamps, in units of `time_base`.
    times
        (N,) int64, never decreasing: like `pts`, but where stamps start again they go on.
    runs
        (N,) int64, never decreasing; changes where time stamps start again.
    keys
        (K,) int64, ascending, packets from which decoding can start.
    time_base
        Seconds per unit.
    places
        Packets of `keys` by what they look like after a jump; None for those that look alike.
    is_ordered
        False if the packets have no times: the order is known only from decoding.
    missing_s
        How much shorter the file is than its header says; 0 if it is complete.
    left_out
        Number of frames at the start that cannot be decoded, since the file begins between two key
        frames; they are not in the table.
    """

    packets: Int64
    pts: Int64
    times: Int64
    runs: Int64
    keys: Int64
    time_base: Fraction
    places: dict[Place, int | None]
    is_ordered: bool = True
    missing_s: float = 0.0
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.packets)

    def time_s(self, index: int) -> float:
        """Seconds from the first frame to frame `index`, which is clamped."""
        last = len(self.times) - 1
        return float((int(self.times[min(index, last)]) - int(self.times[0])) * self.time_base)

    def beginning_with(self, packet: int) -> FrameTable:
        """The table without the frames before the one in `packet`."""
        found = np.flatnonzero(self.packets == packet)
        if not len(found) or found[0] == 0:
            return self
        first = int(found[0])
        return dataclasses.replace(
            self,
            packets=self.packets[first:],
            pts=self.pts[first:],
            times=self.times[first:],
            runs=self.runs[first:],
            left_out=self.left_out + first,
        )


class FrameNumbers:
    """Frame numbers by packet, and the packet to start decoding at. Made from a table once."""

    def __init__(self, table: FrameTable) -> None:
        self._table = table
        last = max(int(table.packets.max()), int(table.keys.max(initial=0)))
        self._frames = np.full(last + 1, -1, np.int64)
        self._frames[table.packets] = np.arange(len(table))

    def of_packet(self, packet: int) -> int | None:
        """Number of the frame in `packet`; None if it holds none."""
        if not 0 <= packet < len(self._frames):
            return None
        frame = int(self._frames[packet])
        return None if frame < 0 else frame

    def keys_before(self, index: int) -> Int64:
        """Key packets, ascending, that come before frame `index` in the file and on screen."""
        keys = self._table.keys
        keys = keys[: int(np.searchsorted(keys, self._table.packets[index], side="right"))]
        return keys[self._frames[keys] <= index]
