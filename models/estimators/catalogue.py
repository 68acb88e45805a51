"""The table of models: one line per file of this folder that defines some.

The menus need it before torch is loaded: these files import torch, and what imports torch, only
where a model is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from models.estimators import lite, off, paper, truth
from models.estimators.pool import NetworkPool
from models.registry import ModelEntry

PROVIDERS: tuple[Callable[[NetworkPool], Iterable[ModelEntry]], ...] = (
    lite.entries,
    paper.entries,
    truth.entries,
    off.entries,
)
"""In the order of the menu. Each gets the pool through which lanes share loaded networks."""


def entries() -> Iterator[ModelEntry]:
    """All entries; `models.registry` asks once, at the first look-up."""
    pool = NetworkPool()
    for provider in PROVIDERS:
        yield from provider(pool)
