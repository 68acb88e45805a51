"""The models by name: loaded lazily, with errors for duplicates."""

from __future__ import annotations

import difflib
import pkgutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from models import names
from models.errors import UsageError
from models.estimator import EstimatorOptions, Session
from models.estimators.smoothed import SmoothedSession
from models.names import GROUND_TRUTH, OFF
from models.plain_text import LINE, SENTENCE, single_line

__all__ = [
    "GROUND_TRUTH",
    "OFF",
    "ModelEntry",
    "Weights",
    "can_smooth",
    "entries",
    "family",
    "find",
    "register",
    "title",
    "weights",
    "without_memory",
]

Factory = Callable[[EstimatorOptions], Session]

CATALOGUE = "models.estimators.catalogue:entries"
"""Function that gives the entries of this package, called when the first name is looked up."""


SCHEMES: Mapping[str, str] = {
    "hf:": "models.hub.entry:entry",
    "onnx:": "models.estimators.onnx_file:entry",
}
"""Function that makes the entry of a name with that beginning, for models that no table lists."""


PLUGINS = "models.plugins:installed"
"""Function that gives the entries of installed plug-ins; one with a name that is taken is left."""


def _no_checksum() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Weights:
    """Which weights a model has; "" where that is not known or there are none.

    Attributes
    ----------
    id : str
        The repository, file or bundled network that they came from.
    revision : str
        The repository's commit.
    sha256 : str
        Of the published file, hexadecimal; of several, in the order of their names, with commas.
    """

    id: str = ""
    revision: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One line of the model menu.

    Attributes
    ----------
    name, title, summary : str
        What settings and the command line say, what the window says, and one sentence.
    open : callable
        Makes a new session; raises CheckpointError if the weights are not there.
    missing : callable
        Why it cannot be opened now and what to do, or None if it can.
    temporal : bool
        It carries memory from frame to frame.
    input_size : int or None
        Short side in pixels it runs at by default; None if it takes no picture.
    note : str
        A word shown beside the title, such as "preliminary".
    network : str
        Name of the network behind it, where that is not `name`. Entries of one network share its
        weights and the scale of its disparity; see `family`.
    without_memory : str
        Name of the entry that is the same network with its memory off; "" if there is none.
    can_smooth : bool
        A moving average can follow it: `find` also knows its name with `+ema` appended.
    weights_sha256 : callable
        SHA-256 of the file its weights came in, hexadecimal; "" if unknown or if it has none.
    weights : callable or None
        Says which weights it has, which may take as long as reading them; None if that is its
        network's name and `weights_sha256`.
    """

    name: str
    title: str
    summary: str
    open: Factory
    missing: Callable[[], str | None]
    temporal: bool = False
    input_size: int | None = None
    note: str = ""
    network: str = ""
    without_memory: str = ""
    can_smooth: bool = True
    weights_sha256: Callable[[], str] = _no_checksum
    weights: Callable[[], Weights] | None = None

    def __post_init__(self) -> None:
        for name, limit in (("title", LINE), ("summary", SENTENCE), ("note", LINE)):
            object.__setattr__(self, name, single_line(getattr(self, name), limit))


_ENTRIES: dict[str, ModelEntry] = {}
_LOADING = threading.Lock()
_loaded = False


def register(entry: ModelEntry) -> None:
    """Add a model to the menu.

    Raises
    ------
    ValueError
        If the name is taken.
    """
    if entry.name in _known():
        raise ValueError(f"a model named {entry.name!r} is registered already")
    _ENTRIES[entry.name] = entry


def entries() -> tuple[ModelEntry, ...]:
    """All registered models in the order of the menu (without their `+ema` variants)."""
    return tuple(_known().values())


def find(name: str) -> ModelEntry:
    """The entry of that name, also with `+ema` appended.

    Raises
    ------
    UsageError
        If there is none; the sentence lists the nearest names.
    """
    if (entry := _find(name)) is not None:
        return entry
    known = _known()
    near = difflib.get_close_matches(names.unsmoothed(name), known, n=3, cutoff=0.4)
    raise UsageError(
        f"There is no model named {name!r}; did you mean {_either(near or list(known)[:3])}?"
    )


def title(name: str) -> str:
    """The title that model has in the menu; `name` itself if it is not registered."""
    entry = _find(name)
    return name if entry is None else entry.title


def family(name: str) -> str:
    """The network behind a model's name, whose scale and weights its variants share."""
    entry = _find(name)
    return names.network_of(name) if entry is None else entry.network or entry.name


def weights(name: str) -> Weights:
    """Which weights a model has now; may take as long as reading them."""
    entry = _find(name)
    if entry is None:
        return Weights()
    if entry.weights is not None:
        return entry.weights()
    sha256 = entry.weights_sha256()
    return Weights(entry.network or entry.name, "", sha256) if sha256 else Weights()


def can_smooth(name: str) -> bool:
    """Whether a moving average may follow that model; a name that is not registered may try."""
    entry = _find(names.unsmoothed(name))
    return entry is None or entry.can_smooth


def without_memory(name: str) -> str:
    """Name of the same network with its memory off; `name` itself if it has no memory."""
    entry = _find(name)
    return (entry.without_memory if entry is not None else "") or name


def _find(name: str) -> ModelEntry | None:
    base = _known().get(names.unsmoothed(name)) or _of_scheme(names.unsmoothed(name))
    if base is None or not names.is_smoothed(name):
        return base
    return _smoothed(base) if base.can_smooth else None


def _of_scheme(name: str) -> ModelEntry | None:
    """The entry of a name that says itself where the model is. Raises UsageError as it does."""
    for beginning, maker in SCHEMES.items():
        if name.startswith(beginning):
            made: ModelEntry = pkgutil.resolve_name(maker)(name)
            return made
    return None


def _smoothed(entry: ModelEntry) -> ModelEntry:
    def open_smoothed(options: EstimatorOptions) -> Session:
        return SmoothedSession(entry.open(options), options.ema_factor)

    twin = entry.without_memory
    return replace(
        entry,
        name=names.smoothed(entry.name),
        title=f"{entry.title} + EMA",
        summary=f"{entry.summary} Smoothed with an exponential moving average.",
        open=open_smoothed,
        network=entry.network or entry.name,
        without_memory=names.smoothed(twin) if twin else "",
    )


def _known() -> dict[str, ModelEntry]:
    """The entries by name, those of the catalogue first."""
    global _loaded
    with _LOADING:  # two threads may look up the first name at once
        if not _loaded:
            listed: list[ModelEntry] = list(pkgutil.resolve_name(CATALOGUE)())
            names_taken = {entry.name for entry in listed}
            found_plugins = pkgutil.resolve_name(PLUGINS)()
            listed += [entry for entry in found_plugins if entry.name not in names_taken]
            found = {entry.name: entry for entry in listed}
            if len(found) < len(listed):
                raise ValueError(f"two models of the catalogue share a name: {sorted(found)}")
            _ENTRIES.update(found)
            _loaded = True
    return _ENTRIES


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]
