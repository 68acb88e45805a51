"""The bundled network as models of the menu: with its memory, and with it off."""

from __future__ import annotations

import functools
import hashlib
from importlib import resources
from pathlib import Path

import torch

from models.estimators.neural import NetworkPool, NetworkRecipe, NeuralFactory
from models.flashdepth import lite_weights
from models.flashdepth.lite import PICTURE, FlashDepthLite
from models.registry import PER_FRAME_SUFFIX, ModelEntry

NAME = "flashdepth-lite"
INPUT_SIZE = 288
NOTE = ""


def weights_path() -> Path:
    """The weights that come with the app."""
    return Path(str(resources.files("resources"))) / "weights" / lite_weights.FILE_NAME


@functools.cache
def weights_sha256() -> str:
    """SHA-256 of the weights that come with the app; "" if they are not there."""
    try:
        return hashlib.sha256(weights_path().read_bytes()).hexdigest()
    except OSError:
        return ""


def entries(pool: NetworkPool) -> tuple[ModelEntry, ModelEntry]:
    """With memory and without; lanes opened from both share one network of `pool`."""
    recipe = NetworkRecipe(
        name=NAME,
        title="FlashDepth-lite",
        load=_load,
        picture=PICTURE,
        input_size=INPUT_SIZE,
        autocast=False,
    )
    return (
        ModelEntry(
            name=NAME,
            title="FlashDepth-lite",
            summary="Comes with the app and runs live on two CPU cores; remembers the video.",
            open=NeuralFactory(recipe, pool),
            missing=_missing,
            temporal=True,
            input_size=INPUT_SIZE,
            note=NOTE,
        ),
        ModelEntry(
            name=NAME + PER_FRAME_SUFFIX,
            title="FlashDepth-lite, per frame",
            summary="The same network with its memory off: every frame is the first.",
            open=NeuralFactory(recipe, pool, temporal=False),
            missing=_missing,
            input_size=INPUT_SIZE,
            note=NOTE,
        ),
    )


def _load(device: torch.device, dtype: torch.dtype) -> FlashDepthLite:
    return lite_weights.load(weights_path()).for_inference(dtype).to(device)


def _missing() -> str | None:
    if weights_path().exists():
        return None
    return "The weights that come with the app are not there; install the app again."
