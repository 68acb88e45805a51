"""How much faster the networks are than a plain reference of the same maths, and what a second
lane costs.

    python -m tests.bench.bench_networks [--threads 1] [--rounds 5] [--models s l full] [--bfloat16]

Everything is measured in one run, in turns, so that a busy machine slows all alike; the medians of
processor time are reported, which other programs disturb less than they do the wall clock.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

from models.flashdepth import FlashDepth, FlashDepthConfig
from tests.bench.plain_reference import State, plain_forward
from tests.fixtures.flashdepth.fixture_weights import fill

CONFIGS = {
    "s": FlashDepthConfig.small,
    "l": FlashDepthConfig.large,
    "full": FlashDepthConfig.full,
}
SIZES = ((518, 518), (924, 518))


class Bench:
    """One network at one size: the contenders, each a function of nothing."""

    def __init__(self, net: FlashDepth, width: int, height: int, dtype: torch.dtype) -> None:
        self.net = net
        self.mixed = dtype is torch.bfloat16
        generator = torch.Generator().manual_seed(0)
        picture = torch.randn(1, 3, height, width, generator=generator)
        self.frames = picture.to(memory_format=torch.channels_last)
        self.plain_net = FlashDepth(net.config).eval().requires_grad_(False)
        self.plain_net.load_state_dict(net.state_dict())
        with torch.inference_mode():
            self.plain_state: State | None = plain_forward(self.plain_net, self.frames, None)[1]
            self.state = net(self.frames)[1]

    def plain(self) -> None:
        """The plain reference, one lane."""
        with torch.inference_mode():
            plain_forward(self.plain_net, self.frames.contiguous(), self.plain_state)

    def one_lane(self) -> None:
        """Ours, with memory."""
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.mixed):
            self.net.decode(self.net.encode(self.frames), self.state)

    def two_lanes(self) -> None:
        """Ours with memory and, from the same features, without."""
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.mixed):
            features = self.net.encode(self.frames)
            self.net.decode(features, self.state)
            self.net.decode(features, None, temporal=False)

    def difference(self) -> float:
        """Largest difference between ours and the plain reference, in the output's deviation."""
        with torch.inference_mode():
            plain, _ = plain_forward(self.plain_net, self.frames, self.plain_state)
            ours: Tensor
            with torch.autocast("cpu", torch.bfloat16, enabled=self.mixed):
                ours, _ = self.net(self.frames, self.state)
        return float((ours - plain).abs().max() / plain.std())


def medians(contenders: list[Callable[[], None]], rounds: int) -> list[float]:
    """Median processor time of each in seconds, in turns after one warm-up."""
    times: list[list[float]] = [[] for _ in contenders]
    for turn in range(rounds + 1):
        for index, contender in enumerate(contenders):
            started = time.process_time()
            contender()
            if turn:
                times[index].append(time.process_time() - started)
    return [statistics.median(row) for row in times]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--models", nargs="+", choices=CONFIGS, default=["s"])
    parser.add_argument("--bfloat16", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    dtype = torch.bfloat16 if arguments.bfloat16 else torch.float32
    print(f"{arguments.threads} thread(s), {dtype}, medians of {arguments.rounds}")
    print("model  size      plain s  ours s  speed-up  two lanes / one  max diff / std")
    for name in arguments.models:
        net = FlashDepth(CONFIGS[name]()).eval().requires_grad_(False)
        fill(net)
        net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        for width, height in SIZES:
            bench = Bench(net, width, height, dtype)
            plain, one, two = medians(
                [bench.plain, bench.one_lane, bench.two_lanes], arguments.rounds
            )
            print(
                f"{name:<6} {width}x{height}  {plain:7.3f}  {one:6.3f}  {plain / one:8.2f}"
                f"  {two / one:15.2f}  {bench.difference():14.1e}",
                flush=True,
            )


if __name__ == "__main__":
    main()
