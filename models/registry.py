"""The models by name: lazy (nothing is loaded before it is opened), loud on duplicates."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass

from models.errors import UsageError
from models.estimator import EstimatorOptions, Session

Factory = Callable[[EstimatorOptions], Session]

EMA_SUFFIX = "+ema"
PER_FRAME_SUFFIX = "-per-frame"
OFF = "off"
GROUND_TRUTH = "ground-truth"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One line of the model menu.

    open : makes a new session; raises CheckpointError if the weights are not there.
    missing : why it cannot be opened now and what to do, or None if it can.
    temporal : it carries memory from frame to frame.
    input_size : the short side in pixels it runs at by default; None if it takes no picture.
    note : a word shown beside the title, such as "preliminary".
    """

    name: str
    title: str
    summary: str
    open: Factory
    missing: Callable[[], str | None]
    temporal: bool = False
    input_size: int | None = None
    note: str = ""


_ENTRIES: dict[str, ModelEntry] = {}


def register(entry: ModelEntry) -> None:
    """Add a model. Raises ValueError if the name is taken."""
    if entry.name in _ENTRIES:
        raise ValueError(f"a model named {entry.name!r} is registered already")
    _ENTRIES[entry.name] = entry


def entries() -> tuple[ModelEntry, ...]:
    """All registered models in the order of the menu (without their `+ema` variants)."""
    import models.estimators.catalogue  # noqa: F401  (registers on import)

    return tuple(_ENTRIES.values())


def find(name: str) -> ModelEntry:
    """The entry of that name, also with `+ema` appended.

    Raises UsageError with the nearest names if there is none.
    """
    known = {entry.name: entry for entry in entries()}
    base = name.removesuffix(EMA_SUFFIX)
    if base in known and (name == base or base not in (OFF, GROUND_TRUTH)):
        return known[base] if name == base else _smoothed(known[base])
    near = difflib.get_close_matches(base, known, n=3, cutoff=0.4) or list(known)[:3]
    raise UsageError(f"There is no model named {name!r}; did you mean {_either(near)}?")


def family(name: str) -> str:
    """The network behind a model's name: `-per-frame` and `+ema` do not change its scale."""
    return name.removesuffix(EMA_SUFFIX).removesuffix(PER_FRAME_SUFFIX)


def _smoothed(entry: ModelEntry) -> ModelEntry:
    from models.estimators.smoothed import smoothed

    def open_smoothed(options: EstimatorOptions) -> Session:
        return smoothed(entry.open(options), options.ema_factor)

    return ModelEntry(
        name=entry.name + EMA_SUFFIX,
        title=f"{entry.title} + EMA",
        summary=f"{entry.summary} Followed by an exponential moving average.",
        open=open_smoothed,
        missing=entry.missing,
        temporal=entry.temporal,
        input_size=entry.input_size,
        note=entry.note,
    )


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]
