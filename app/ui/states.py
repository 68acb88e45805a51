"""States that change what the pictures mean, in words for badges and the status strip."""

from __future__ import annotations

from typing import Protocol

from app.settings.settings import Settings
from models import registry


class RangeChoice(Protocol):
    """What decides the display range: `Settings`, or options made of them."""

    @property
    def range_mode(self) -> str: ...
    @property
    def range_locked(self) -> bool: ...


_RANGES = {"fixed": "fixed range", "per-frame": "per-frame range"}


def range_state(choice: RangeChoice) -> str:
    """Return how the display range differs from the stabilised one, or ""."""
    return "range locked" if choice.range_locked else _RANGES.get(choice.range_mode, "")


def states(settings: Settings) -> tuple[str, ...]:
    """Return the states of the lanes that are not the usual ones."""
    memory = "memory off" if not settings.memory and _remembers(settings) else ""
    return tuple(state for state in (memory, range_state(settings)) if state)


def _remembers(settings: Settings) -> bool:
    """Whether a lane's model would remember earlier frames."""
    models = (settings.model_a, settings.model_b)
    return any(registry.without_memory(model) != model for model in models)
