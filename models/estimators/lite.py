"""The bundled network as models of the menu: with its memory, and with it off."""

from __future__ import annotations

import functools
import hashlib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import safetensors

from models.estimators.entries import network_entries
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe
from models.picture_format import CENTRED_32
from models.registry import ModelEntry

if TYPE_CHECKING:
    import torch

    from models.flashdepth.lite import FlashDepthLite

NAME = "flashdepth-lite"
FILE_NAME = f"{NAME}.safetensors"
INPUT_SIZE = 288


def weights_path() -> Path:
    """Path of the bundled weights."""
    return Path(str(resources.files("resources"))) / "weights" / FILE_NAME


@functools.cache
def weights_sha256() -> str:
    """SHA-256 of the bundled weights; "" if they are missing."""
    try:
        return hashlib.sha256(weights_path().read_bytes()).hexdigest()
    except OSError:
        return ""


def int8_path() -> Path | None:
    """Path of the bundled int8 weights; None without any that were made from these weights."""
    path = weights_path().with_suffix(".int8.safetensors")
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            source = (file.metadata() or {}).get("source_sha256", "")
    except (OSError, safetensors.SafetensorError):
        return None
    return path if source == weights_sha256() else None


def entries(pool: NetworkPool) -> tuple[ModelEntry, ...]:
    """Entries with memory and without."""
    recipe = NetworkRecipe(
        name=NAME,
        title="FlashDepth-lite",
        load=_load,
        picture=CENTRED_32,
        input_size=INPUT_SIZE,
        autocast=False,
        int8=int8_path,
    )
    return network_entries(
        recipe,
        pool,
        summary="Bundled; runs live on two CPU cores and remembers earlier frames.",
        missing=_missing,
        weights_sha256=weights_sha256,
        has_memory=True,
    )


def _load(device: torch.device, dtype: torch.dtype) -> FlashDepthLite:
    from models.flashdepth import lite_weights

    return lite_weights.load(weights_path()).for_inference(dtype).to(device)


def _missing() -> str | None:
    if weights_path().exists():
        return None
    return "The bundled weights are missing; reinstall the app."
