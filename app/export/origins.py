"""Where each exported file came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from app.export.tables import GrowingTable
from models.frames import Frame

ORIGINS = "frames.csv"


@dataclass(slots=True)
class Origins:
    """`frames.csv`: a line for each file and frame, and the same for a JSON file.

    Attributes
    ----------
    entries
        By file, in order: name of the source, number of the frame in it, seconds from its start.
    """

    folder: Path
    title: str
    entries: list[dict[str, object]] = field(default_factory=list)
    _table: GrowingTable = field(init=False)
    _numbers: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        columns = ("file", "source", "index", "time_s")
        self._table = GrowingTable(self.folder / ORIGINS, columns)

    @property
    def results(self) -> int:
        """Number of different frames."""
        return len(self._numbers)

    def add(self, frame: Frame, files: Iterable[str]) -> None:
        """Note the files that `frame` was written to.

        Raises
        ------
        OSError
            If that cannot be written.
        """
        source, time_s = frame.name or self.title, round(frame.time_s, 6)
        for file in files:
            self._table.add((file, source, frame.index, time_s))
            self.entries.append(
                {"file": file, "source": source, "index": frame.index, "time_s": time_s}
            )
        self._numbers.add(frame.index)

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._table.close()
