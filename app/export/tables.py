"""Tables that grow by a line per frame."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from app.media.append_only import AppendOnlyFile


class GrowingTable:
    """A CSV file (UTF-8) whose lines are complete at any time; one that is there is replaced.

    Raises
    ------
    OSError
        If it cannot be written.
    """

    def __init__(self, path: Path, columns: Iterable[str]) -> None:
        self._file = AppendOnlyFile(path, replace=True)
        try:
            self.add(columns)
        except OSError:
            self._file.close()
            raise

    def add(self, values: Iterable[object]) -> None:
        """Append a line."""
        line = io.StringIO(newline="")
        csv.writer(line).writerow(values)
        self._file.append(line.getvalue().encode("utf-8", "backslashreplace"))

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()
