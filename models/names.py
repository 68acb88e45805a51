"""Syntax of model names; no other module parses them. Imports nothing."""

from __future__ import annotations

OFF = "off"
GROUND_TRUTH = "ground-truth"
_EMA = "+ema"
_PER_FRAME = "-per-frame"


def is_smoothed(name: str) -> bool:
    """Whether `name` requests an exponential moving average after the model."""
    return name.endswith(_EMA)


def unsmoothed(name: str) -> str:
    """`name` without the moving average."""
    return name.removesuffix(_EMA)


def smoothed(name: str, is_on: bool = True) -> str:
    """`name` with the moving average, or without it."""
    return unsmoothed(name) + (_EMA if is_on else "")


def per_frame(name: str) -> str:
    """Name of the second entry of a network with memory, with its memory off."""
    return name + _PER_FRAME


def network_of(name: str) -> str:
    """The network that `name` probably means, for a name that is not registered.

    For registered ones use `models.registry.family`, which looks at the entry.
    """
    return unsmoothed(name).removesuffix(_PER_FRAME)
