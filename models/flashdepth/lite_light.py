"""The lighter fine part of FlashDepth-lite's second design: the same jobs for a tenth of the work.

At strides 8 and 4 full 3x3 convolutions were most of the first design's arithmetic. Here each
channel is filtered by itself and a 1x1 convolution mixes them; the gate of the short memory looks
at half of its map's size, since what moves is larger than a pixel.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.flashdepth.convolution import Then, convolve
from models.inside.probe import Intermediates, Part, wants

KERNEL = 5
"""Side of the filters: as wide as the two 3x3 convolutions they replace."""


class SeparableUnit(nn.Module):
    """x + mix(relu(filter(x))); the filter sees each channel by itself."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.filter = nn.Conv2d(width, width, KERNEL, padding=KERNEL // 2, groups=width)
        self.mix = nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(b, width, h, w) -> (b, width, h, w)."""
        return convolve(self.mix, convolve(self.filter, x, Then.RELU), plus=x)


class LightFusion(nn.Module):
    """Adds the encoder's projected map to the coarser path and hands it on, resized.

    outputs : channels that the next step wants; None for the last step, which hands on its own.
    """

    def __init__(self, width: int, outputs: int | None) -> None:
        super().__init__()
        self.unit = SeparableUnit(width)
        self.out = None if outputs is None else nn.Conv2d(width, outputs, 1)

    def addition(self, skip: Tensor) -> Tensor:
        """(b, width, h, w) map of the encoder's to what is added of it: all of it."""
        return skip

    def forward(self, path: Tensor, added: Tensor, size: tuple[int, int]) -> Tensor:
        """Two (b, width, h, w) maps -> (b, outputs, *size)."""
        path = self.unit(path + added)
        if self.out is not None:
            path = convolve(self.out, path)  # commutes with a resize and is cheaper before it
        if path.shape[-2:] == size:
            return path
        return F.interpolate(path, size, mode="bilinear", align_corners=False)


class HalfHold(nn.Module):
    """Lets the map of the frame before through where it still holds.

    path + gate * change(previous - path), the gate found at half size. `change` starts at zero:
    untrained, it is the identity.
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
        """Two (b, width, h, w) maps with even sides -> (b, width, h, w).

        Gives the gate's mean over the channels, (b, h/2, w/2), if asked.
        """
        halves = [F.avg_pool2d(path, 2), F.avg_pool2d(previous, 2)]
        seen = convolve(self.look, torch.cat(halves, 1), Then.RELU)  # (b, hidden, h/2, w/2)
        gate = convolve(self.gate, seen).sigmoid()
        if into is not None and wants(into, Part.GATE):
            into.add(Part.GATE, gate.float().mean(1))
        gate = F.interpolate(gate, path.shape[-2:], mode="bilinear", align_corners=False)
        return torch.addcmul(path, gate, convolve(self.change, previous - path))
