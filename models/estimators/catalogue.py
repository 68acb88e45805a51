"""The table of models: one line for each file of this folder that brings some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from models.estimators import lite, off, paper, truth
from models.estimators.neural import NetworkPool
from models.registry import ModelEntry

PROVIDERS: tuple[Callable[[NetworkPool], Iterable[ModelEntry]], ...] = (
    lite.entries,
    paper.entries,
    truth.entries,
    off.entries,
)
"""In the order of the menu. Each gets the pool in which lanes find a network that is loaded."""


def entries() -> Iterator[ModelEntry]:
    """All of them; `models.registry` asks once, when the first name is looked up."""
    pool = NetworkPool()
    for provider in PROVIDERS:
        yield from provider(pool)
