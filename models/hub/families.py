"""What each kind of depth model expects and gives: one line per kind in `FAMILIES`.

What a number means is never guessed from the numbers: a kind that is not listed is refused.
Preprocessing is `transformers`' own where it runs without torchvision; Depth Pro's is here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from models.errors import CheckpointError
from models.estimators.recipe import Gives
from models.frames import UInt8

Prepare = Callable[[Any, UInt8, int | None], Tensor]
"""From the processor, (H, W, 3) RGB and the short side or None to (1, 3, h, w) pixel values."""

Finish = Callable[[Any, tuple[int, int]], Tensor]
"""From the network's output and (height, width) of the frame to (height, width) of its size."""


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of model, `model_type` in its config.json.

    Attributes
    ----------
    gives
        Returns from the config what `finish` returns.
    has_processor
        `transformers` prepares its pictures without torchvision.
    """

    gives: Callable[[Any], Gives]
    prepare: Prepare
    finish: Finish
    has_processor: bool = True


def family_of(model_type: str) -> Family:
    """The family of a model type.

    Raises
    ------
    CheckpointError
        If it is not a depth model, or one whose output is not known here.
    """
    if model_type not in FAMILIES:
        raise CheckpointError(
            f"Models of type {model_type or 'unknown'!r} cannot be a lane, because it is not known "
            f"here that they give depth; known are {', '.join(sorted(FAMILIES))}."
        )
    return FAMILIES[model_type]


# -- what they give -------------------------------------------------------------------------------


def _disparity_or_metres(config: Any) -> Gives:
    return Gives.DEPTH_M if config.depth_estimation_type == "metric" else Gives.DISPARITY


def _dpt(config: Any) -> Gives:
    """MiDaS's networks give disparity; DINOv2's depth heads, the ones on that backbone, metres."""
    backbone = getattr(getattr(config, "backbone_config", None), "model_type", "")
    return Gives.DEPTH_M if backbone == "dinov2" else Gives.DISPARITY


def _metres(_config: Any) -> Gives:
    return Gives.DEPTH_M


# -- pictures in ----------------------------------------------------------------------------------


def own_size(processor: Any) -> tuple[int, int] | None:
    """(height, width) that a processor scales to; None if it scales to no fixed size."""
    size = getattr(processor, "size", None)
    height, width = getattr(size, "height", None), getattr(size, "width", None)
    return (height, width) if height and width else None


def _by_processor(processor: Any, rgb: UInt8, short_side: int | None) -> Tensor:
    """Resized as its config says, or to another short side in the same manner."""
    own = own_size(processor)
    changes: dict[str, Any] = {}
    if short_side is not None and own is not None:
        height, width = (round(side * short_side / min(own)) for side in own)
        changes = {"size": {"height": height, "width": width}}
    pixels: Tensor = processor(rgb, return_tensors="pt", **changes)["pixel_values"]
    return pixels


def _glpn(processor: Any, rgb: UInt8, short_side: int | None) -> Tensor:
    """GLPN takes a picture of any size; a short side is applied before its processor."""
    if short_side is not None:
        height, width = rgb.shape[:2]
        scale = short_side / min(height, width)
        picture = torch.from_numpy(rgb).permute(2, 0, 1)[None].float()
        size = (max(32, round(scale * height)), max(32, round(scale * width)))
        picture = F.interpolate(picture, size, mode="bilinear", antialias=True)
        rgb = picture[0].permute(1, 2, 0).round().clamp(0, 255).byte().numpy()
    pixels: Tensor = processor(rgb, return_tensors="pt")["pixel_values"]
    return pixels


DEPTH_PRO_SIDE = 1536


def _depth_pro(_processor: Any, rgb: UInt8, _short_side: int | None) -> Tensor:
    """Scaled to -1 .. 1 and stretched to the one size that it takes; any input size is ignored."""
    picture = torch.from_numpy(rgb).permute(2, 0, 1)[None].float() / 127.5 - 1
    return F.interpolate(picture, (DEPTH_PRO_SIDE,) * 2, mode="bilinear", align_corners=False)


# -- output back ----------------------------------------------------------------------------------


def _bicubic(output: Any, size: tuple[int, int]) -> Tensor:
    """The depth map at the frame's size, as DPT's and GLPN's own post-processing resizes it."""
    depth = output.predicted_depth[:1, None].float()
    return F.interpolate(depth, size, mode="bicubic", align_corners=False)[0, 0]


def _zoedepth(output: Any, size: tuple[int, int]) -> Tensor:
    """The same after the border that its processor added is cut off."""
    pads = [int(math.sqrt(side / 2) * 3) for side in size]
    padded = (size[0] + 2 * pads[0], size[1] + 2 * pads[1])
    depth = output.predicted_depth[:1, None].float()
    depth = F.interpolate(depth, padded, mode="bicubic", align_corners=False)[0, 0]
    return depth[pads[0] : padded[0] - pads[0], pads[1] : padded[1] - pads[1]]


def _depth_pro_depth(output: Any, size: tuple[int, int]) -> Tensor:
    """Metres from canonical inverse depth and the field of view that the network estimates."""
    inverse = output.predicted_depth[:1, None].float()
    if output.field_of_view is not None:
        inverse = inverse * (2 * torch.tan(0.5 * torch.deg2rad(output.field_of_view.float()[0])))
    inverse = F.interpolate(inverse, size, mode="bilinear", align_corners=False)[0, 0]
    return 1 / inverse.clamp(1e-4, 1e4)


FAMILIES: Mapping[str, Family] = {
    "depth_anything": Family(_disparity_or_metres, _by_processor, _bicubic),
    "dpt": Family(_dpt, _by_processor, _bicubic),
    "glpn": Family(_metres, _glpn, _bicubic),
    "zoedepth": Family(_metres, _by_processor, _zoedepth),
    "depth_pro": Family(_metres, _depth_pro, _depth_pro_depth, has_processor=False),
}
"""By `model_type`. Depth Anything V1, V2 and Distill-Any-Depth are all "depth_anything"."""
