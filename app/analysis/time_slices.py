"""The x-t slices of both lanes: extended frame by frame, or rebuilt from the last frames.

Plain Python, used from the inference thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.analysis.history import History, HistoryEntry
from app.core.results import SLICE_FRAMES
from models.frames import UInt8
from renderers.xt_slice import XtSlice, window_for


@dataclass(frozen=True, slots=True, eq=False)
class SlicesShown:
    """By lane: (n * SLICE_FRAMES, W) levels, lines known, and breaks as (age in lines, kind)."""

    pictures: dict[str, UInt8]
    frames: dict[str, int]
    window: int
    breaks: dict[str, tuple[tuple[int, str], ...]]


class TimeSlices:
    """One row of the picture over the last frames, per lane.

    All lines belong to the same row, without gaps. After the row moved or the view was off, slices
    begin with the frames that `History` still holds.
    """

    def __init__(self) -> None:
        self._slices: dict[str, XtSlice] = {}
        self._line: float | None = None
        self._newest: HistoryEntry | None = None

    def clear(self) -> None:
        """Remove every line; the next picture is rebuilt from the history."""
        self._slices.clear()
        self._newest = None

    def forget(self, lane: str) -> None:
        """Remove the lines of a lane that now has another model."""
        self._slices.pop(lane, None)

    def show(self, history: History, line: float, height: int) -> SlicesShown:
        """The slices up to the newest of `history`.

        Parameters
        ----------
        history
            The last frames, at least one.
        line
            The row as a fraction of the picture's height.
        height
            Of the picture, for slices of about the same height.
        """
        entries = list(history)
        newest = entries[-1]
        before = entries[-2] if len(entries) > 1 else None
        follows = self._newest is newest or (self._newest is not None and self._newest is before)
        if line != self._line or not follows:
            self._slices.clear()  # lines of two rows in one picture would look like flicker
            self._line = line
        for name in newest.levels:
            width = newest.levels[name].shape[1]
            kept = self._slices.get(name)
            if kept is None or kept.width != width:
                kept = self._slices[name] = XtSlice(width, SLICE_FRAMES)
                for entry in entries:
                    _push(kept, entry, name, line)
            elif self._newest is not newest:
                _push(kept, newest, name, line)
        self._newest = newest
        return self._shown(newest, height)

    def renew(self, before: HistoryEntry, again: HistoryEntry, is_other: bool) -> None:
        """Handle a frame that was analysed again; its line stays unless a lane's result differs."""
        if self._newest is not before:
            return
        self._newest = again
        for name in again.levels if is_other else ():
            if (kept := self._slices.get(name)) is not None:
                _push(kept, again, name, self._line or 0.0, kept.replace)

    def _shown(self, newest: HistoryEntry, height: int) -> SlicesShown:
        shown = {name: self._slices[name] for name in newest.levels}
        frames = {name: kept.filled for name, kept in shown.items()}
        window = window_for(max(frames.values(), default=0), SLICE_FRAMES)
        enlarged = max(1, round(height / SLICE_FRAMES))  # to fill the height of a frame
        return SlicesShown(
            {name: kept.stretched(window, enlarged) for name, kept in shown.items()},
            frames,
            window,
            {name: kept.breaks() for name, kept in shown.items()},
        )


def _push(
    kept: XtSlice,
    entry: HistoryEntry,
    name: str,
    line: float,
    how: Callable[[UInt8, str], object] | None = None,
) -> None:
    levels = entry.levels.get(name)
    if levels is None or levels.shape[1] != kept.width:
        return
    kind = "cut" if entry.cut else "reset" if name in entry.fresh else ""
    row = min(len(levels) - 1, int(line * len(levels)))
    (how or kept.push)(levels[row], kind)
