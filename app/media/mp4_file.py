"""MP4 files that can be played up to their last fragment however writing ends.

While it is written, a file is fragmented: every fragment is appended whole, with its own table, and
nothing before it changes. Closing appends one table of everything and then turns what was written
so far into plain media data by replacing 16 bytes, so that strict readers find a usual MP4 with its
duration and number of frames. If the disk is full by then, the fragments stay as they are.

FFmpeg's muxer is not used: it starts a fragment only with a further picture, so that frames which
are rare would be lost or have to be repeated, and it may crash once a write has failed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.media import mp4_boxes as boxes
from app.media.append_only import AppendOnlyFile
from app.media.mp4_boxes import Samples, TrackFormat

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Track:
    format: TrackFormat
    waiting: Samples = field(default_factory=Samples)
    data: list[bytes] = field(default_factory=list)  # of what waits
    written: Samples = field(default_factory=Samples)
    chunks: list[tuple[int, int]] = field(default_factory=list)

    def end(self, given: int | None) -> int:
        """When the last sample that waits ends; `given` is for pictures."""
        last = self.waiting.times[-1]
        if self.format.is_sound:
            return last + boxes.AAC_SAMPLES
        return last + 1 if given is None else max(given, last + 1)

    def final_end(self, given: int | None) -> int:
        """When the track ends; the last picture lasts as long as the one before if not given."""
        times = self.written.times
        if self.format.is_sound:
            return times[-1] + boxes.AAC_SAMPLES
        if given is not None:
            return max(given, times[-1] + 1)
        usual = times[-1] - times[-2] if len(times) > 1 else self.format.timescale // 25
        return times[-1] + usual


class Mp4File:
    """Appends samples of the tracks to a file.

    Parameters
    ----------
    path
        A new file; one that is there is replaced if `replace`.
    formats
        The tracks; the first one is the video.

    Raises
    ------
    OSError
        If the file cannot be made or written.
    """

    def __init__(
        self, path: Path, formats: Sequence[TrackFormat], *, replace: bool = False
    ) -> None:
        self._tracks = [_Track(format_) for format_ in formats]
        self._fragments = 0
        self._file = AppendOnlyFile(path, replace=replace)
        try:
            self._reserved_at = self._file.append(boxes.file_type()) + len(boxes.file_type())
            tables = [boxes.empty_table(format_) for format_ in formats]
            start = boxes.movie(formats, tables, [0] * len(formats), is_fragmented=True)
            self._file.append(boxes.room_for_large_header() + start)
        except OSError:
            self._file.close()
            raise

    def add(self, track: int, time: int, data: bytes, is_key: bool = True) -> None:
        """Add a sample of a track, which is written with the next fragment.

        Parameters
        ----------
        track
            Its position among `formats`.
        time
            When it is shown, in the track's unit; it must increase, and the first is at 0.
        """
        to = self._tracks[track]
        to.waiting.add(time, len(data), is_key)
        to.data.append(data)

    def flush(self, end: int | None = None) -> None:
        """Write what was added as one fragment.

        Parameters
        ----------
        end
            When the last picture ends, in the video's unit, if that is known already. Otherwise it
            ends where the next fragment begins.

        Raises
        ------
        OSError
            If it cannot be written; the file ends with the fragment before it then, and what was
            added is dropped.
        """
        tracks = [track for track in self._tracks if track.data]
        if not tracks:
            return
        runs = [(track.format, track.waiting, track.end(end)) for track in tracks]
        header, offsets = boxes.fragment_header(self._fragments + 1, runs)
        data = boxes.box(b"mdat", *(piece for track in tracks for piece in track.data))
        waiting = [track.waiting for track in tracks]
        for track in tracks:
            track.waiting, track.data = Samples(), []
        begin = self._file.append(header + data)
        self._fragments += 1
        for track, new, offset in zip(tracks, waiting, offsets, strict=True):
            track.chunks.append((begin + offset, len(new.times)))
            first = len(track.written.times)
            track.written.keys.extend(first + number for number in new.keys)
            track.written.times.extend(new.times)
            track.written.sizes.extend(new.sizes)

    def close(self, end: int | None = None) -> None:
        """Write what was added, and the table of everything; close the file in any case.

        Parameters
        ----------
        end
            When the last picture ends, in the video's unit; None gives it the duration of the one
            before.

        Raises
        ------
        OSError
            If something cannot be written; all fragments that were written can still be played.
        """
        try:
            try:
                self.flush(end)
            finally:
                self._write_table(end)
        finally:
            self._file.close()

    def _write_table(self, end: int | None) -> None:
        tracks = [track for track in self._tracks if track.chunks]
        if not tracks:
            return
        fragments_end = self._file.size_bytes
        ends = [track.final_end(end) for track in tracks]
        tables = [
            boxes.sample_table(track.format, track.written, last, track.chunks)
            for track, last in zip(tracks, ends, strict=True)
        ]
        self._file.append(boxes.movie([track.format for track in tracks], tables, ends))
        try:
            media = boxes.large_media_header(fragments_end - self._reserved_at)
            self._file.overwrite(self._reserved_at, media)
        except OSError:
            self._file.cut(fragments_end)
            raise
