"""A file on a web server as an object that FFmpeg reads, and seeks in if it asked for that."""

from __future__ import annotations

import contextlib
import http.client
import os
import tempfile
import threading
from typing import IO
from urllib.parse import urlsplit

from app.media.allowance import Allowance
from app.media.http import WebClient
from models.errors import SourceError

SPOOL_BYTES = 1 << 30
"""Most of a file that is kept on disk while its server cannot be sought in."""
_READ_ON_BYTES = 256 << 10  # a jump ahead up to which reading on is faster than asking again
_CHUNK_BYTES = 64 << 10
_FORMATS = {
    "application/vnd.apple.mpegurl": "hls",
    "application/x-mpegurl": "hls",
    "audio/mpegurl": "hls",
    "application/dash+xml": "dash",
}
"""FFmpeg's demuxer by content type, for playlists whose address does not end as usual."""


class RemoteStream:
    """Read from its start to its end only.

    Parameters
    ----------
    client
        Connects.
    url
        Where it is.
    first, last
        The part to read, in bytes; None for all.
    allowance
        Counts what a live stream sends; None for a file.

    Raises
    ------
    SourceError, OSError
        If it cannot be opened; see WebClient.request.
    """

    def __init__(
        self,
        client: WebClient,
        url: str,
        first: int | None = None,
        last: int | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        self._client = client
        self._allowance = allowance
        self._closing = threading.Event()
        self._answer = client.request(url, first, last)
        self.name = self._answer.geturl()
        """Its address after redirects."""

    @property
    def container_format(self) -> str | None:
        """The demuxer that the content type demands; None to go by the content."""
        return _FORMATS.get(self._answer.headers.get_content_type())

    def seekable(self) -> bool:
        """Whether `seek` may be called."""
        return False

    def read(self, count: int) -> bytes:
        """Up to `count` bytes, as soon as there are some; empty at the end."""
        return self._receive(count)

    def interrupt(self) -> None:
        """Make a blocked read return, here and in what a playlist named. Any thread may call it."""
        self._closing.set()
        self._client.interrupt()

    def close(self) -> None:
        """End the connection; may be called twice."""
        self._closing.set()
        self._answer.close()

    def _receive(self, count: int) -> bytes:
        if self._closing.is_set():
            return b""
        try:
            data = self._answer.read1(count)
        except TimeoutError:
            raise
        except (OSError, ValueError, AttributeError, http.client.HTTPException) as error:
            if self._closing.is_set():
                return b""
            raise SourceError(
                f"{urlsplit(self.name).hostname} broke off while sending; try again."
            ) from error
        if self._allowance is not None:
            try:
                self._allowance.spend(len(data))
            except SourceError:
                self._closing.set()  # FFmpeg asks again after an error
                raise
        return data


class RemoteFile(RemoteStream):
    """Can be sought in: by ranges, or through a copy on disk where the server knows none."""

    def __init__(self, client: WebClient, url: str) -> None:
        super().__init__(client, url, 0)
        self._position = 0
        self._received = 0  # position in the answer
        self._size = _size(self._answer)
        self._copy: IO[bytes] | None = None
        if self._answer.status != http.client.PARTIAL_CONTENT:
            self._copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()

    def seekable(self) -> bool:
        """Whether `seek` may be called."""
        return True

    def tell(self) -> int:
        """Position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Set the position; nothing is asked of the server before the next read."""
        if whence == os.SEEK_CUR:
            offset += self._position
        elif whence == os.SEEK_END:
            offset += self._length()
        self._position = max(0, offset)
        return self._position

    def read(self, count: int) -> bytes:
        """Up to `count` bytes from the position on; empty at the end."""
        if self._copy is not None:
            data = self._from_copy(self._copy, count)
        else:
            data = self._from_server(count)
        self._position += len(data)
        return data

    def close(self) -> None:
        """End the connection and remove the copy; may be called twice."""
        super().close()
        if self._copy is not None:
            self._copy.close()

    def _length(self) -> int:
        if self._size is None and self._copy is not None:
            self._copy_until(self._copy, SPOOL_BYTES + 1)
            self._size = self._received
        if self._size is None:
            raise SourceError(
                f"{urlsplit(self.name).hostname} does not say how long this file is; download it "
                "first."
            )
        return self._size

    def _from_server(self, count: int) -> bytes:
        if self._size is not None and self._position >= self._size:
            return b""
        if not 0 <= self._position - self._received <= _READ_ON_BYTES:
            self._ask_again()
        while self._received < self._position:
            if not (skipped := self._receive(min(_CHUNK_BYTES, self._position - self._received))):
                break
            self._received += len(skipped)
        data = self._receive(count)
        if not data and not self._closing.is_set() and self._size is not None:
            self._ask_again()  # the server hung up before the end; once is forgiven
            if not (data := self._receive(count)):
                raise self._broke_off()
        self._received += len(data)
        return data

    def _ask_again(self) -> None:
        self._answer.close()
        self._answer = self._client.request(self.name, self._position)
        if self._answer.status != http.client.PARTIAL_CONTENT:
            raise self._broke_off()
        self._received = self._position

    def _from_copy(self, copy: IO[bytes], count: int) -> bytes:
        self._copy_until(copy, self._position + count)
        copy.seek(self._position)
        return copy.read(count)

    def _copy_until(self, copy: IO[bytes], position: int) -> None:
        copy.seek(0, os.SEEK_END)
        while self._received < position and (data := self._receive(_CHUNK_BYTES)):
            self._received += len(data)
            if self._received > SPOOL_BYTES:
                raise SourceError(
                    f"{urlsplit(self.name).hostname} cannot send parts of a file, and this one is "
                    f"larger than {SPOOL_BYTES >> 20} MiB; download it first."
                )
            copy.write(data)
        if self._received < min(position, self._size or 0) and not self._closing.is_set():
            raise self._broke_off()

    def _broke_off(self) -> SourceError:
        size = f" of {self._size / 1e6:.1f}" if self._size is not None else ""
        return SourceError(
            f"{urlsplit(self.name).hostname} broke off after {self._received / 1e6:.1f}{size} MB; "
            "try again, or download the file first."
        )


def _size(answer: http.client.HTTPResponse) -> int | None:
    """Length of the whole file, if the server says it."""
    whole = answer.headers.get("Content-Range", "").rpartition("/")[2]
    if answer.status != http.client.PARTIAL_CONTENT:
        whole = answer.headers.get("Content-Length", "")
    with contextlib.suppress(ValueError):
        return int(whole)
    return None
