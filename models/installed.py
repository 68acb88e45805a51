"""Which weights are installed, and where. Imports no torch, so the menus know it at once."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from models.published import release

CACHE_VARIABLE = "FLASHDEPTH_CACHE"


def cache_folder() -> Path:
    """Folder for weights: FLASHDEPTH_CACHE, or the user's cache folder."""
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(os.path.expanduser(chosen))  # pathlib raises if there is no such user
    return platformdirs.user_cache_path("flashdepth-live", appauthor=False)


def weights_path(name: str) -> Path:
    """File of a model's weights once they are installed."""
    return cache_folder() / "weights" / f"{name}.safetensors"


def missing(name: str) -> str | None:
    """None if the weights are installed, else a sentence that says how to install them."""
    if weights_path(name).is_file():
        return None
    return (
        f"{release(name).title} is not installed: run `python main.py models pull {name}` or add "
        f"a file with `python main.py models add FILE --as {name}`."
    )


def published_sha256(name: str) -> str:
    """SHA-256 of the file that the installed weights of `name` were made from; "" if unknown.

    Only reads the header, so it is fast however large the weights are.
    """
    return _header(name).get("sha256", "")


def origin(name: str) -> tuple[str, str, str]:
    """Where the installed weights of `name` came from: repository or file, commit and SHA-256.

    Each is "" if unknown. A file that was added by hand counts as the repository's if it is the
    published one.
    """
    header, published = _header(name), release(name)
    revision, sha256 = header.get("revision", ""), header.get("sha256", "")
    if revision or (sha256 and sha256 == published.sha256):
        return published.repository, revision, sha256
    return header.get("source", ""), "", sha256


def _header(name: str) -> dict[str, str]:
    """What was noted in the file of installed weights; empty if it cannot be read."""
    import safetensors

    try:
        with safetensors.safe_open(weights_path(name), framework="numpy") as file:
            return dict(file.metadata() or {})
    except (OSError, safetensors.SafetensorError):
        return {}
