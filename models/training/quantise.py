"""Make the int8 file of a bundled network by post-training quantisation (NNCF).

    python -m models.training.quantise WEIGHTS --video CLIP.mp4 ... --real FOLDER[:FIRST-LAST] ...
        --out WEIGHTS.int8.safetensors

Symmetric weights per channel of seven bits, since sums of two products of eight bits overflow in
AVX2; activations of eight bits, biases corrected. What stays float32: the first convolution and
depthwise filter, whose errors every later layer sees, the memory, and the last convolution, whose
levels would be seen in the picture.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils import _pytree as pytree

from models.devices.openvino_compiler import converted
from models.devices.quantised import BIAS, LEVELS, RANGE, SCALE, WEIGHTS, save
from models.flashdepth import lite_weights
from models.flashdepth.lite import PICTURE, FlashDepthLite
from models.frames import UInt8
from models.opencv import cv2
from models.preprocess import prepare
from models.training.config import RealData
from models.training.samples import read_real, real_frames

SIZE = (384, 288)
"""Of calibration pictures; the ranges serve every size."""
_CONVOLUTIONS = ("Convolution", "GroupConvolution")
_KEPT_FLOAT = (".*temporal.*", ".*overview.*", ".*head.out.*")


@dataclass(frozen=True, slots=True)
class Half:
    """A half of the network in OpenVINO, and inputs of it."""

    name: str
    model: Any
    inputs: list[list[NDArray[np.float32]]]
    kept_float: tuple[str, ...]


def pictures(videos: Sequence[Path], folders: Sequence[str], count: int) -> Iterator[list[UInt8]]:
    """Shots of `count` frames, every second one, from the middle of each video and folder."""
    for path in videos:
        video = cv2.VideoCapture(str(path))
        length = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
        video.set(cv2.CAP_PROP_POS_FRAMES, max(0, length // 2 - count))
        found = [video.read() for _ in range(2 * count)]
        yield [np.ascontiguousarray(bgr[..., ::-1]) for more, bgr in found[::2] if more]
    for folder in folders:
        name, _, part = folder.partition(":")
        first, _, last = part.partition("-")
        names = real_frames(RealData(name, int(first), int(last)) if part else RealData(name))
        for start in np.linspace(0, max(0, len(names) - 2 * count), 4).astype(int):
            yield [read_real(one).rgb[0] for one in names[start : start + 2 * count : 2]]


@torch.inference_mode()
def halves(network: FlashDepthLite, shots: Iterator[list[UInt8]]) -> tuple[Half, Half]:
    """Both halves, with the inputs that the network itself gives them along `shots`."""
    seen: list[list[Tensor]] = []
    continued: list[list[Tensor]] = []
    spec: Any = None
    for shot in shots:
        state: Any = None
        for rgb in shot:
            frame = prepare(rgb, (SIZE,), PICTURE)
            features = network.encode(frame)
            seen.append([frame.contiguous()])
            if state is not None:
                leaves, spec = pytree.tree_flatten((features, state))
                continued.append([leaf.contiguous() for leaf in leaves])
            _, state = network.decode(features, state)

    def encode(frame: Tensor) -> list[Tensor]:
        return list(network.encode(frame))

    def decode(*leaves: Tensor) -> list[Tensor]:
        found: list[Tensor] = pytree.tree_leaves(
            network.decode(*pytree.tree_unflatten(list(leaves), spec))
        )
        return found

    encoder, decoder = converted(network, encode, seen[0]), converted(network, decode, continued[0])
    first = [op.get_friendly_name() for op in encoder.get_ordered_ops() if _is_convolution(op)][:2]
    return (
        Half("encode", encoder, _arrays(seen), tuple(first)),
        Half("decode", decoder, _arrays(continued), ()),
    )


def quantised(half: Half) -> dict[str, NDArray[Any]]:
    """What `models.devices.quantised` stores of one half."""
    nncf = importlib.import_module("nncf")
    advanced = importlib.import_module("nncf.quantization.advanced_parameters")
    model = nncf.quantize(
        half.model,
        nncf.Dataset(half.inputs),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(half.inputs),
        fast_bias_correction=True,
        ignored_scope=nncf.IgnoredScope(
            names=list(half.kept_float), patterns=list(_KEPT_FLOAT), validate=False
        ),
        advanced_parameters=advanced.AdvancedQuantizationParameters(
            overflow_fix=advanced.OverflowFix.ENABLE
        ),
    )
    found: dict[str, NDArray[Any]] = {}
    for operation in model.get_ordered_ops():
        if operation.get_type_name() == "FakeQuantize":
            found |= _ranges(operation, half.name)
        elif _is_convolution(operation):
            found |= _weights(operation, half.name)
    return found


def _ranges(rounding: Any, half: str) -> dict[str, NDArray[Any]]:
    assert rounding.get_attributes()["levels"] == LEVELS
    low, high = (rounding.input_value(port).get_node().data for port in (1, 2))
    both = np.stack([low, high]).astype(np.float32)
    users = [(t.get_node(), t.get_index()) for t in rounding.output(0).get_target_inputs()]
    return {
        f"{half}|{RANGE}|{node.get_friendly_name()}|{port}": both
        for node, port in users
        if node.get_type_name() != "ShapeOf"
    }


def _weights(convolution: Any, half: str) -> dict[str, NDArray[Any]]:
    """int8 weights, scale and corrected bias; nothing of a convolution that stays float32."""
    product = convolution.input_value(1).get_node()
    if product.get_type_name() != "Multiply":
        return {}
    name = convolution.get_friendly_name()
    integers = product.input_value(0).get_node().input_value(0).get_node().data
    scale = product.input_value(1).get_node().data
    found = {f"{half}|{WEIGHTS}|{name}": integers, f"{half}|{SCALE}|{name}": scale}
    for user in convolution.output(0).get_target_inputs():
        add = user.get_node()
        if add.get_type_name() != "Add":
            continue
        bias = add.input_value(1).get_node()
        if bias.get_type_name() == "Constant":
            found[f"{half}|{BIAS}|{add.get_friendly_name()}"] = bias.data
    return found


def _is_convolution(operation: Any) -> bool:
    return operation.get_type_name() in _CONVOLUTIONS


def _arrays(inputs: list[list[Tensor]]) -> list[list[NDArray[np.float32]]]:
    return [[tensor.numpy() for tensor in given] for given in inputs]


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(prog="python -m models.training.quantise")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--video", type=Path, action="append", default=[], metavar="CLIP")
    parser.add_argument("--real", nargs="*", default=[], metavar="FOLDER")
    parser.add_argument("--frames", type=int, default=8, metavar="N", help="of each shot")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    asked = parser.parse_args()
    network = lite_weights.load(asked.weights).for_inference(torch.float32)
    both = halves(network, pictures(asked.video, asked.real, asked.frames))
    logging.getLogger("nncf").setLevel(logging.WARNING)
    tensors = {key: value for half in both for key, value in quantised(half).items()}
    names = [*(path.name for path in asked.video), *(Path(name).name for name in asked.real)]
    source = hashlib.sha256(asked.weights.read_bytes()).hexdigest()
    save(asked.out, tensors, {"calibrated_on": ", ".join(names), "source_sha256": source})
    print(f"{len(tensors)} tensors, {asked.out.stat().st_size / 1e6:.1f} MB, in {asked.out}")


if __name__ == "__main__":
    main()
