"""Writes one recording's folder, frame by frame; used from the recorder's thread only.

The order within a frame matters: disparity first, then pictures, then the index line, so that a
line never refers to a missing chunk.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.core.results import FrameResult
from app.media.append_only import AppendOnlyFile
from app.media.mp4_file import TICKS_PER_S
from app.recording import disparity
from app.recording.composite import composite_size, side_by_side
from app.recording.format import (
    DISPARITY,
    INDEX,
    LANES,
    MAX_PARTS,
    composite_name,
    inside_name,
    source_name,
)
from app.recording.index import (
    EndEntry,
    Entry,
    FrameEntry,
    GapEntry,
    LaneEntry,
    PartEntry,
    SettingEntry,
    encode_entry,
)
from app.recording.movie import MovieWriter, SoundFormat
from app.recording.sound import SoundBlock
from app.recording.timeline import Timeline
from app.system.whole_files import write_whole
from models.errors import UserError
from models.inside.files import as_npz
from renderers import colormap
from renderers.letterbox import letterboxed

UInt8 = NDArray[np.uint8]

log = logging.getLogger(__name__)

_EARLY_BLOCKS = 500  # about ten seconds


@dataclass(frozen=True, slots=True)
class Content:
    """What a recording holds besides the source's pictures.

    Attributes
    ----------
    disparity
        The lanes' disparity.
    composite
        A video of the source and both lanes side by side.
    colormap
        The colours of that video.
    inside
        Intermediate results, as far as the frames have any.
    """

    disparity: bool = True
    composite: bool = True
    colormap: str = colormap.COLORMAPS[0]
    inside: bool = False


class RecordingWriter:
    """Writes the files of one recording.

    Raises
    ------
    OSError
        If something cannot be written.
    """

    def __init__(
        self, folder: Path, content: Content, timeline: Timeline, sound: SoundFormat | None = None
    ) -> None:
        self._folder = folder
        self._content = content
        self._timeline = timeline
        self._sound = sound
        self._colours = colormap.table(content.colormap)
        self._index = AppendOnlyFile(folder / INDEX)
        self._disparity = AppendOnlyFile(folder / DISPARITY)
        self._part: PartEntry | None = None
        self._part_captured_ns = 0
        self._early_sound: deque[SoundBlock] = deque(maxlen=_EARLY_BLOCKS)
        self._source: MovieWriter | None = None
        self._composite: MovieWriter | None = None
        self._composite_size: tuple[int, int] | None = None
        self._composite_ticks = -1
        self.frames = 0
        self.gaps = 0

    @property
    def seconds(self) -> float:
        """Length of what was written, from its first frame to its last."""
        return max(0, self._timeline.last) / TICKS_PER_S

    def write(self, result: FrameResult, gap: int = 0) -> None:
        """Append a frame; `gap` frames before it were lost."""
        self.note_gap(gap)
        ticks = self._timeline.ticks(result.frame)
        part = self._part_for(result, ticks)
        lanes = self._write_lanes(result) if self._content.disparity else {}
        assert self._source is not None
        self._source.write(result.frame.rgb, ticks - part.ticks)
        if self._content.composite:
            self._write_composite(side_by_side(result, self._colours), ticks - part.ticks)
        if self._content.inside:
            self._write_inside(result)
        frame, k = result.frame, result.frame.intrinsics
        entry = FrameEntry(
            number=self.frames,
            part=part.part,
            ticks=ticks,
            source_index=frame.index,
            segment=frame.segment,
            time_s=frame.time_s,
            captured_ns=self._timeline.since_start_ns(frame),
            dropped=result.dropped,
            cut=result.cut,
            lanes=lanes,
            intrinsics=None if k is None else (k.fx, k.fy, k.cx, k.cy),
        )
        self._append(entry)
        self.frames += 1

    def write_sound(self, block: SoundBlock) -> None:
        """Append sound; samples before the first frame's capture are dropped."""
        if self._sound is None:
            return
        if self._part is None:  # the first frame may have been captured before this
            self._early_sound.append(block)
            return
        since_part_s = (block.captured_ns - self._part_captured_ns) / 1e9
        start = round(since_part_s * self._sound.rate)
        for movie in (self._source, self._composite):
            if movie is not None:
                movie.write_sound(block.samples, start)

    def note_gap(self, frames: int) -> None:
        """Record that `frames` were lost here."""
        if frames:
            self.gaps += frames
            self._append(GapEntry(frames))

    def note_setting(self, entry: SettingEntry) -> None:
        """Record a setting that changed before the next frame."""
        self._append(entry)

    def close(self, reason: str = "") -> None:
        """Finish every file as far as possible; `reason` says what forced the end, if anything."""
        self._close_movies()
        try:
            self._append(EndEntry(self.frames, self.gaps, reason))
        except OSError as error:  # full or gone; the recording replays without its last line
            log.warning("the end of the index could not be written: %s", error)
        finally:
            self._index.close()
            self._disparity.close()

    def _part_for(self, result: FrameResult, ticks: int) -> PartEntry:
        size = result.frame.size
        if self._part is not None and (self._part.width, self._part.height) == size:
            return self._part
        number = 0 if self._part is None else self._part.part + 1
        if number >= MAX_PARTS:
            raise UserError(
                f"Recording stopped because the picture size changed {number} times; everything up "
                "to then is saved."
            )
        self._close_movies()
        self._part = PartEntry(number, *size, ticks)
        self._part_captured_ns = result.frame.captured_ns
        self._source = MovieWriter(self._folder / source_name(number), size, self._sound)
        self._append(self._part)
        self._write_early_sound()
        return self._part

    def _write_early_sound(self) -> None:
        early = [
            block for block in self._early_sound if block.captured_ns >= self._part_captured_ns
        ]
        self._early_sound.clear()
        for block in early:
            self.write_sound(block)

    def _write_lanes(self, result: FrameResult) -> dict[str, LaneEntry]:
        entries: dict[str, LaneEntry] = {}
        for name in LANES:
            if (lane := result.lanes.get(name)) is not None:
                chunk = disparity.pack(disparity.ChunkKey(self.frames, name), lane.depth)
                at = self._disparity.append(chunk)
                entries[name] = LaneEntry(lane.model, at, len(chunk))
        return entries

    def _write_inside(self, result: FrameResult) -> None:
        for name, lane in result.lanes.items():
            if lane.inside is not None and lane.inside.arrays:
                write_whole(self._folder / inside_name(self.frames, name), as_npz(lane.inside))

    def _write_composite(self, rgb: UInt8, ticks: int) -> None:
        assert self._part is not None
        if self._composite is None:
            size = composite_size((self._part.width, self._part.height))
            path = self._folder / composite_name(self._part.part)
            self._composite = MovieWriter(path, size, self._sound)
            self._composite_size, self._composite_ticks = size, -1
        assert self._composite_size is not None
        if ticks > self._composite_ticks:
            self._composite.write(letterboxed(rgb, self._composite_size, colormap.UNKNOWN), ticks)
            self._composite_ticks = ticks

    def _close_movies(self) -> None:
        for movie in (self._source, self._composite):
            if movie is not None:
                movie.close()
        self._source = self._composite = None

    def _append(self, entry: Entry) -> None:
        self._index.append(encode_entry(entry))
