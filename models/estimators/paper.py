"""Menu entries of published networks, with and without memory."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from models import installed, published
from models.estimators.entries import network_entries
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe, StreamNetwork
from models.registry import ModelEntry

if TYPE_CHECKING:
    import torch

INPUT_SIZE = 518
"""Default short side in pixels, the one that they were trained on."""


def entries(pool: NetworkPool) -> Iterator[ModelEntry]:
    """FlashDepth, -L and -S, each also without memory; Depth Anything V2 S, B and L."""
    for release in published.releases():
        recipe = NetworkRecipe(
            release.name,
            release.title,
            functools.partial(_load, release.name),
            input_size=INPUT_SIZE,
        )
        yield from network_entries(
            recipe,
            pool,
            summary=release.purpose,
            missing=functools.partial(installed.missing, release.name),
            weights_sha256=functools.partial(installed.published_sha256, release.name),
            has_memory=release.has_memory,
            note="" if release.commercial else "non-commercial",
        )


def _load(name: str, device: torch.device, dtype: torch.dtype) -> StreamNetwork:
    del dtype  # weights stay float32; autocast chooses per operation
    from models import checkpoints

    return checkpoints.load(name, device)
