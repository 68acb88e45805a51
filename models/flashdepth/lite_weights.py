"""Weights files of the bundled network: half-precision safetensors that know their own sizes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from models.errors import CheckpointError
from models.flashdepth.lite import FlashDepthLite, LiteConfig

FILE_NAME = "flashdepth-lite.safetensors"
"""What training calls its weights."""


def save(
    path: Path,
    state: Mapping[str, Tensor],
    config: LiteConfig,
    notes: Mapping[str, str] | None = None,
) -> None:
    """Write a state dict in half precision, with the sizes it belongs to.

    notes : more metadata, such as how it was trained. The key "version" says which design it is.
    """
    halves = {name: value.detach().half().contiguous() for name, value in state.items()}
    draft = path.with_suffix(".draft")
    sizes = json.dumps(asdict(config), sort_keys=True)
    kept = {**(notes or {}), "config": sizes, "version": str(config.version)}
    save_file(halves, draft, metadata=kept)
    draft.replace(path)


def load(path: Path) -> FlashDepthLite:
    """The network in float32 with the weights in `path`; every tensor must fit.

    Raises CheckpointError if the file is missing, damaged or of another network.
    """
    try:
        with safe_open(path, framework="pt") as stored:
            config = LiteConfig(**json.loads((stored.metadata() or {})["config"]))
            state = {name: stored.get_tensor(name).float() for name in stored.keys()}  # noqa: SIM118
        network = FlashDepthLite(config)
        network.load_state_dict(state, strict=True)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"The weights in {path.name} are missing or damaged; reinstall the app."
        ) from error
    return network
