"""A recording as a source: its frames carry the lanes' results, so nothing is computed again."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from app.core.source import Ended, Reading, SourceInfo
from app.media.mp4_file import TICKS_PER_S
from app.recording.damage import Damage
from app.recording.format import LANES
from app.recording.index import FrameEntry
from app.recording.pictures import Pictures
from app.recording.reader import Recording
from models.frames import Frame, RecordedLane
from models.geometry import Intrinsics


class RecordingSource:
    """Replays a recording's folder.

    `Frame.index` counts the recorded frames from 0; a frame continues the one before it in the same
    segment only if it did so when it was recorded.

    Raises
    ------
    SourceError
        If it is no recording or nothing can be read.
    """

    def __init__(self, folder: str | Path) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._position = 0
        self._segment = 0
        self._shot = 0
        self._last: FrameEntry | None = None
        self._pictures: Pictures | None = None
        self._part = -1
        self._recording = Recording(Path(folder))
        self._has_lanes = bool(self._recording.models)
        self._damage = Damage(self._recording.contents.problems)
        frames, seconds = self._recording.frames, self._recording.seconds
        self._info = SourceInfo(
            spec=str(folder),
            title=f"Recording of {self._recording.manifest.source}",
            live=False,
            size=self._recording.size(frames[0]),
            fps=(len(frames) - 1) / seconds if seconds > 0 else None,
            frame_count=len(frames),
            note=_note(self._recording, self._damage),
        )

    @property
    def info(self) -> SourceInfo:
        return self._info

    def read(self, timeout_s: float) -> Reading:
        """The next frame with its lanes, or Ended; frames with a damaged picture are skipped."""
        deadline = time.monotonic() + timeout_s
        with self._lock:
            while not self._closed:
                if self._position >= len(self._recording.frames):
                    return Ended()
                entry = self._recording.frames[self._position]
                frame = self._frame(entry)
                self._position += 1
                if frame is not None:
                    return frame
                if time.monotonic() > deadline:
                    return None
            return None

    def seek(self, index: int) -> None:
        """Make `index` (clamped) exactly the next frame."""
        with self._lock:
            self._position = max(0, min(index, len(self._recording.frames) - 1))
            self._last = None
            self._segment += 1

    def close(self) -> None:
        """Close the files, after the frame that is being read."""
        with self._lock:
            self._closed = True
            if self._pictures is not None:
                self._pictures.close()
            self._recording.close()

    def _frame(self, entry: FrameEntry) -> Frame | None:
        rgb = self._pictures_of(entry.part).read(self._recording.picture_ticks(entry))
        if rgb is None:
            self._damage.pictures.add(entry.number)
            self._tell_damage()
            self._last = None
            self._segment += 1
            return None
        if not self._follows(entry):
            self._segment += 1
        self._last = entry
        self._shot += entry.cut
        width, height = self._recording.size(entry)
        k = entry.intrinsics
        lanes = self._lanes(entry) if self._has_lanes else None
        damaged = frozenset(entry.lanes) - frozenset(lanes or ())
        if damaged:
            self._damage.maps.update((entry.number, name) for name in damaged)
            self._tell_damage()
        return Frame(
            rgb=rgb,
            index=self._position,
            segment=self._segment,
            captured_ns=time.monotonic_ns(),
            time_s=(entry.ticks - self._recording.frames[0].ticks) / TICKS_PER_S,
            intrinsics=None if k is None else Intrinsics(*k, width, height),
            recorded=lanes,
            damaged_lanes=damaged,
            shot=self._shot,  # frames were dropped while recording, so it cannot be found again
        )

    def _lanes(self, entry: FrameEntry) -> Mapping[str, RecordedLane]:
        lanes: dict[str, RecordedLane] = {}
        for name in LANES:
            if (lane := self._recording.lane(entry, name, self._position)) is not None:
                lanes[name] = lane
        return lanes

    def _tell_damage(self) -> None:
        note = _note(self._recording, self._damage)
        self._info = dataclasses.replace(self._info, note=note)

    def _follows(self, entry: FrameEntry) -> bool:
        last = self._last
        if last is None:
            return True  # the break was counted when it was detected
        return (last.segment, last.part) == (
            entry.segment,
            entry.part,
        ) and entry.number not in self._recording.contents.lost_before

    def _pictures_of(self, part: int) -> Pictures:
        if self._pictures is None or part != self._part:
            if self._pictures is not None:
                self._pictures.close()
            self._pictures = self._recording.pictures(part)
            self._part = part
        return self._pictures


def _note(recording: Recording, damage: Damage) -> str:
    contents = recording.contents
    if sentences := damage.sentences():
        return " ".join((*sentences, "Run replay --check to see all that is damaged."))
    if contents.gaps:
        return f"{contents.gaps} frames are missing because they could not be recorded in time."
    if not contents.ended:
        return "This recording is incomplete; all but its newest frames are here."
    return ""
