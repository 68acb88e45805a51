"""Reading of recordings; everything is checked before it is used.

A recording may be untrusted, damaged or incomplete. What cannot be used is left out and listed in
`problems`; opening fails, with one sentence, only if nothing is left.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.media.mp4_file import TICKS_PER_S
from app.recording import disparity
from app.recording.format import (
    DISPARITY,
    INDEX,
    regular_file,
)
from app.recording.index import (
    EndEntry,
    Entry,
    FrameEntry,
    GapEntry,
    PartEntry,
    SettingEntry,
    decode_entry,
    read_lines,
)
from app.recording.manifest import Manifest, read_manifest
from app.recording.pictures import Pictures
from models.errors import SourceError
from models.frames import RecordedLane

log = logging.getLogger(__name__)

MAX_LINES = 1_000_000
"""Of an index: nine hours at 30 frames per second."""
MAX_INDEX_BYTES = 512 << 20
MAX_DAMAGED_LINES = 10_000
"""Lines that make no sense, after which the rest of an index is not read."""
_CHUNK_BYTES_PER_PIXEL = 4  # twice the size of incompressible values


@dataclass(frozen=True, slots=True)
class Contents:
    """Contents of the index.

    Attributes
    ----------
    frames
        In order.
    parts
        By number.
    lost_before
        Numbers of frames that come after lost ones.
    gaps
        Number of frames that were lost in all.
    ended
        The recording was ended properly.
    problems
        What could not be used, one sentence each.
    """

    frames: tuple[FrameEntry, ...]
    parts: Mapping[int, PartEntry]
    lost_before: frozenset[int]
    gaps: int
    ended: bool
    problems: tuple[str, ...]


class Recording:
    """An open recording. Reading lanes is thread-safe.

    Raises
    ------
    SourceError
        If `folder` is not a recording or nothing in it can be used.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: Manifest = read_manifest(folder)
        contents = _read_index(regular_file(folder, INDEX))
        if not contents.ended:
            contents = _only_with_pictures(folder, contents)
        self.contents = contents
        if not contents.frames:
            raise SourceError(f"The recording {folder.name} has no complete frame; record again.")
        chunks = regular_file(folder, DISPARITY)
        self._disparity_bytes = chunks.stat().st_size
        self._disparity = chunks.open("rb", buffering=0)
        self._reading = threading.Lock()

    @property
    def frames(self) -> tuple[FrameEntry, ...]:
        """The recorded frames in order."""
        return self.contents.frames

    @property
    def seconds(self) -> float:
        """Seconds from the first frame to the last."""
        return (self.frames[-1].ticks - self.frames[0].ticks) / TICKS_PER_S

    @property
    def models(self) -> dict[str, str]:
        """By lane, the model of the first frame that has the lane."""
        found: dict[str, str] = {}
        for entry in self.frames:
            for name, lane in entry.lanes.items():
                found.setdefault(name, lane.model)
            if len(found) == 2:
                break
        return found

    def size(self, entry: FrameEntry) -> tuple[int, int]:
        """(width, height) of that frame."""
        part = self.contents.parts[entry.part]
        return part.width, part.height

    def pictures(self, part: int) -> Pictures:
        """Open the pictures of `part`.

        Raises
        ------
        SourceError
            If the file is missing or no MP4.
        """
        entry = self.contents.parts[part]
        return Pictures(self.folder, part, (entry.width, entry.height))

    def picture_ticks(self, entry: FrameEntry) -> int:
        """Presentation time of `entry` within its part's file."""
        return entry.ticks - self.contents.parts[entry.part].ticks

    def lane(self, entry: FrameEntry, name: str, frame_index: int) -> RecordedLane | None:
        """Result of lane `name` in that frame; None if it was off or is not readable."""
        where = entry.lanes.get(name)
        if where is None:
            return None
        try:
            key = disparity.ChunkKey(entry.number, name)
            depth = disparity.unpack(self.chunk(entry, name), key, frame_index)
        except (OSError, ValueError, disparity.DamagedChunk) as error:
            log.debug("frame %d, lane %s cannot be read: %s", entry.number, name, error)
            return None
        width, height = self.size(entry)
        if depth.disparity.shape != (height, width):
            log.debug("frame %d, lane %s has another size", entry.number, name)
            return None
        return RecordedLane(where.model, depth)

    def chunk(self, entry: FrameEntry, name: str) -> bytes:
        """The bytes of a lane's chunk.

        Raises
        ------
        DamagedChunk
            If there is none at that place (OSError if reading fails).
        """
        where = entry.lanes[name]
        width, height = self.size(entry)
        longest = disparity.HEADER_BYTES + _CHUNK_BYTES_PER_PIXEL * (width * height + 64)
        if where.size_bytes > longest or where.at + where.size_bytes > self._disparity_bytes:
            raise disparity.DamagedChunk("the index points beyond the file")
        with self._reading:
            self._disparity.seek(where.at)
            return self._disparity.read(where.size_bytes)

    def close(self) -> None:
        """Close the files; may be called twice."""
        with self._reading:
            self._disparity.close()


@dataclass(slots=True)
class _ContentsBuilder:
    """Builds Contents from entries in file order, refusing contradictory ones."""

    frames: list[FrameEntry] = field(default_factory=list)
    parts: dict[int, PartEntry] = field(default_factory=dict)
    lost_before: set[int] = field(default_factory=set)
    gaps: int = 0
    ended: bool = False
    refused: int = 0
    lost: bool = False

    def add(self, entry: Entry) -> None:
        match entry:
            case PartEntry():
                self.parts.setdefault(entry.part, entry)
            case GapEntry(frames):
                self.gaps += frames
                self.lost = True
            case EndEntry():
                self.ended = True
            case SettingEntry():
                pass  # for people
            case FrameEntry():
                self._add_frame(entry)

    def _add_frame(self, entry: FrameEntry) -> None:
        part = self.parts.get(entry.part)
        last = self.frames[-1] if self.frames else None
        follows = last is None or (
            entry.number > last.number and entry.ticks > last.ticks and entry.part >= last.part
        )
        if part is None or entry.ticks < part.ticks or not follows:
            self.refused += 1
            return
        missing = entry.number != (0 if last is None else last.number + 1)
        if self.lost or missing:
            self.lost_before.add(entry.number)
        self.lost = False
        self.frames.append(entry)


def _read_index(path: Path) -> Contents:
    builder = _ContentsBuilder()
    damaged, last_is_torn, bytes_read, is_cut = 0, False, 0, False
    try:
        for count, line in enumerate(read_lines(path)):
            bytes_read += len(line)
            if (
                count >= MAX_LINES
                or bytes_read > MAX_INDEX_BYTES
                or damaged + builder.refused > MAX_DAMAGED_LINES
            ):
                is_cut = True
                break
            entry = decode_entry(line)
            last_is_torn = entry is None and not line.endswith(b"\n")
            damaged += entry is None
            if entry is not None:
                builder.add(entry)
    except OSError as error:
        raise SourceError(
            f"Can't read the index of {path.parent.name}; copy the recording again."
        ) from error
    damaged += builder.refused - last_is_torn  # a crash leaves a torn last line
    problems = [f"{damaged} lines of the index are damaged."] if damaged else []
    if is_cut:
        problems.append("The index is too long or too damaged; the rest was not read.")
    return Contents(
        tuple(builder.frames),
        builder.parts,
        frozenset(builder.lost_before),
        builder.gaps,
        builder.ended and not damaged and not is_cut,
        tuple(problems),
    )


def _only_with_pictures(folder: Path, contents: Contents) -> Contents:
    """Drop frames whose pictures were not on disk when writing broke off."""
    there: set[tuple[int, int]] = set()
    problems = list(contents.problems)
    for number in sorted({entry.part for entry in contents.frames}):
        part = contents.parts[number]
        try:
            pictures = Pictures(folder, number, (part.width, part.height))
        except SourceError as error:
            problems.append(str(error))
            continue
        there.update((number, int(ticks) + part.ticks) for ticks in pictures.times())
        pictures.close()
    frames = tuple(e for e in contents.frames if (e.part, e.ticks) in there)
    return Contents(
        frames,
        contents.parts,
        contents.lost_before,
        contents.gaps,
        contents.ended,
        tuple(problems),
    )
