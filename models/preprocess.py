"""From a frame to a network's input.

Resizing is that of the authors' video script: cubic, without antialiasing, both sides *stretched*
to the next multiple of the patch instead of padded. It differs in one case: a picture reduced to
less than half is averaged, because a cubic kernel would skip pixels, and different ones as things
move.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from models.frames import Float32, UInt8
from models.opencv import cv2
from models.picture_format import IMAGENET_14, PictureFormat

Size = tuple[int, int]
"""(width, height) in pixels."""

LONGEST_NATIVE = 2044
"""Longest side in pixels of FlashDepth's native resolution."""
_LONGEST_ASPECT = 4

_ELONGATED = 1.78
_WIDEST = 1.777
"""Aspect above which Video Depth Anything reduces pictures, and whose long side they then get."""


def network_size(
    width: int, height: int, input_size: int | None = None, multiple: int = 14
) -> Size:
    """The (width, height) of a network's input for a picture of that size.

    Parameters
    ----------
    input_size
        Short side to scale to, in pixels, keeping the aspect; None keeps the picture as it is up to
        2044 on its long side. With an input size the long side may have 2044 or four input sizes,
        whichever is more: a narrower strip becomes smaller than its input size. Both sides are then
        increased to multiples of `multiple`.

    Raises
    ------
    ValueError
        For sizes below one.
    """
    return resize_steps(width, height, input_size, multiple)[-1]


def resize_steps(
    width: int,
    height: int,
    input_size: int | None = None,
    multiple: int = 14,
    scale: float = 1.0,
) -> tuple[Size, ...]:
    """The sizes that a picture is resized to in turn; the last is `network_size`.

    Native pictures longer than 2044 are first reduced and then stretched, as the authors do. A
    `scale` below 1 takes that fraction of the input size.
    """
    if min(width, height) < 1 or (input_size is not None and input_size < 1):
        raise ValueError(f"no network takes {width}x{height} at input size {input_size}")
    if scale < 1:
        native = min(1.0, LONGEST_NATIVE / max(width, height)) * min(width, height)
        input_size = max(1, round(scale * (input_size or native)))
    scaled = (width, height)
    if input_size is not None:
        short, long = min(width, height), max(width, height)
        if _is_strip(width, height, input_size):
            input_size, short = _longest(input_size), long
        scaled = (max(1, width * input_size // short), max(1, height * input_size // short))
        return (_grown(scaled, multiple),)
    if max(width, height) <= LONGEST_NATIVE:
        return (_grown(scaled, multiple),)
    scale = LONGEST_NATIVE / max(width, height)
    scaled = (max(1, int(width * scale)), max(1, int(height * scale)))
    grown = _grown(scaled, multiple)
    return (scaled, grown) if grown != scaled else (scaled,)


def picture_steps(
    size: Size, input_size: int | None, picture: PictureFormat, scale: float = 1.0
) -> tuple[Size, ...]:
    """The sizes that a (width, height) picture is resized to in turn, in a network's own format.

    Parameters
    ----------
    input_size
        As in `resize_steps`; a format with the nearest multiples takes the short side for None.
    scale
        Fraction of the input size.
    """
    if picture.is_nearest:
        return (_nearest(size, round(scale * (input_size or min(size))), picture.multiple),)
    return resize_steps(*size, input_size, picture.multiple, scale)


def _nearest(size: Size, short: int, multiple: int) -> Size:
    """Video Depth Anything's size: the short side near `short`, less for elongated pictures."""
    ratio = max(size) / min(size)
    if ratio > _ELONGATED:
        short = max(1, round(int(short * _WIDEST / ratio) / multiple)) * multiple
    scale = short / min(size)
    longest = _longest(short) // multiple * multiple  # where even one patch makes it too long
    width, height = (min(longest, _nearest_side(scale * side, short, multiple)) for side in size)
    return width, height


def _nearest_side(side: float, least: int, multiple: int) -> int:
    near = round(side / multiple) * multiple
    return near if near >= least else math.ceil(side / multiple) * multiple


def strip_note(size: Size, input_size: int | None, network: Size) -> str:
    """A sentence for the user if a picture of `size` is too long for its input size, else empty."""
    if input_size is None or not _is_strip(*size, input_size):
        return ""
    return (
        f"This picture is {max(size) / min(size):.0f} times as long as it is wide, so the network "
        f"gets it at {network[0]}x{network[1]} pixels instead of {input_size} on the short side; "
        "crop it for more detail."
    )


def _longest(input_size: int) -> int:
    """Longest side of the input, in pixels: attention's memory grows with its square."""
    return max(LONGEST_NATIVE, _LONGEST_ASPECT * input_size)


def _is_strip(width: int, height: int, input_size: int) -> bool:
    return max(width, height) * input_size > _longest(input_size) * min(width, height)


def _grown(size: Size, multiple: int) -> Size:
    return -(-size[0] // multiple) * multiple, -(-size[1] // multiple) * multiple


def prepare(
    rgb: UInt8,
    steps: tuple[Size, ...],
    picture: PictureFormat = IMAGENET_14,
    device: torch.device | None = None,
) -> Tensor:
    """(H, W, 3) uint8 picture to a (1, 3, h, w) float32 network input, resized through `steps`.

    On the CPU OpenCV does it; otherwise the bytes are uploaded and the device does it, equal to a
    few millionths (where it averages, to about a grey level, because the windows differ).
    """
    if device is None or device.type == "cpu":
        return _prepare_here(rgb, steps, picture)
    return prepare_on_device(torch.from_numpy(rgb).to(device), steps, picture)


def _prepare_here(rgb: UInt8, steps: tuple[Size, ...], picture: PictureFormat) -> Tensor:
    colours: NDArray[np.float32 | np.uint8] = rgb
    for size in steps:
        height, width = colours.shape[:2]
        if size == (width, height):
            continue
        if min(width / size[0], height / size[1]) > picture.average_above:
            colours = cv2.resize(colours, size, interpolation=cv2.INTER_AREA)
            continue
        colours = cv2.resize(_unit(colours), size, interpolation=cv2.INTER_CUBIC)
        if picture.is_clipped:
            np.clip(colours, 0, 1, out=colours)
    deviation = np.asarray(picture.deviation, np.float32)
    offset = np.asarray(picture.mean, np.float32) / deviation
    normalised = _unit(colours) * (1 / deviation)
    normalised -= offset
    # A view: the channels stay last in memory, which convolutions prefer.
    return torch.from_numpy(normalised).permute(2, 0, 1).unsqueeze(0)


def _unit(colours: NDArray[np.float32 | np.uint8]) -> Float32:
    if colours.dtype == np.uint8:
        return np.multiply(colours, np.float32(1 / 255), dtype=np.float32)
    return colours.astype(np.float32, copy=False)


def prepare_on_device(
    rgb: Tensor, steps: tuple[Size, ...], picture: PictureFormat = IMAGENET_14
) -> Tensor:
    """The same for a (H, W, 3) uint8 tensor on its own device, without copies between devices."""
    colours = rgb.permute(2, 0, 1).unsqueeze(0).float() / 255  # (1, 3, H, W)
    for width, height in steps:
        before = (colours.shape[-1], colours.shape[-2])
        if before == (width, height):
            continue
        if min(before[0] / width, before[1] / height) > picture.average_above:
            colours = F.interpolate(colours, (height, width), mode="area")
            continue
        colours = F.interpolate(colours, (height, width), mode="bicubic", align_corners=False)
        if picture.is_clipped:
            colours = colours.clamp(0, 1)
    # Numbers, not tensors: a small tensor made here would be uploaded, and the host would wait for
    # it.
    channels = zip(colours.unbind(1), picture.mean, picture.deviation, strict=True)
    return torch.stack([(plane - mean) / deviation for plane, mean, deviation in channels], 1)
