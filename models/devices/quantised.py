"""int8 weights and ranges of an encoder for OpenVINO, kept apart from any size of picture.

A file names operations as OpenVINO's converter does, after the network's modules: for a
convolution its int8 weights, their scale per output channel and the corrected bias; for an input of
an operation the range that 256 levels cover. They are put into a freshly converted model.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from models.errors import CheckpointError

WEIGHTS, SCALE, BIAS, RANGE = "weights", "scale", "bias", "range"
LEVELS = 256
HALF = "encode"
"""Of a network, what is quantised: its encoder. Memory adds up what rounding changes."""
_OPERATIONS = "openvino.opset13"


@dataclass(frozen=True, slots=True, eq=False)
class Quantisation:
    """What a file says.

    Attributes
    ----------
    identity
        SHA-256 of the file.
    tensors
        By "kind|operation", for ranges "range|operation|port".
    """

    identity: str
    tensors: Mapping[str, NDArray[Any]]

    def apply(self, model: Any) -> None:
        """Put it into a converted encoder.

        Raises
        ------
        ValueError
            If an operation that the file names is missing, as after a change of the network.
        """
        named = {op.get_friendly_name(): op for op in model.get_ordered_ops()}
        for key, value in self.tensors.items():
            kind, name, *rest = key.split("|")
            operation = named.get(name)
            if operation is None:
                raise ValueError(f"the converted network has no operation {name}")
            if kind == RANGE:
                _limit(operation.input(int(rest[0])), value)
            elif kind == BIAS:
                _replace(operation.input(1), value)
            elif kind == WEIGHTS:
                _replace(operation.input(1), value, self.tensors[f"{SCALE}|{name}"])


def load(path: Path) -> Quantisation:
    """Read a file.

    Raises
    ------
    CheckpointError
        If it is missing or damaged.
    """
    try:
        return Quantisation(hashlib.sha256(path.read_bytes()).hexdigest(), load_file(path))
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"The int8 weights in {path.name} are missing or damaged; reinstall the app or use "
            "--precision float32."
        ) from error


def save(path: Path, tensors: Mapping[str, NDArray[Any]], notes: Mapping[str, str]) -> None:
    """Write a file; `notes` say how it was made."""
    save_file({key: np.ascontiguousarray(value) for key, value in tensors.items()}, path, {**notes})


def _limit(port: Any, limits: NDArray[np.float32]) -> None:
    """Round what enters `port` to LEVELS levels from limits[0] to limits[1]."""
    operations = importlib.import_module(_OPERATIONS)
    low, high = (operations.constant(np.asarray(limit)) for limit in limits)
    rounded = operations.fake_quantize(port.get_source_output(), low, high, low, high, LEVELS)
    port.replace_source_output(rounded.output(0))


def _replace(port: Any, values: NDArray[Any], scale: NDArray[np.float32] | None = None) -> None:
    """Replace a constant, by int8 `values` times `scale` if that is given."""
    shape = tuple(port.get_partial_shape().to_shape())
    if shape != values.shape:
        raise ValueError(f"a constant of shape {shape}, not {values.shape}")
    operations = importlib.import_module(_OPERATIONS)
    constant = operations.constant(values)
    if scale is not None:
        wide = operations.convert(constant, "f32")
        constant = operations.multiply(wide, operations.constant(scale))
    port.replace_source_output(constant.output(0))
