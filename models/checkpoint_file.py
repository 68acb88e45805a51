"""Reads untrusted weights files safely, and reports exactly what is wrong with them."""

from __future__ import annotations

import math
import pickle
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from models.errors import CheckpointError
from models.pickle_scan import scan
from models.plain_text import single_line

Shapes = Mapping[str, tuple[int, ...]]

_MAX_HEADER_BYTES = 16 << 20
_KINDS = frozenset({torch.float16, torch.bfloat16, torch.float32, torch.float64})

_NAMED = 3
"""Number of wrong keys that a message names before it counts the rest."""


def read_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a .safetensors or .pth file, by name, on the CPU.

    Of a training checkpoint only the entry `model` is read. Nothing in the file is executed.

    Raises
    ------
    CheckpointError
        If it is neither, damaged, or holds more than tensors.
    """
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise CheckpointError(f"Can't read {path}: {error.strerror or error}.") from error
    if head.startswith(b"version https://git-lfs"):
        raise CheckpointError(
            f"{path.name} is a Git LFS pointer, not the weights; download the file itself "
            "(`git lfs pull`)."
        )
    if _is_safetensors(path, head):
        tensors = _read_safetensors(path)
    elif head.lstrip()[:1] == b"<":
        raise CheckpointError(f"{path.name} is a web page, not weights; download the file itself.")
    else:
        tensors = _read_pickle(path, head)
    _refuse_other_kinds(tensors, path.name)
    return tensors


def _is_safetensors(path: Path, head: bytes) -> bool:
    """Whether a length and a header of that length begin the file, whatever the length spells."""
    header_bytes = int.from_bytes(head[:8], "little")
    return head[8:9] == b"{" and header_bytes <= min(_MAX_HEADER_BYTES, path.stat().st_size - 8)


def _refuse_other_kinds(tensors: Mapping[str, Tensor], name: str) -> None:
    """Raise CheckpointError unless all are ordinary numbers in memory."""
    for key, tensor in tensors.items():
        if tensor.layout is not torch.strided or tensor.device.type != "cpu":
            wrong = "has no ordinary values"
        elif tensor.dtype not in _KINDS:
            wrong = f"is of the kind {str(tensor.dtype).removeprefix('torch.')}"
        elif tensor.numel() and not all(map(math.isfinite, map(float, tensor.aminmax()))):
            wrong = "has values that are no numbers"
        else:
            continue
        raise CheckpointError(
            f"{name} can't be used because {single_line(key, 100)} {wrong}; use the published file."
        )


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        return safetensors.torch.load_file(path)
    except (safetensors.SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{path.name} is damaged or incomplete; download it again."
        ) from error


def _read_pickle(path: Path, head: bytes) -> dict[str, Tensor]:
    zipped = head.startswith(b"PK")
    if not zipped and not head.startswith(b"\x80"):
        raise CheckpointError(f"{path.name} contains no weights; use a .safetensors or .pth file.")
    try:
        scan(path, zipped)
        with warnings.catch_warnings():
            # A damaged file may name any protocol and type; the result is checked below.
            warnings.simplefilter("ignore", UserWarning)
            content = torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except pickle.UnpicklingError as error:
        if zipped:
            raise CheckpointError(
                f"{path.name} contains more than weights and was not opened, because such a file "
                "can run code; use the published file."
            ) from error
        raise CheckpointError(
            f"{path.name} is damaged or incomplete; download it again."
        ) from error
    except Exception as error:
        # PyTorch's unpickler trusts the bytes: a damaged file makes it raise anything.
        raise CheckpointError(
            f"{path.name} is damaged or incomplete; download it again."
        ) from error
    if isinstance(content, dict) and isinstance(content.get("model"), dict):
        content = content["model"]
    if not isinstance(content, dict) or not content:
        raise CheckpointError(f"{path.name} contains no model weights; use the published file.")
    if not all(isinstance(k, str) and isinstance(v, Tensor) for k, v in content.items()):
        raise CheckpointError(
            f"{path.name} contains something other than model weights; use the published file."
        )
    return cast(dict[str, Tensor], dict(content))


def shapes_of(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor."""
    return {key: tuple(tensor.shape) for key, tensor in tensors.items()}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Differences between a file and a network, as (first keys, how many)."""

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    reshaped: tuple[str, ...]

    @staticmethod
    def between(found: Shapes, expected: Shapes) -> Mismatch | None:
        """None if every key is there with its shape and no other."""
        missing = tuple(key for key in expected if key not in found)
        unexpected = tuple(key for key in found if key not in expected)
        reshaped = tuple(
            f"{key} ({_by(found[key])} instead of {_by(shape)})"
            for key, shape in expected.items()
            if key in found and found[key] != shape
        )
        if not (missing or unexpected or reshaped):
            return None
        return Mismatch(missing, unexpected, reshaped)

    def __str__(self) -> str:
        parts = []
        for words, keys in (
            ("it lacks", self.missing),
            ("has unexpected", self.unexpected),
            ("has different shapes in", self.reshaped),
        ):
            if keys:
                more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
                parts.append(f"{words} {', '.join(keys[:_NAMED])}{more}")
        return ", ".join(parts)


def likeness(found: Shapes, expected: Shapes) -> float:
    """Similarity from 0, nothing in common, to 1, the same keys and shapes."""
    common = sum(found.get(key) == shape for key, shape in expected.items())
    return common / max(1, len(found.keys() | expected.keys()))


def _by(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "a number"
