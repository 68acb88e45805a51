"""The decoder: a DPT head (Ranftl et al. 2021), as Depth Anything V2 uses it.

Four levels of features become a pyramid at 4, 2, 1 and 1/2 times the patch grid. From coarse to
fine, each `refinenet` adds the next level and doubles the size; what it returns is a *path*: path 4
is the coarsest, at the patch grid (ph, pw); path 1 the finest, at (8 ph, 8 pw).

A level is brought to what a step adds of it (`resConfUnit1`) before there is any path: that does
not depend on memory, so lanes share it.

Two things differ from the published code and change results by rounding only. A path's 1x1
convolution comes before its enlargement: both are linear and the bilinear weights of a pixel sum to
one, so they commute, and the smaller map costs a quarter. Features stay channels-last, the order in
which the encoder's tokens arrive.

Shapes: b batch, d width of the pyramid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.flashdepth.config import DecoderConfig
from models.flashdepth.precision import without_autocast
from models.inside.probe import Intermediates, Part
from models.inside.tensors import give_norm


def resize(maps: Tensor, height: int, width: int) -> Tensor:
    """Bilinear with the corners' centres aligned: (b, c, h, w) -> (b, c, height, width)."""
    return F.interpolate(maps, (height, width), mode="bilinear", align_corners=True)


class ResidualUnit(nn.Module):
    """Two 3x3 convolutions, each behind a ReLU, around a residual."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, maps: Tensor) -> Tensor:
        """(b, d, h, w) -> (b, d, h, w)."""
        change = F.relu(self.conv1(F.relu(maps)), inplace=True)
        out: Tensor = self.conv2(change)
        return out.add_(maps)


class FusionBlock(nn.Module):
    """One step from coarse to fine."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.out_conv = nn.Conv2d(width, width, 1)
        self.resConfUnit1 = ResidualUnit(width)
        self.resConfUnit2 = ResidualUnit(width)

    def addition(self, level: Tensor) -> Tensor:
        """(b, d, h, w) level of the pyramid to what is added of it to the path of that size."""
        added: Tensor = self.resConfUnit1(level)
        return added

    def forward(self, path: Tensor, added: Tensor | None, size: tuple[int, int]) -> Tensor:
        """(b, d, h, w) path and what is added to it -> (b, d, *size) next path."""
        if added is not None:
            path = path + added
        return resize(self.out_conv(self.resConfUnit2(path)), *size)


class Scratch(nn.Module):
    """What DPT trains from scratch; the name is the weights'."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        width = config.width
        for level, channels in enumerate(config.levels, start=1):
            convolution = nn.Conv2d(channels, width, 3, padding=1, bias=False)
            self.add_module(f"layer{level}_rn", convolution)
            self.add_module(f"refinenet{level}", FusionBlock(width))
        self.output_conv1 = nn.Conv2d(width, width // 2, 3, padding=1)
        self.output_conv2 = nn.Sequential(
            nn.Conv2d(width // 2, 32, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(32, 1, 1)
        )

    @property
    def precision(self) -> torch.dtype:
        """That of the weights."""
        return self.output_conv1.weight.dtype

    def narrow(self, number: int) -> nn.Conv2d:
        """The convolution that brings level `number` (1–4) to the pyramid's width."""
        return cast(nn.Conv2d, getattr(self, f"layer{number}_rn"))

    def refine(self, number: int) -> FusionBlock:
        """The step that makes path `number` (4–1)."""
        return cast(FusionBlock, getattr(self, f"refinenet{number}"))


class DPTHead(nn.Module):
    """Features to disparity, in steps: `level`, `first_path`, `next_path` 3 to 1, `disparity`.

    `level` is `tap` and then `narrowed`.
    """

    def __init__(self, channels: int, config: DecoderConfig) -> None:
        super().__init__()
        a, b, _, d = config.levels
        self.projects = nn.ModuleList(nn.Conv2d(channels, out, 1) for out in config.levels)
        self.resize_layers = nn.ModuleList(
            [
                nn.ConvTranspose2d(a, a, 4, stride=4),
                nn.ConvTranspose2d(b, b, 2, stride=2),
                nn.Identity(),
                nn.Conv2d(d, d, 3, stride=2, padding=1),
            ]
        )
        self.scratch = Scratch(config)

    def tap(self, index: int, features: Tensor, grid: tuple[int, int]) -> Tensor:
        """(b, ph pw, c) features of tap `index` (0–3) as a (b, c', h, w) map of that level."""
        maps = features.transpose(1, 2).unflatten(2, grid)  # (b, c, ph, pw), channels last
        resized: Tensor = self.resize_layers[index](self.projects[index](maps))
        return resized

    def narrowed(self, index: int, maps: Tensor) -> Tensor:
        """The map of tap `index` (0–3) as the (b, d, h, w) level of the pyramid.

        Levels 0 to 2 come as what is added to a path, the last as where the first path begins.
        """
        level: Tensor = self.scratch.narrow(index + 1)(maps)
        return level if index == 3 else self.scratch.refine(index + 1).addition(level)

    def level(self, index: int, features: Tensor, grid: tuple[int, int]) -> Tensor:
        """(b, ph pw, c) features of tap `index` (0–3) to the (b, d, h, w) level of the pyramid."""
        return self.narrowed(index, self.tap(index, features, grid))

    def first_path(
        self, level: Tensor, grid: tuple[int, int], into: Intermediates | None = None
    ) -> Tensor:
        """The coarsest level (b, d, ceil(ph/2), ceil(pw/2)) to path 4 (b, d, ph, pw)."""
        path: Tensor = self.scratch.refine(4)(level, None, grid)
        give_norm(Part.PYRAMID, path, into)
        return path

    def next_path(
        self,
        number: int,
        coarser: Tensor,
        levels: Sequence[Tensor],
        into: Intermediates | None = None,
    ) -> Tensor:
        """Path `number` (3–1) from the coarser path and the levels, fine to coarse.

        Of `levels`, (b, d, h, w) each, only number `number` and the next finer one are read.
        """
        level = levels[number - 1]
        if number > 1:
            size = levels[number - 2].shape[-2], levels[number - 2].shape[-1]
        else:
            size = 2 * level.shape[-2], 2 * level.shape[-1]
        path: Tensor = self.scratch.refine(number)(coarser, level, size)
        give_norm(Part.PYRAMID, path, into)
        return path

    def disparity(self, path: Tensor, height: int, width: int) -> Tensor:
        """(b, d, 8 ph, 8 pw) path 1 to (b, height, width) disparity, >= 0.

        The last sum is made in the weights' own precision also under autocast: with the 8 bits of
        a bfloat16 mantissa, a smooth floor would become a staircase.
        """
        maps = resize(self.scratch.output_conv1(path), height, width)
        wide, activation, last = self.scratch.output_conv2
        maps = activation(wide(maps))  # (b, 32, height, width)
        with without_autocast(maps.device):
            disparity: Tensor = last(maps.to(self.scratch.precision))
        return F.relu(disparity, inplace=True).squeeze(1)
