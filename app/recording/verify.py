"""Check of a recording: reads every byte once, and decodes a few pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.recording import disparity
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
            raise SourceError(
                f"No picture in the recording {folder.name} can be read; copy the folder again."
            )
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
    """Number of the part's frames without a picture; its first and last are decoded."""
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
                problems.append(f"The picture of frame {entry.number} can't be decoded.")
    except SourceError as error:
        problems.append(str(error))
        return len(entries)
    finally:
        pictures.close()
    return sum(recording.picture_ticks(entry) not in there for entry in entries)
