"""The menu's entries for networks that others trained, with and without memory."""

from __future__ import annotations

import functools

import torch

from models import checkpoints, published
from models.estimators.neural import NetworkPool, NetworkRecipe, NeuralFactory, StreamNetwork
from models.published import Release
from models.registry import PER_FRAME_SUFFIX, ModelEntry

INPUT_SIZE = 518
"""Short side in pixels that all of them run at by default; it is what they were trained on."""


def entries(pool: NetworkPool) -> tuple[ModelEntry, ...]:
    """FlashDepth, -L and -S, each with its twin without memory; Depth Anything V2 S, B and L."""
    made: list[ModelEntry] = []
    for release in published.releases():
        recipe = NetworkRecipe(
            release.name,
            release.title,
            functools.partial(_load, release.name),
            input_size=INPUT_SIZE,
        )
        has_memory = release.name.startswith("flashdepth")
        made.append(_entry(release, NeuralFactory(recipe, pool, temporal=has_memory)))
        if has_memory:
            made.append(_twin(release, NeuralFactory(recipe, pool, temporal=False)))
    return tuple(made)


def _load(name: str, device: torch.device, dtype: torch.dtype) -> StreamNetwork:
    del dtype  # weights stay float32; autocast chooses per operation
    return checkpoints.load(name, device)


def _entry(release: Release, factory: NeuralFactory) -> ModelEntry:
    return ModelEntry(
        name=release.name,
        title=release.title,
        summary=release.purpose,
        open=factory,
        missing=functools.partial(checkpoints.missing, release.name),
        temporal=factory.temporal,
        input_size=INPUT_SIZE,
        note="" if release.commercial else "non-commercial",
    )


def _twin(release: Release, factory: NeuralFactory) -> ModelEntry:
    return ModelEntry(
        name=release.name + PER_FRAME_SUFFIX,
        title=f"{release.title}, per frame",
        summary=f"{release.title} with its memory off: every frame is the first.",
        open=factory,
        missing=functools.partial(checkpoints.missing, release.name),
        input_size=INPUT_SIZE,
    )
