"""Fetches a file from a hub like Hugging Face: with progress, resumable, cancellable.

huggingface_hub gives the address, length and hash of a file; the bytes go to a partial file beside
the others, so that an interrupted download resumes where it stopped.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.errors import CheckpointError

CHUNK_BYTES = 1 << 20
ATTEMPTS = 5
"""Failures in a row, without progress in between, after which a download gives up."""
PAUSE_S = 0.5
"""Wait before the second try; it doubles with every failure."""
TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of an installation. `total_bytes` is None while unknown."""

    phase: Literal["download", "check", "convert"]
    done_bytes: int
    total_bytes: int | None


class DownloadCancelledError(CheckpointError):
    """The user cancelled a download; the bytes fetched so far are kept."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file on a hub. `bytes` and `sha256` are None if the hub does not give them."""

    url: str
    bytes: int | None
    sha256: str | None


OnProgress = Callable[[Progress], None]
IsCancelled = Callable[[], bool]


def locate(repository: str, file: str, endpoint: str | None = None) -> Remote:
    """Ask the hub for a file of a repository; `endpoint` is another hub than the default.

    Raises
    ------
    CheckpointError
        If there is no network, or no such file.
    """
    from huggingface_hub import errors, get_hf_file_metadata, hf_hub_url

    try:
        found = get_hf_file_metadata(
            hf_hub_url(repository, file, endpoint=endpoint), token=False, endpoint=endpoint
        )
    except errors.OfflineModeIsEnabled as error:
        raise CheckpointError(
            f"{file} can't be downloaded because HF_HUB_OFFLINE is set; unset it, or download the "
            "file elsewhere and use `models add`."
        ) from error
    except errors.HfHubHTTPError as error:
        raise CheckpointError(
            f"The hub refused {repository}/{file} (HTTP {error.response.status_code}); download "
            "the file from its page and use `models add`."
        ) from error
    # The transport differs between versions; all of its errors are one of the two.
    except (OSError, errors.HTTPError) as error:  # type: ignore[attr-defined]
        raise CheckpointError(
            f"The hub can't be reached, so {file} was not downloaded; check the network, or "
            "download the file elsewhere and use `models add`."
        ) from error
    digest = found.etag if found.etag and re.fullmatch("[0-9a-f]{64}", found.etag) else None
    return Remote(found.location, found.size, digest)


def fetch(
    remote: Remote,
    part: Path,
    on_progress: OnProgress,
    is_cancelled: IsCancelled,
) -> None:
    """Download `part` to the full length of `remote`, continuing from its current length.

    Raises DownloadCancelledError, or CheckpointError if the network or the disk fails.
    """
    failures = 0
    while True:
        before = _length(part)
        if remote.bytes is not None and before > remote.bytes:
            part.unlink()
            continue
        if remote.bytes is not None and before == remote.bytes:
            return
        try:
            _transfer(remote, part, before, on_progress, is_cancelled)
            if remote.bytes is None:
                return
        except urllib.error.HTTPError as error:
            if error.code not in (408, 416, 429) and error.code < 500:
                raise CheckpointError(
                    f"The hub refused the file (HTTP {error.code}); try again later or use "
                    "`models add`."
                ) from error
            if error.code == 416:  # nothing to resume
                part.unlink(missing_ok=True)
        except (OSError, http.client.HTTPException) as error:
            _raise_if_full(error, part)
        failures = 0 if _length(part) > before else failures + 1
        if failures >= ATTEMPTS:
            raise CheckpointError(
                f"The connection dropped {ATTEMPTS} times in a row after {_length(part) // 10**6} "
                "MB; start the download again to resume."
            )
        if failures:
            time.sleep(min(8.0, PAUSE_S * 2**failures))


def _transfer(
    remote: Remote, part: Path, start: int, on_progress: OnProgress, is_cancelled: IsCancelled
) -> None:
    """Append the bytes of one connection to `part`."""
    request = urllib.request.Request(remote.url, headers={"User-Agent": "flashdepth-live"})
    request.add_header("Accept-Encoding", "identity")
    if start:
        request.add_header("Range", f"bytes={start}-")
    if request.type not in ("http", "https"):
        raise CheckpointError(
            f"The hub redirects to {remote.url}, which is not a web address; try again later or "
            "use `models add`."
        )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
        resumed = response.status == http.client.PARTIAL_CONTENT
        done = start if resumed else 0
        with part.open("ab" if resumed else "wb") as file:
            while True:
                if is_cancelled():
                    raise DownloadCancelledError(
                        "The download was cancelled; the next one resumes where it stopped."
                    )
                chunk = response.read(CHUNK_BYTES)
                if not chunk:
                    return
                file.write(chunk)
                done += len(chunk)
                on_progress(Progress("download", done, remote.bytes))


def sha256_of(path: Path, on_progress: OnProgress) -> str:
    """The file's SHA-256 in hexadecimal."""
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while chunk := file.read(8 * CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            on_progress(Progress("check", done, total))
    return digest.hexdigest()


def disk_full(folder: Path, needed_bytes: int | None = None) -> CheckpointError:
    """The error for a full disk at `folder`."""
    needed = f"{needed_bytes / 1e9:.1f} GB are needed" if needed_bytes else "The disk is full"
    return CheckpointError(
        f"{needed} in {folder}; free some space or set FLASHDEPTH_CACHE to a folder on another "
        "disk, then try again."
    )


def is_disk_full(error: BaseException) -> bool:
    """Whether an error means that the disk or the user's quota is full."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return any(
        words in str(error) for words in ("No space left on device", "not enough space on the disk")
    )


def _raise_if_full(error: Exception, part: Path) -> None:
    if is_disk_full(error):
        raise disk_full(part.parent) from error


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
