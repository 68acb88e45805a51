"""EfficientNet-Lite0 as a feature pyramid, without batch normalisation.

The published network (Tan and Le 2019, "Lite" variant: no squeeze-and-excitation, ReLU6) normalises
after every convolution. Here those normalisations are folded into the convolutions when the
ImageNet weights are read, so training and inference run the same plain layers and the statistics
of small batches of rendered pictures never replace those of ImageNet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.flashdepth.convolution import Then, convolve

PIXEL_MEAN = 127.0
"""Subtracted from 8-bit colour values before they enter the network."""
PIXEL_SCALE = 128.0
"""Divides what is left; both as in the training of the published weights."""

BATCH_NORM_EPS = 1e-3


@dataclass(frozen=True, slots=True)
class Stage:
    """A run of inverted residual blocks; the first one changes width and resolution."""

    blocks: int
    kernel: int
    stride: int
    expand: int
    width: int


STAGES = (
    Stage(blocks=1, kernel=3, stride=1, expand=1, width=16),
    Stage(blocks=2, kernel=3, stride=2, expand=6, width=24),
    Stage(blocks=2, kernel=5, stride=2, expand=6, width=40),
    Stage(blocks=3, kernel=3, stride=2, expand=6, width=80),
    Stage(blocks=3, kernel=5, stride=1, expand=6, width=112),
    Stage(blocks=4, kernel=5, stride=2, expand=6, width=192),
    Stage(blocks=1, kernel=3, stride=1, expand=6, width=320),
)
STEM_WIDTH = 32
FEATURE_STAGES = (0, 1, 2, 4, 6)
"""Stages whose outputs are the pyramid."""
FEATURE_WIDTHS = tuple(STAGES[index].width for index in FEATURE_STAGES)
FEATURE_STRIDES = (2, 4, 8, 16, 32)
BLOCKS = sum(stage.blocks for stage in STAGES)


class SameConv(nn.Conv2d):
    """A convolution that pads like TensorFlow's "SAME" (the odd pixel goes right and below)."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1):
        even = stride == 1
        super().__init__(
            inputs, outputs, kernel, stride, padding=kernel // 2 if even else 0, groups=groups
        )
        # With sides divisible by the stride, "SAME" needs kernel - stride pixels in all.
        total = kernel - stride
        self._margin = None if even else (total // 2, total - total // 2) * 2

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(self.padded(x))

    def padded(self, x: Tensor) -> Tensor:
        """`x` with the margin that the convolution itself does not add."""
        return x if self._margin is None else F.pad(x, self._margin)

    def widen(self) -> None:
        """Pad evenly instead: with a row and a column of zeros more the kernel sees the same.

        Saves a copy of the map. For inference; weights saved afterwards have the wider kernel.
        """
        if self._margin is None:
            return
        before, after = self._margin[:2]
        grown = after - before
        wider = F.pad(self.weight.detach(), (grown, 0, grown, 0))
        self.weight = nn.Parameter(wider, requires_grad=self.weight.requires_grad)
        self.kernel_size = (wider.shape[-2], wider.shape[-1])
        self.padding = (after, after)
        self._margin = None


class InvertedResidual(nn.Module):
    """Widen, filter each channel by itself, narrow; a shortcut where the shape allows it."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expand: int):
        super().__init__()
        hidden = inputs * expand
        self.expand = SameConv(inputs, hidden, 1) if expand > 1 else None
        self.filter = SameConv(hidden, hidden, kernel, stride, groups=hidden)
        self.project = SameConv(hidden, outputs, 1)
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else convolve(self.expand, x, Then.RELU6)
        y = convolve(self.filter, self.filter.padded(y), Then.RELU6)
        return convolve(self.project, y, plus=x if self.shortcut else None)


class LiteEncoder(nn.Module):
    """Pictures to five feature maps at strides 2, 4, 8, 16 and 32.

    count : blocks that are there; what the last one gives is the coarsest map. At least as many
        as stride 32 takes.
    widths : channels of the five maps; with all blocks, FEATURE_WIDTHS.
    """

    def __init__(self, count: int = BLOCKS) -> None:
        super().__init__()
        self.stem = SameConv(3, STEM_WIDTH, 3, 2)
        blocks: list[nn.Module] = []
        self._taps: set[int] = set()
        width = STEM_WIDTH
        for index, stage in enumerate(STAGES):
            for position in range(min(stage.blocks, count - len(blocks))):
                stride = stage.stride if position == 0 else 1
                blocks.append(
                    InvertedResidual(width, stage.width, stage.kernel, stride, stage.expand)
                )
                width = stage.width
            if index in FEATURE_STAGES:
                self._taps.add(len(blocks) - 1)
        self.widths = (*FEATURE_WIDTHS[:-1], width)
        self.blocks = nn.ModuleList(blocks)
        self.frozen_blocks = 0

    def widen(self) -> None:
        """Spare the maps of strided convolutions a copy; for inference (see SameConv.widen)."""
        for module in self.modules():
            if isinstance(module, SameConv):
                module.widen()

    def freeze(self, blocks: int) -> None:
        """Keep the stem and the first `blocks` blocks; no gradient is computed there.

        The depthwise filters of the other blocks are kept too: their weight gradient alone takes
        half of a training step on a CPU, and the 1x1 convolutions around them can adapt.
        """
        self.frozen_blocks = blocks
        for block in self.blocks:
            cast(InvertedResidual, block).filter.requires_grad_(False)
        for module in (self.stem, *self.blocks[:blocks]) if blocks else ():
            module.requires_grad_(False)

    def forward(self, frames: Tensor) -> tuple[Tensor, ...]:
        """frames : (B, 3, H, W), normalised by PIXEL_MEAN and PIXEL_SCALE; sides multiples of 32.

        Returns five maps (B, widths[i], H / FEATURE_STRIDES[i], W / FEATURE_STRIDES[i]).
        """
        features = []
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen_blocks):
            x = convolve(self.stem, self.stem.padded(frames), Then.RELU6)
        for index, block in enumerate(self.blocks):
            with torch.set_grad_enabled(torch.is_grad_enabled() and index >= self.frozen_blocks):
                x = block(x)
            if index in self._taps:
                features.append(x)
        return tuple(features)


def fold_imagenet_weights(published: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The published state dict as LiteEncoder's, with batch normalisation folded in.

    published : keys of `efficientnet-lite0-57934424.pth`; its classifier is left out.
    """
    folded = _fold(published, "_conv_stem", "_bn0", "stem")
    for index in range(BLOCKS):
        source, target = f"_blocks.{index}", f"blocks.{index}"
        layers = [("_depthwise_conv", "_bn1", "filter"), ("_project_conv", "_bn2", "project")]
        if f"{source}._expand_conv.weight" in published:
            layers.append(("_expand_conv", "_bn0", "expand"))
        for convolution, norm, name in layers:
            folded |= _fold(
                published, f"{source}.{convolution}", f"{source}.{norm}", f"{target}.{name}"
            )
    return folded


def _fold(
    published: Mapping[str, Tensor], convolution: str, norm: str, name: str
) -> dict[str, Tensor]:
    variance = published[f"{norm}.running_var"]
    gain = published[f"{norm}.weight"] / torch.sqrt(variance + BATCH_NORM_EPS)
    bias = published[f"{norm}.bias"] - published[f"{norm}.running_mean"] * gain
    weight = published[f"{convolution}.weight"] * gain.reshape(-1, 1, 1, 1)
    return {f"{name}.weight": weight, f"{name}.bias": bias}
