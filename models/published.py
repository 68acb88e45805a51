"""Published weights, as listed in `resources/models.toml`."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources

from models.errors import UsageError


@dataclass(frozen=True, slots=True)
class Release:
    """One published file of weights.

    Attributes
    ----------
    name : str
        Of the model it is for.
    family : str
        Whose code runs it: "flashdepth", "depth-anything-v2" or "video-depth-anything".
    title, purpose : str
        For people.
    repository, file : str
        Where it is on the Hugging Face hub.
    licence, terms : str
        What to show before it is fetched.
    commercial : bool
        Whether the licence allows commercial use.
    has_memory : bool
        The network carries state from frame to frame.
    gives_metres : bool
        Its output is depth in metres.
    bytes, sha256 : int or None, str or None
        Of the file, None where not known.
    about_bytes : int or None
        A rounded size to show where `bytes` is not known.
    """

    name: str
    family: str
    title: str
    purpose: str
    repository: str
    file: str
    licence: str
    commercial: bool
    terms: str
    has_memory: bool = False
    gives_metres: bool = False
    bytes: int | None = None
    about_bytes: int | None = None
    sha256: str | None = None

    @property
    def size_mb(self) -> int:
        """Size of the download in megabytes, as accurate as known."""
        return round((self.bytes or self.about_bytes or 0) / 1e6)


@functools.cache
def releases() -> tuple[Release, ...]:
    """All published weights, in the order of the menu."""
    text = resources.files("resources").joinpath("models.toml").read_text("utf-8")
    return tuple(Release(**entry) for entry in tomllib.loads(text)["release"])


def release(name: str) -> Release:
    """The weights of that model.

    Raises
    ------
    UsageError
        If none are published under that name.
    """
    for known in releases():
        if known.name == name:
            return known
    names = ", ".join(known.name for known in releases())
    raise UsageError(f"No published model is called {name!r}; there are {names}.")
