"""The bundled networks as models of the menu: with their memory, and with it off."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from models.estimators.entries import network_entries
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe
from models.picture_format import CENTRED_32
from models.registry import ModelEntry

if TYPE_CHECKING:
    import torch

    from models.flashdepth.lite import FlashDepthLite

NAME = "flashdepth-lite"
INPUT_SIZE = 288


@dataclass(frozen=True, slots=True)
class Bundled:
    """Weights that come with the app.

    name, title, summary : as the fields of ModelEntry; the file is called after the name.
    """

    name: str
    title: str
    summary: str

    @property
    def path(self) -> Path:
        """Where the weights are."""
        return weights_path(self.name)

    def load(self, device: torch.device, dtype: torch.dtype) -> FlashDepthLite:
        """The network, ready for inference."""
        from models.flashdepth import lite_weights

        return lite_weights.load(self.path).for_inference(dtype).to(device)

    def missing(self) -> str | None:
        """Why it cannot be opened, or None."""
        if self.path.exists():
            return None
        return "The bundled weights are missing; reinstall the app."

    def sha256(self) -> str:
        """SHA-256 of the weights; "" if they are missing."""
        return weights_sha256(self.name)

    def int8(self) -> Path | None:
        """Path of the int8 weights made from these, or None."""
        return int8_path(self.name)


NETWORKS = (
    Bundled(
        NAME,
        "FlashDepth-lite",
        "Bundled; runs live on two CPU cores and remembers earlier frames.",
    ),
    Bundled(
        "flashdepth-lite-1",
        "FlashDepth-lite 1",
        "Bundled; the larger, slower network of release 0.1, to compare with.",
    ),
)


def weights_path(name: str = NAME) -> Path:
    """Path of bundled weights."""
    return Path(str(resources.files("resources"))) / "weights" / f"{name}.safetensors"


@functools.cache
def weights_sha256(name: str = NAME) -> str:
    """SHA-256 of bundled weights; "" if they are missing."""
    try:
        return hashlib.sha256(weights_path(name).read_bytes()).hexdigest()
    except OSError:
        return ""


def int8_path(name: str = NAME) -> Path | None:
    """Path of bundled int8 weights; None without any that were made from these weights."""
    import safetensors  # not before the window is on screen

    path = weights_path(name).with_suffix(".int8.safetensors")
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            source = (file.metadata() or {}).get("source_sha256", "")
    except (OSError, safetensors.SafetensorError):
        return None
    return path if source == weights_sha256(name) else None


def entries(pool: NetworkPool) -> tuple[ModelEntry, ...]:
    """Of each network, entries with memory and without."""
    return tuple(entry for bundled in NETWORKS for entry in _entries(bundled, pool))


def _entries(bundled: Bundled, pool: NetworkPool) -> tuple[ModelEntry, ...]:
    recipe = NetworkRecipe(
        name=bundled.name,
        title=bundled.title,
        load=bundled.load,
        picture=CENTRED_32,
        input_size=INPUT_SIZE,
        autocast=False,
        int8=bundled.int8,
    )
    return network_entries(
        recipe,
        pool,
        summary=bundled.summary,
        missing=bundled.missing,
        weights_sha256=bundled.sha256,
        has_memory=True,
    )
