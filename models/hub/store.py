"""Which of the hub's models are on this machine, and where. Downloads nothing."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

from models.errors import CheckpointError
from models.extras import missing_extra
from models.hub.names import SCHEME, HubName

CONFIG = "config.json"
PROCESSOR = "preprocessor_config.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"

SUGGESTED = (
    "hf:depth-anything/Depth-Anything-V2-Small-hf",
    "hf:depth-anything/Depth-Anything-V2-Metric-Indoor-Small-hf",
    "hf:depth-anything/Depth-Anything-V2-Metric-Outdoor-Small-hf",
    "hf:xingyang1/Distill-Any-Depth-Small-hf",
    "hf:Intel/dpt-hybrid-midas",
    "hf:Intel/zoedepth-nyu-kitti",
    "hf:vinvino02/glpn-nyu",
    "hf:apple/DepthPro-hf",
)
"""One or two of each kind to begin with; size and licence are asked of the hub."""

MISSING_EXTRA = missing_extra("Models of the hub need", "hub", "transformers, pillow")


def has_extra() -> bool:
    """Whether the extra `hub` is installed; imports nothing."""
    return all(importlib.util.find_spec(name) for name in ("transformers", "PIL"))


def folder_of(model: HubName) -> Path | None:
    """The folder with the model's files, all of them there; None if anything is missing."""
    if model.folder is not None:
        return model.folder if _is_complete(model.folder) else None
    import huggingface_hub
    from huggingface_hub import errors

    try:
        found = Path(
            huggingface_hub.snapshot_download(
                model.repository, revision=model.revision or None, local_files_only=True
            )
        )
    except (OSError, ValueError, errors.LocalEntryNotFoundError):
        return None
    return found if _is_complete(found) else None


def cached_names() -> tuple[str, ...]:
    """Names of the depth models in the hub's cache on this machine, in alphabetical order."""
    from huggingface_hub import constants

    found = []
    for config in Path(constants.HF_HUB_CACHE).glob("models--*--*/snapshots/*/config.json"):
        try:
            architectures = _read_json(config).get("architectures") or [""]
        except CheckpointError:
            continue
        if "DepthEstimation" in str(architectures) and _is_complete(config.parent):
            organisation, _, name = config.parents[2].name.removeprefix("models--").partition("--")
            found.append(f"{SCHEME}{organisation}/{name}")
    return tuple(sorted(set(found)))


def config_of(folder: Path) -> dict[str, Any]:
    """The model's config.json.

    Raises
    ------
    CheckpointError
        If it is not there or is no JSON object.
    """
    return _read_json(folder / CONFIG)


def input_size_of(folder: Path) -> int | None:
    """Short side in pixels that the model's own processor scales to; None if it does not say."""
    try:
        size = _read_json(folder / PROCESSOR).get("size")
    except CheckpointError:
        return None
    if isinstance(size, dict):
        sides = [side for side in size.values() if isinstance(side, int) and side > 0]
        return min(sides, default=None)
    return size if isinstance(size, int) and size > 0 else None


def weight_files(folder: Path) -> tuple[str, ...]:
    """Names of the safetensors files that hold the weights; empty if there are none."""
    if (folder / INDEX).is_file():
        files = _read_json(folder / INDEX).get("weight_map", {})
        return tuple(sorted({str(file) for file in files.values()}))
    return (WEIGHTS,) if (folder / WEIGHTS).is_file() else ()


def _is_complete(folder: Path) -> bool:
    if not (folder / CONFIG).is_file():
        return False
    try:
        files = weight_files(folder)
    except CheckpointError:
        return False
    return bool(files) and all((folder / file).is_file() for file in files)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(
            f"{path.name} of {path.parent.name} cannot be read; delete the folder {path.parent} "
            "and download the model again."
        ) from error
    if not isinstance(found, dict):
        raise CheckpointError(f"{path.name} of {path.parent.name} is not a model's configuration.")
    return found
