"""Check of a recording: reads every byte once, and decodes a few pictures."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from app.recording import disparity
from app.recording.damage import Damage
from app.recording.index import FrameEntry
from app.recording.reader import Recording
from models.errors import SourceError


@dataclass(frozen=True, slots=True)
class Verification:
    """Result of `verify`.

    Attributes
    ----------
    frames
        Number that can be replayed.
    gaps
        Number that could not be written in time.
    seconds
        From the first frame to the last.
    ended
        The recording was ended properly, not by a crash.
    problems
        What is damaged, one sentence each; empty if all that was written is intact.
    """

    frames: int
    gaps: int
    seconds: float
    ended: bool
    problems: tuple[str, ...]


def verify(folder: Path) -> Verification:
    """Check every disparity chunk and every picture's time.

    Raises
    ------
    SourceError
        If the recording is unreadable.
    """
    recording = Recording(folder)
    try:
        others = [*recording.contents.problems]
        damage = Damage(others, set(_damaged_maps(recording)))
        for number, entries in itertools.groupby(recording.frames, attrgetter("part")):
            damage.pictures.update(_missing_pictures(recording, number, list(entries), others))
        frames = len(recording.frames) - len(damage.pictures)
        if frames == 0:
            raise SourceError(
                f"No picture in the recording {folder.name} can be read; copy the folder again."
            )
        return Verification(
            frames,
            recording.contents.gaps,
            recording.seconds,
            recording.contents.ended,
            damage.sentences(),
        )
    finally:
        recording.close()


def _damaged_maps(recording: Recording) -> Iterator[tuple[int, str]]:
    """Frame number and lane of each map that cannot be read.

    Chunks follow each other in the file. One that begins before the end of another is damaged, so
    that no byte is read twice, however often an index names it.
    """
    end = 0
    for entry in recording.frames:
        for name, where in sorted(entry.lanes.items(), key=lambda lane: lane[1].at):
            if where.at < end:
                yield entry.number, name
                continue
            try:
                chunk = recording.chunk(entry, name)
                disparity.check(chunk, disparity.ChunkKey(entry.number, name))
                end = where.at + where.size_bytes
            except (OSError, ValueError, disparity.DamagedChunk):
                yield entry.number, name


def _missing_pictures(
    recording: Recording, number: int, entries: Sequence[FrameEntry], problems: list[str]
) -> list[int]:
    """Frames of a part without a picture; the first and the last picture are decoded."""
    try:
        pictures = recording.pictures(number)
    except SourceError as error:
        problems.append(str(error))
        return [entry.number for entry in entries]
    try:
        there = set(pictures.times().tolist())
        ends = {entries[0].number: entries[0], entries[-1].number: entries[-1]}
        for entry in ends.values():
            ticks = recording.picture_ticks(entry)
            if ticks in there and pictures.read(ticks) is None:
                problems.append(f"The picture of frame {entry.number} can't be decoded.")
    except SourceError as error:
        problems.append(str(error))
        return [entry.number for entry in entries]
    finally:
        pictures.close()
    return [entry.number for entry in entries if recording.picture_ticks(entry) not in there]
