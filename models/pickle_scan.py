"""How much work a pickle would be, found out without doing it.

torch's restricted unpickler runs no code, but goes on for as long as there are opcodes, and takes
as much memory as they ask for. A file of weights needs a few thousand of them.
"""

from __future__ import annotations

import pickletools
import zipfile
from pathlib import Path
from typing import IO, cast

MAX_OPCODES = 200_000
"""Some ten thousand tensors."""
MAX_BYTES = 16 << 20
"""Of all pickles of a file, without the tensors' values."""
MAX_ENTRIES = 50_000
"""Files in a zip file: one per tensor and a few more."""
_LEGACY_PICKLES = (
    5  # magic number, protocol, facts about the system, the content, names of storages
)


class TooMuchError(Exception):
    """The file asks for more work than weights can need, or is no pickle."""


def scan(path: Path, is_zip: bool) -> None:
    """Check the size of everything that reading the weights in `path` would unpickle or unpack.

    Raises
    ------
    TooMuchError
        If it is beyond all bounds or damaged.
    OSError
        If the file cannot be read.
    """
    try:
        if is_zip:
            _scan_zip(path)
        else:
            with path.open("rb") as file:
                _scan(_Bounded(file), _LEGACY_PICKLES)
    except (ValueError, IndexError, KeyError, EOFError, OverflowError, zipfile.BadZipFile) as error:
        raise TooMuchError(str(error)) from error
    except (NotImplementedError, RuntimeError) as error:  # packed or encrypted in another way
        raise TooMuchError(str(error)) from error


def _scan_zip(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        packed = [entry for entry in entries if entry.compress_type != zipfile.ZIP_STORED]
        if len(entries) > MAX_ENTRIES or packed:
            raise TooMuchError("too many files, or packed ones")
        if sum(entry.file_size for entry in entries) > path.stat().st_size:
            raise TooMuchError("files that overlap")
        for entry in entries:
            if entry.filename.endswith(".pkl"):
                with archive.open(entry) as file:
                    _scan(_Bounded(file), 1)


def _scan(file: _Bounded, pickles: int) -> None:
    count = 0
    for _ in range(pickles):
        for _ in pickletools.genops(cast("IO[bytes]", file)):
            count += 1
            if count > MAX_OPCODES:
                raise TooMuchError("too many opcodes")


class _Bounded:
    """A file that ends in an error after MAX_BYTES."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._left = MAX_BYTES

    def read(self, count: int) -> bytes:
        return self._counted(self._file.read(self._allowed(count)))

    def readline(self) -> bytes:
        return self._counted(self._file.readline(self._left))

    def tell(self) -> int:
        return self._file.tell()

    def _allowed(self, count: int) -> int:
        if count > self._left:
            raise TooMuchError("too long")
        return count

    def _counted(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left <= 0:
            raise TooMuchError("too long")
        return data
