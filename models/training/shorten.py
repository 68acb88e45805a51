"""A start for a network whose encoder ends earlier than that of the weights it starts from.

    python -m models.training.shorten WEIGHTS RUN.toml --out runs/lite2-0/start.safetensors

What fits is copied. The coarsest projection and the overview read blocks that are missing; they are
fitted by ridge regression to what they gave there, on the run's own pictures.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.flashdepth import lite_weights as weights
from models.flashdepth.lite import FlashDepthLite, LiteConfig
from models.flashdepth.lite_encoder import PIXEL_MEAN, PIXEL_SCALE
from models.training.config import read_config
from models.training.samples import Batches
from models.training.start import warm_start

RIDGE = 1e-3
"""Share of the mean square of an input that is added to the diagonal."""


class Sums:
    """Normal equations of a linear fit: rows (n, i) of inputs to rows (n, o)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        self.square = torch.zeros(inputs, inputs, dtype=torch.float64)
        self.product = torch.zeros(inputs, outputs, dtype=torch.float64)

    def add(self, x: Tensor, y: Tensor) -> None:
        x = x.double()
        self.square += x.T @ x
        self.product += x.T @ y.double()

    def solve(self) -> Tensor:
        """(i, o) weights."""
        ridge = RIDGE * self.square.diagonal().mean()
        regular = self.square + ridge * torch.eye(len(self.square), dtype=torch.float64)
        found: Tensor = torch.linalg.solve(regular, self.product)
        return found.float()


def coarsest(network: FlashDepthLite, last: Tensor) -> Tensor:
    """What `network` makes of the encoder's last map: (b, width, h, w)."""
    seen: Tensor = network.overview(last.mean((2, 3)))[..., None, None]
    return cast(Tensor, network.project[3](last) + seen)


@torch.no_grad()
def fit_coarsest(network: FlashDepthLite, donor: FlashDepthLite, pictures: list[Tensor]) -> None:
    """Make `coarsest` of `network` what it is in `donor`, as nearly as can be.

    pictures : batches (b, 3, H, W), as the encoder wants them.
    """
    project = cast(nn.Conv2d, network.project[3])
    inputs, side = project.in_channels, project.kernel_size[0]
    sums = Sums(inputs * side * side + inputs + 1, project.out_channels)
    for frames in pictures:
        last = network.encoder(frames)[-1]  # (b, i, h, w)
        around = F.unfold(last, side, padding=side // 2).transpose(1, 2).flatten(0, 1)
        cells = last.shape[2] * last.shape[3]
        mean = last.mean((2, 3)).repeat_interleave(cells, 0)
        wanted = coarsest(donor, donor.encoder(frames)[-1]).flatten(2).transpose(1, 2)
        sums.add(torch.cat([around, mean, torch.ones(len(mean), 1)], 1), wanted.flatten(0, 1))
    found = sums.solve().T  # (o, inputs of the fit)
    kernel, overview, bias = found.split([inputs * side * side, inputs, 1], 1)
    project.weight.copy_(kernel.reshape(project.weight.shape))
    network.overview.weight.copy_(overview)
    network.overview.bias.copy_(bias[:, 0])


def main() -> None:
    """Fit the shortened encoder to the network of the weights given and write it."""
    parser = argparse.ArgumentParser(prog="python -m models.training.shorten")
    parser.add_argument("weights", type=Path)
    parser.add_argument("run", type=Path, help="whose pictures are used")
    parser.add_argument("--batches", type=int, default=80, metavar="N")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    asked = parser.parse_args()
    config = read_config(asked.run)
    torch.set_num_threads(config.threads)
    donor, network = weights.load(asked.weights), FlashDepthLite(LiteConfig.second())
    warm_start(network, donor)
    samples = Batches(config)
    pictures = []
    for number in range(asked.batches):
        frames = samples[number].frames.flatten(0, 1).permute(0, 3, 1, 2).float()
        pictures.append((frames - PIXEL_MEAN) / PIXEL_SCALE)
    fit_coarsest(network, donor, pictures)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    weights.save(asked.out, network.state_dict(), network.config, {"run": "shorten"})


if __name__ == "__main__":
    main()
