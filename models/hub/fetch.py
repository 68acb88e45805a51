"""Downloads from the Hugging Face hub, through its own library and into its own cache.

The library's settings hold: HF_HOME, HF_ENDPOINT, HF_HUB_OFFLINE, HF_TOKEN. What it says of its
caller is switched off, and so is its second way of transfer, whose progress cannot be bounded.
Every failure is one sentence (`models.hub.failures`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from models.errors import CheckpointError
from models.hub.failures import explained, require_room
from models.hub.names import HubName
from models.progress import DownloadCancelledError, IsCancelled, OnProgress, Progress

for _name, _value in (
    ("HF_HUB_DISABLE_TELEMETRY", "1"),
    ("HF_HUB_DISABLE_XET", "1"),
    ("HF_HUB_DISABLE_PROGRESS_BARS", "1"),
    ("HF_HUB_DOWNLOAD_TIMEOUT", "5"),
    ("HF_HUB_ETAG_TIMEOUT", "5"),
):
    os.environ.setdefault(_name, _value)  # read by the library when it is first imported

_CHUNK_BYTES = 8 << 20
_MOST_CONFIG_BYTES = 4 << 20
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository.

    Attributes
    ----------
    bytes, sha256
        As the hub states them; None where it does not.
    """

    name: str
    bytes: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """What the hub says of a repository at one commit.

    Attributes
    ----------
    revision, commit
        The branch, tag or commit that was asked for, and the commit that it is now.
    licence
        As the model card names it; "" if it names none.
    """

    repository: str
    revision: str
    commit: str
    licence: str
    files: tuple[RemoteFile, ...]

    def find(self, name: str) -> RemoteFile | None:
        """The file of that name, or None."""
        return next((file for file in self.files if file.name == name), None)


def list_files(model: HubName, endpoint: str | None = None) -> Listing:
    """Ask the hub for a repository's files, sizes and licence.

    Raises
    ------
    CheckpointError
        If there is no network, no such repository or revision, or no permission.
    """
    import huggingface_hub

    with explained(str(model)):
        info = huggingface_hub.HfApi(endpoint=endpoint).model_info(
            model.repository, revision=model.revision or None, files_metadata=True, timeout=10
        )
        card = getattr(info, "card_data", None)
        licence = str((card.to_dict() if card is not None else {}).get("license") or "")
        files = tuple(
            RemoteFile(one.rfilename, one.size, one.lfs.sha256 if one.lfs else None)
            for one in info.siblings or ()
        )
        return Listing(model.repository, model.revision or "main", str(info.sha), licence, files)


def cached(listing: Listing, file: RemoteFile) -> Path | None:
    """The file's path in the hub's cache, or None."""
    import huggingface_hub

    known = huggingface_hub.try_to_load_from_cache(
        listing.repository, file.name, revision=listing.commit
    )
    return Path(known) if isinstance(known, str) else None


def fetch(
    listing: Listing,
    file: RemoteFile,
    on_progress: OnProgress,
    is_cancelled: IsCancelled,
    endpoint: str | None = None,
) -> Path:
    """The path of a file of the listing in the hub's cache, downloaded unless it is there.

    A connection that breaks is resumed up to five times while the call lasts. A file with another
    length or SHA-256 than stated is deleted.

    Raises
    ------
    DownloadCancelledError
        If the user cancels.
    CheckpointError
        If the network, the disk or the file is not usable.
    """
    if (known := cached(listing, file)) is not None:
        return known
    import huggingface_hub

    class Bar(tqdm):  # type: ignore[misc]
        """Passes bytes on, and ends a transfer that is cancelled or longer than stated."""

        def __init__(self, *args: Any, **options: Any) -> None:
            self._done = int(options.get("initial") or 0)
            super().__init__(disable=True)
            del args

        def update(self, n: float | None = 1) -> bool | None:
            self._done += int(n or 0)
            if is_cancelled():
                raise DownloadCancelledError(f"The download of {file.name} was cancelled.")
            if file.bytes is not None and self._done > file.bytes:
                raise CheckpointError(
                    f"The hub sends more of {file.name} than the {file.bytes} bytes it stated; "
                    "try again later."
                )
            on_progress(Progress("download", self._done, file.bytes))
            return None

    require_room(Path(huggingface_hub.constants.HF_HUB_CACHE), file.bytes or 0)
    with explained(f"{listing.repository}/{file.name}"):
        path = Path(
            huggingface_hub.hf_hub_download(
                listing.repository,
                file.name,
                revision=listing.revision,  # by name, so that it is found without a network
                endpoint=endpoint,
                tqdm_class=Bar,
            )
        )
    _check(path, file, on_progress)
    return path


def read_config(listing: Listing, endpoint: str | None = None) -> dict[str, Any]:
    """The repository's config.json.

    Raises
    ------
    CheckpointError
        If there is none, or it is not a JSON object of moderate size.
    """
    file = listing.find("config.json")
    if file is None:
        raise CheckpointError(
            f"{listing.repository} has no config.json, so it is no model that transformers runs; "
            "choose another."
        )
    if (file.bytes or 0) > _MOST_CONFIG_BYTES:
        raise CheckpointError(f"config.json of {listing.repository} is too large to be one.")
    path = fetch(listing, file, lambda _progress: None, lambda: False, endpoint)
    try:
        config = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise CheckpointError(
            f"config.json of {listing.repository} is not JSON; the model or the connection is "
            "damaged."
        ) from error
    return config if isinstance(config, dict) else {}


def sha256_of(path: Path, on_progress: OnProgress) -> str:
    """The file's SHA-256 in hexadecimal."""
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            on_progress(Progress("check", done, total))
    return digest.hexdigest()


def discard(path: Path) -> None:
    """Delete a file of the hub's cache, and what its link points to."""
    with contextlib.suppress(OSError):
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)


def _check(path: Path, file: RemoteFile, on_progress: OnProgress) -> None:
    """Delete what is not as stated."""
    if file.sha256 is None or _SHA256.fullmatch(file.sha256) is None:
        return
    if sha256_of(path, on_progress) != file.sha256:
        discard(path)
        raise CheckpointError(
            f"{file.name} is not what was published (its SHA-256 differs) and was deleted; try "
            "again, and if it happens again the file has changed or was tampered with."
        )
