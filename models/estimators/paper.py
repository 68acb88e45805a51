"""Menu entries of published networks, with and without memory."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from models import installed, published
from models.estimators.entries import network_entries
from models.estimators.pool import NetworkPool
from models.estimators.recipe import Gives, NetworkRecipe, StreamNetwork
from models.picture_format import IMAGENET_14, VIDEO_DEPTH_ANYTHING
from models.registry import ModelEntry, Weights

if TYPE_CHECKING:
    import torch

INPUT_SIZE = 518
"""Default short side in pixels, the one that they were trained on."""

_PICTURES = {"video-depth-anything": VIDEO_DEPTH_ANYTHING}
"""What pictures a family takes, where they are not those of Depth Anything V2."""


def entries(pool: NetworkPool) -> Iterator[ModelEntry]:
    """FlashDepth, Depth Anything V2 and Video Depth Anything; with memory also without it."""
    for release in published.releases():
        recipe = NetworkRecipe(
            release.name,
            release.title,
            functools.partial(_load, release.name),
            picture=_PICTURES.get(release.family, IMAGENET_14),
            input_size=INPUT_SIZE,
            gives=Gives.DEPTH_M if release.gives_metres else Gives.DISPARITY,
        )
        yield from network_entries(
            recipe,
            pool,
            summary=release.purpose,
            missing=functools.partial(installed.missing, release.name),
            weights_sha256=functools.partial(installed.published_sha256, release.name),
            weights=functools.partial(_weights, release.name),
            has_memory=release.has_memory,
            note="" if release.commercial else "non-commercial",
        )


def _weights(name: str) -> Weights:
    return Weights(*installed.origin(name))


def _load(name: str, device: torch.device, dtype: torch.dtype) -> StreamNetwork:
    del dtype  # weights stay float32; autocast chooses per operation
    from models import checkpoints

    return checkpoints.load(name, device)
