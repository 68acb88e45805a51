"""Is a recording whole? Reads every byte of it once, and decodes a few pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.recording import disparity
from app.recording.index import FrameEntry
from app.recording.reader import Recording
from models.errors import SourceError


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found.

    frames : that can be replayed; gaps : that could not be written in time; seconds : from the
        first to the last.
    ended : the recording was ended in order, not by a crash.
    problems : what is damaged, a sentence each; empty if everything that was written is whole.
    """

    frames: int
    gaps: int
    seconds: float
    ended: bool
    problems: tuple[str, ...]


def verify(folder: Path) -> Verification:
    """Check every disparity chunk and every picture's place. Raises SourceError if unreadable."""
    recording = Recording(folder)
    try:
        problems = [*recording.contents.problems]
        damaged = sum(_damaged_lanes(recording, entry) for entry in recording.frames)
        if damaged:
            problems.append(f"{damaged} disparity maps are damaged.")
        missing = 0
        for number in sorted({entry.part for entry in recording.frames}):
            missing += _missing_pictures(recording, number, problems)
        if missing:
            problems.append(f"{missing} pictures are missing.")
        frames = len(recording.frames) - missing
        if frames == 0:
            raise SourceError(f"No picture of the recording {folder.name} can be read any more.")
        return Verification(
            frames,
            recording.contents.gaps,
            recording.seconds,
            recording.contents.ended,
            tuple(problems),
        )
    finally:
        recording.close()


def _damaged_lanes(recording: Recording, entry: FrameEntry) -> int:
    damaged = 0
    for name in entry.lanes:
        try:
            disparity.check(recording.chunk(entry, name), disparity.ChunkKey(entry.number, name))
        except (OSError, ValueError, disparity.DamagedChunk):
            damaged += 1
    return damaged


def _missing_pictures(recording: Recording, number: int, problems: list[str]) -> int:
    """How many of the part's frames have no picture; its first and last are decoded."""
    entries = [entry for entry in recording.frames if entry.part == number]
    try:
        pictures = recording.pictures(number)
    except SourceError as error:
        problems.append(str(error))
        return len(entries)
    try:
        there = set(pictures.times().tolist())
        ends = {entries[0].number: entries[0], entries[-1].number: entries[-1]}
        for entry in ends.values():
            ticks = recording.picture_ticks(entry)
            if ticks in there and pictures.read(ticks) is None:
                problems.append(f"The picture of frame {entry.number} cannot be decoded.")
    except SourceError as error:
        problems.append(str(error))
        return len(entries)
    finally:
        pictures.close()
    return sum(recording.picture_ticks(entry) not in there for entry in entries)
