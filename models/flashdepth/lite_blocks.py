"""The parts of FlashDepth-lite's decoder: fusion steps, the short memory and the head."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.flashdepth.convolution import Then, convolve
from models.flashdepth.lite_encoder import FEATURE_WIDTHS
from models.inside.probe import Intermediates, Part, wants


class ResidualUnit(nn.Module):
    """x + conv(relu(conv(relu(x))))."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        inside = convolve(self.conv1, F.relu(x), Then.RELU)
        return convolve(self.conv2, inside, plus=x)


class Fusion(nn.Module):
    """Adds the encoder's map to the coarser path and hands it on, resized.

    What it adds does not depend on the path, so lanes with and without memory share it.
    """

    def __init__(self, width: int, *, first: bool = False) -> None:
        super().__init__()
        self.skip_unit = None if first else ResidualUnit(width)
        self.unit = ResidualUnit(width)
        self.out = nn.Conv2d(width, width, 1)

    def addition(self, skip: Tensor) -> Tensor:
        """(b, width, h, w) map of the encoder's to what is added of it. Not for the first step."""
        return cast(Tensor, cast(ResidualUnit, self.skip_unit)(skip))

    def forward(self, path: Tensor, added: Tensor | None, size: tuple[int, int]) -> Tensor:
        if added is not None:
            path = path + added
        # A 1x1 convolution and a resize commute; this order is cheaper.
        path = convolve(self.out, self.unit(path))
        if path.shape[-2:] == size:
            return path
        return F.interpolate(path, size, mode="bilinear", align_corners=False)


class Hold(nn.Module):
    """Lets the map of the frame before through where it still holds.

    path + gate * change(previous - path). `change` starts at zero: untrained, it is the identity.
    """

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.look = nn.Conv2d(2 * width, hidden, 3, padding=1)
        self.gate = nn.Conv2d(hidden, width, 3, padding=1)
        self.change = nn.Conv2d(width, width, 1)
        nn.init.zeros_(self.change.weight)
        if self.change.bias is not None:
            nn.init.zeros_(self.change.bias)

    def forward(self, path: Tensor, previous: Tensor, into: Intermediates | None = None) -> Tensor:
        """Two (b, width, h, w) maps -> (b, width, h, w); gives the gate's mean, if asked."""
        seen = convolve(self.look, torch.cat([path, previous], 1), Then.RELU)
        gate = self.gate(seen).sigmoid()
        if into is not None and wants(into, Part.GATE):
            into.add(Part.GATE, gate.float().mean(1))
        return cast(Tensor, path + gate * self.change(previous - path))


class Head(nn.Module):
    """The finest path and the encoder's half-resolution features to disparity.

    reach : side of the kernel that reads the path.
    """

    def __init__(self, width: int, hidden: int, reach: int = 3) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(width, hidden, reach, padding=reach // 2)
        self.skip = nn.Conv2d(FEATURE_WIDTHS[0], hidden, 3, padding=1)
        self.mix = nn.Conv2d(hidden, hidden, 3, padding=1)
        self.out = nn.Conv2d(hidden, 4, 1)
        with torch.no_grad():  # the four pixels of a cell start equal, about one unit near
            self.out.weight.copy_(self.out.weight[:1].expand_as(self.out.weight).clone())
            self.out.bias.fill_(1.0) if self.out.bias is not None else None

    def addition(self, finest: Tensor) -> Tensor:
        """(b, c, h/2, w/2) features of the encoder's to what is added of them, shared by lanes."""
        return cast(Tensor, self.skip(finest))

    def forward(self, path: Tensor, added: Tensor) -> Tensor:
        """(b, width, h/4, w/4) and (b, hidden, h/2, w/2) -> (b, h, w)."""
        x = convolve(self.narrow, path)
        x = F.interpolate(x, added.shape[-2:], mode="bilinear", align_corners=False)
        x = x.add_(added).relu_()  # a map of its own: nobody else reads it
        x = convolve(self.mix, x, Then.RELU)
        with torch.autocast(x.device.type, enabled=False):
            # Eight bits of mantissa would make a staircase of a slope: the last sum is exact.
            x = self.out(x.to(self.out.weight.dtype))
        return spread(x)


def spread(cells: Tensor) -> Tensor:
    """(b, 4, h/2, w/2) cells to the (b, h, w) pixels in them.

    What `pixel_shuffle` does, which copies channels-last maps in a much slower way.
    """
    b, _, h, w = cells.shape
    inside: Tensor = cells.unflatten(1, (2, 2))  # (b, 2, 2, h, w): row and column in the cell
    return inside.permute(0, 3, 1, 4, 2).reshape(b, 2 * h, 2 * w)
