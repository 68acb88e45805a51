"""A file that grows by complete records, whatever happens to the disk meanwhile."""

from __future__ import annotations

import contextlib
import errno
import io
import os
from pathlib import Path


class AppendOnlyFile:
    """A new file that only grows by complete records: partly written ones are cut off again.

    Parameters
    ----------
    path
        The file.
    replace
        Whether a file that is there is replaced; else it raises FileExistsError.
    """

    def __init__(self, path: Path, *, replace: bool = False) -> None:
        self._file = io.FileIO(path, "w" if replace else "x")
        self.size_bytes = 0

    def append(self, record: bytes) -> int:
        """Append `record` completely and return its position.

        Raises
        ------
        OSError
            If it cannot be written; the file then ends with the record before it.
        """
        begin = self.size_bytes
        rest = memoryview(record)
        try:
            while rest:
                written = self._file.write(rest)
                if not written:  # a write that gets nowhere would be repeated for ever
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                rest = rest[written:]
        except OSError:
            with contextlib.suppress(OSError):  # of a device; the first error says more
                self._file.truncate(begin)
            self._file.seek(begin)
            raise
        self.size_bytes += len(record)
        return begin

    def overwrite(self, at: int, record: bytes) -> None:
        """Replace the bytes at `at`, which must all be inside the file.

        Raises
        ------
        OSError
            If they cannot be written.
        """
        self._file.seek(at)
        try:
            if self._file.write(record) != len(record):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
        finally:
            self._file.seek(self.size_bytes)

    def cut(self, size_bytes: int) -> None:
        """Remove what lies behind the first `size_bytes`.

        Raises
        ------
        OSError
            If that fails.
        """
        self._file.truncate(size_bytes)
        self._file.seek(size_bytes)
        self.size_bytes = size_bytes

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()
