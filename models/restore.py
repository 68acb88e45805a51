"""From a network's disparity back to the frame's size."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from models.estimator import FrameMemo
from models.frames import Float32, UInt8


def restore(disparity: Float32, rgb: UInt8, memo: FrameMemo) -> Float32:
    """(h, w) disparity to the (H, W) of `rgb`, float32, C-contiguous."""
    del memo
    height, width = rgb.shape[:2]
    if disparity.shape == (height, width):
        return disparity
    maps = torch.from_numpy(disparity)[None, None]
    resized = F.interpolate(maps, (height, width), mode="bilinear", align_corners=True)
    restored: Float32 = resized[0, 0].numpy()
    return restored
