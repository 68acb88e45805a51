"""Make the int8 file of a bundled network by post-training quantisation (NNCF).

    python -m models.training.quantise WEIGHTS --scenes 40 --video CLIP.mp4 ...
        --real FOLDER[:FIRST-LAST] ... --out WEIGHTS.int8.safetensors

Convolutions of the encoder alone: symmetric weights per channel of seven bits, since sums of two
products of eight bits overflow in AVX2; inputs of eight bits, biases corrected. The first
convolution and depthwise filter stay float32, because every later layer sees their errors, and one
block that alone changed a picture by a sixth. So do sums, resizes and the decoder: rounded, they
are no faster, and the memory adds up their errors.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.devices.openvino_compiler import converted
from models.devices.quantised import BIAS, LEVELS, RANGE, SCALE, WEIGHTS, save
from models.flashdepth import lite_weights
from models.flashdepth.lite import PICTURE, FlashDepthLite
from models.frames import UInt8
from models.opencv import cv2
from models.preprocess import prepare
from models.training.augment import photograph, random_camera
from models.training.cache import SceneCache
from models.training.config import RealData
from models.training.samples import crop, read_real, real_frames

SIZE = (384, 288)
"""Of calibration pictures; the ranges serve every size."""
SCENE_SIZE = (512, 384)
_CONVOLUTIONS = ("Convolution", "GroupConvolution")
_KEPT_FLOAT = ("Add", "Interpolate", "MatMul", "ReduceMean", "Unsqueeze")
_KEPT_BLOCKS = (".*encoder[.]blocks[.]8/.*",)


def rendered(cache: SceneCache, count: int) -> Iterator[UInt8]:
    """Random parts of the first `count` scenes that are trained on."""
    rng = np.random.default_rng(1)
    for number in range(count):
        yield crop(cache.get(number), SIZE, rng).rgb[0]


def filmed(videos: Sequence[Path], folders: Sequence[str], count: int) -> Iterator[UInt8]:
    """`count` frames spread over each video and folder."""
    for path in videos:
        video = cv2.VideoCapture(str(path))
        for number in _spread(int(video.get(cv2.CAP_PROP_FRAME_COUNT)), count):
            video.set(cv2.CAP_PROP_POS_FRAMES, number)
            more, bgr = video.read()
            if more:
                yield np.ascontiguousarray(bgr[..., ::-1])
    for folder in folders:
        name, _, part = folder.partition(":")
        first, _, last = part.partition("-")
        names = real_frames(RealData(name, int(first), int(last)) if part else RealData(name))
        yield from (read_real(names[number]).rgb[0] for number in _spread(len(names), count))


def as_seen(pictures: Iterable[UInt8]) -> Iterator[Tensor]:
    """(1, 3, height, width) inputs of the network, every second as a random camera delivers it."""
    rng = np.random.default_rng(2)
    for number, picture in enumerate(pictures):
        small = np.asarray(cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        taken = photograph(small, random_camera(rng), rng) if number % 2 else small
        yield prepare(taken, (SIZE,), PICTURE).contiguous()


def quantised(network: FlashDepthLite, frames: Sequence[Tensor]) -> dict[str, NDArray[Any]]:
    """What `models.devices.quantised` stores of a network, calibrated on `frames`."""
    nncf = importlib.import_module("nncf")
    advanced = importlib.import_module("nncf.quantization.advanced_parameters")
    encoder = converted(network, lambda frame: list(network.encode(frame)), frames[:1])
    convolutions = [op for op in encoder.get_ordered_ops() if _is_convolution(op)]
    model = nncf.quantize(
        encoder,
        nncf.Dataset([[frame.numpy()] for frame in frames]),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(frames),
        fast_bias_correction=True,
        ignored_scope=nncf.IgnoredScope(
            names=[op.get_friendly_name() for op in convolutions[:2]],
            patterns=list(_KEPT_BLOCKS),
            types=list(_KEPT_FLOAT),
            validate=False,
        ),
        advanced_parameters=advanced.AdvancedQuantizationParameters(
            overflow_fix=advanced.OverflowFix.ENABLE
        ),
    )
    found: dict[str, NDArray[Any]] = {}
    for operation in model.get_ordered_ops():
        if operation.get_type_name() == "FakeQuantize":
            found |= _ranges(operation)
        elif _is_convolution(operation):
            found |= _weights(operation)
    return found


def _ranges(rounding: Any) -> dict[str, NDArray[Any]]:
    assert rounding.get_attributes()["levels"] == LEVELS
    low, high = (rounding.input_value(port).get_node().data for port in (1, 2))
    both = np.stack([low, high]).astype(np.float32)
    users = [(t.get_node(), t.get_index()) for t in rounding.output(0).get_target_inputs()]
    return {
        f"{RANGE}|{node.get_friendly_name()}|{port}": both
        for node, port in users
        if node.get_type_name() != "ShapeOf"
    }


def _weights(convolution: Any) -> dict[str, NDArray[Any]]:
    """int8 weights, scale and corrected bias; nothing of a convolution that stays float32."""
    product = convolution.input_value(1).get_node()
    if product.get_type_name() != "Multiply":
        return {}
    name = convolution.get_friendly_name()
    integers = product.input_value(0).get_node().input_value(0).get_node().data
    scale = product.input_value(1).get_node().data
    found = {f"{WEIGHTS}|{name}": integers, f"{SCALE}|{name}": scale}
    for user in convolution.output(0).get_target_inputs():
        add = user.get_node()
        if add.get_type_name() != "Add":
            continue
        bias = add.input_value(1).get_node()
        if bias.get_type_name() == "Constant":
            found[f"{BIAS}|{add.get_friendly_name()}"] = bias.data
    return found


def _is_convolution(operation: Any) -> bool:
    return operation.get_type_name() in _CONVOLUTIONS


def _spread(length: int, count: int) -> list[int]:
    """Up to `count` numbers spread evenly from 0 to `length` - 1."""
    return sorted({int(number) for number in np.linspace(0, length - 1, count)})


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(prog="python -m models.training.quantise")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--scenes", type=int, default=40, metavar="N", help="rendered, one frame")
    parser.add_argument("--cache", type=Path, default=Path(".cache/training"))
    parser.add_argument("--video", type=Path, action="append", default=[], metavar="CLIP")
    parser.add_argument("--real", nargs="*", default=[], metavar="FOLDER")
    parser.add_argument("--frames", type=int, default=10, metavar="N", help="of each video, folder")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    asked = parser.parse_args()
    network = lite_weights.load(asked.weights).for_inference(torch.float32)
    pictures = [
        *rendered(SceneCache(asked.cache, SCENE_SIZE, 1), asked.scenes),
        *filmed(asked.video, asked.real, asked.frames),
    ]
    logging.getLogger("nncf").setLevel(logging.WARNING)
    tensors = quantised(network, list(as_seen(pictures)))
    names = [f"{asked.scenes} rendered scenes", *(path.name for path in asked.video)]
    names += [Path(name).name for name in asked.real]
    source = hashlib.sha256(asked.weights.read_bytes()).hexdigest()
    save(asked.out, tensors, {"calibrated_on": ", ".join(names), "source_sha256": source})
    print(f"{len(tensors)} tensors, {asked.out.stat().st_size / 1e6:.1f} MB, in {asked.out}")


if __name__ == "__main__":
    main()
