"""Compiled networks on disk, found again by what they were compiled from."""

from __future__ import annotations

import logging
import os
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.frames import UInt8

log = logging.getLogger(__name__)

_CHECKSUM_BYTES = 4


@dataclass(frozen=True, slots=True)
class BlobCache:
    """Files of `folder`, the least recently used of which give way to new ones.

    A file that cannot be read or written, or whose content is not what was written, is as if it
    were not there: a cache costs time when it fails, nothing else.

    Attributes
    ----------
    most_bytes
        Of all files together, in bytes.
    """

    folder: Path
    most_bytes: int = 2_000_000_000

    def read(self, key: str) -> UInt8 | None:
        """What was written under `key`, (n,) bytes, or None."""
        path = self._path(key)
        try:
            content = np.fromfile(path, np.uint8)
        except OSError:
            return None
        blob, checksum = content[:-_CHECKSUM_BYTES], content[-_CHECKSUM_BYTES:].tobytes()
        if checksum != _checksum(blob):
            return None
        with suppress(OSError):
            os.utime(path)
        return blob

    def write(self, key: str, blob: bytes) -> None:
        """Keep `blob` under `key`; readers see all of it or nothing."""
        path = self._path(key)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._make_room(len(blob))
            draft.write_bytes(blob + _checksum(blob))
            draft.replace(path)
        except OSError as error:
            log.warning("a compiled network cannot be kept: %s", error)
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.blob"

    def _make_room(self, size: int) -> None:
        files = [(path.stat(), path) for path in self.folder.glob("*.blob")]
        files.sort(key=lambda item: item[0].st_mtime)
        total = size + sum(stat.st_size for stat, _ in files)
        for stat, path in files:
            if total <= self.most_bytes:
                return
            path.unlink(missing_ok=True)
            total -= stat.st_size


def _checksum(blob: Any) -> bytes:
    return zlib.crc32(blob).to_bytes(_CHECKSUM_BYTES)
