"""What training minimises, on disparity.

The target of a clip is its true disparity divided by one scale per clip (`target_scale`). Nothing
depends on a normalised *prediction*: a loss that divides by the prediction's own spread has a
constant for an answer. Zero stays zero, so the sky means the same in every picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

LEVEL_SHARE = 0.25
"""How much the median adds to the spread in the scale of a target: low-contrast scenes (a table
seen from above) are stretched, but not without bound."""
LARGEST_TARGET = 8.0
"""Targets end here, so that a lens cap of an object does not outweigh the rest of the picture."""
GRADIENT_SCALES = 4


@dataclass(frozen=True, slots=True)
class LossTerms:
    """The terms of the loss, each a scalar; teacher is zero where there is none."""

    level: Tensor
    shape: Tensor
    gradient: Tensor
    temporal: Tensor
    teacher: Tensor


def target_scale(disparity: Tensor) -> Tensor:
    """One scale per clip, > 0.

    disparity : (B, T, H, W), 1/m, NaN where unknown. Returns (B, 1, 1, 1): mean absolute deviation
    from the median, plus LEVEL_SHARE of the median.
    """
    flat = disparity.flatten(1)
    median = flat.nanmedian(1, keepdim=True).values.nan_to_num(0.0)
    deviation = (flat - median).abs().nanmean(1, keepdim=True).nan_to_num(0.0)
    scale = deviation + LEVEL_SHARE * median
    return scale.clamp(min=1e-4)[..., None, None]


def clip_loss(
    predicted: Tensor,
    disparity: Tensor,
    flow: Tensor | None = None,
    covisible: Tensor | None = None,
    teacher: Tensor | None = None,
) -> LossTerms:
    """Compare predictions with the truth of the same frames, and with a teacher's predictions.

    predicted, disparity : (B, T, H, W); the truth in 1/m, NaN where unknown.
    flow : (B, T, H, W, 2) pixels to the previous frame; covisible : (B, T, H, W) bool. Both are
        unused for the first frame of a clip, and None leaves the temporal term out.
    teacher : (B, T, H, W), in units of the target, NaN where it was not asked; None leaves that
        term out.
    """
    known = disparity.isfinite()
    target = (disparity / target_scale(disparity)).nan_to_num(0.0).clamp(max=LARGEST_TARGET)
    error = (predicted - target) * known
    temporal = predicted.new_zeros(())
    if flow is not None and covisible is not None and predicted.shape[1] > 1:
        temporal = temporal_term(error, known, flow, covisible)
    return LossTerms(
        level=_mean(error.abs(), known),
        shape=shape_term(error, known),
        gradient=gradient_term(error, known),
        temporal=temporal,
        teacher=predicted.new_zeros(()) if teacher is None else teacher_term(predicted, teacher),
    )


def teacher_term(predicted: Tensor, teacher: Tensor) -> Tensor:
    """Mean absolute difference to the teacher, and of neighbours; both (B, T, H, W).

    NaN where the teacher was not asked; such pixels count as right.
    """
    asked = teacher.isfinite()
    difference = torch.where(asked, predicted - teacher.clamp(max=LARGEST_TARGET), 0.0)
    share = asked.float().mean()
    return difference.abs().mean() + share * gradient_term(difference, asked)


def shape_term(error: Tensor, known: Tensor) -> Tensor:
    """Mean absolute error after the best constant of each clip is taken off.

    error, known : (B, T, H, W), error zero where unknown.
    """
    count = known.sum((1, 2, 3), keepdim=True).clamp(min=1)
    offset = error.sum((1, 2, 3), keepdim=True) / count
    return _mean((error - offset).abs(), known)


def gradient_term(error: Tensor, known: Tensor) -> Tensor:
    """Differences between neighbours of the error, at full size and three halvings."""
    error, weight = error.flatten(0, 1).unsqueeze(1), known.flatten(0, 1).unsqueeze(1).float()
    total = error.new_zeros(())
    for scale in range(GRADIENT_SCALES):
        if scale:
            error, weight = F.avg_pool2d(error, 2), F.avg_pool2d(weight, 2).floor()
        right = weight[..., 1:] * weight[..., :-1]
        below = weight[..., 1:, :] * weight[..., :-1, :]
        total = total + _mean((error[..., 1:] - error[..., :-1]).abs(), right)
        total = total + _mean((error[..., 1:, :] - error[..., :-1, :]).abs(), below)
    return total


def temporal_term(error: Tensor, known: Tensor, flow: Tensor, covisible: Tensor) -> Tensor:
    """How much the error of a surface point changes from one frame to the next.

    Follows the true flow, so an answer that drags behind the motion is not steady but wrong.
    """
    before = error[:, :-1].flatten(0, 1).unsqueeze(1)
    known_before = known[:, :-1].flatten(0, 1).unsqueeze(1).float()
    grid = sampling_grid(flow[:, 1:].flatten(0, 1))
    carried = F.grid_sample(
        torch.cat([before, known_before], 1),
        grid,
        mode="bilinear",
        padding_mode="zeros",
        align_corners=False,
    )
    usable = covisible[:, 1:].flatten(0, 1) & known[:, 1:].flatten(0, 1) & (carried[:, 1] > 0.99)
    return _mean((error[:, 1:].flatten(0, 1) - carried[:, 0]).abs(), usable)


def sampling_grid(flow: Tensor) -> Tensor:
    """Where each pixel was, for grid_sample with align_corners=False.

    flow : (N, H, W, 2) pixels (x, y) to the previous frame. Returns (N, H, W, 2) in [-1, 1].
    """
    height, width = flow.shape[1:3]
    x = torch.arange(width, device=flow.device, dtype=flow.dtype) + 0.5
    y = torch.arange(height, device=flow.device, dtype=flow.dtype) + 0.5
    was_x = (x + flow[..., 0]) * (2.0 / width) - 1.0
    was_y = (y[:, None] + flow[..., 1]) * (2.0 / height) - 1.0
    return torch.stack([was_x, was_y], -1)


def _mean(values: Tensor, weight: Tensor) -> Tensor:
    weight = weight.to(values.dtype)
    return (values * weight).sum() / weight.sum().clamp(min=1.0)
