"""What it costs to look inside a network.

    python -m tests.bench.bench_inside [--threads 1] [--rounds 15] [--device cpu] [--large]

Every round runs each contender once, in turns, so that a busy machine slows all alike. Reported
are medians of processor time: of the frame without a probe, and of what each part adds to it.
Weights are random, as times do not depend on them.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from models.devices.device import set_cpu_threads
from models.estimator import EstimatorOptions, FrameMemo
from models.estimators import lite
from models.estimators.neural import NeuralSession
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe
from models.flashdepth import FlashDepth, FlashDepthConfig
from models.frames import Frame
from models.inside.attention import attention_of
from models.inside.probe import Part, Probe
from models.inside.tokens import followed, principal_basis, similarity
from models.picture_format import CENTRED_32

NOISE = np.random.default_rng(0)


def flashdepth(config: FlashDepthConfig, size: int) -> NetworkRecipe:
    torch.manual_seed(0)
    network = FlashDepth(config).eval().requires_grad_(False)
    return NetworkRecipe("FlashDepth", "FlashDepth", lambda _d, _t: network, input_size=size)


def bundled() -> NetworkRecipe:
    net = lite.NETWORKS[0]
    return NetworkRecipe(
        net.name, net.title, net.load, CENTRED_32, lite.INPUT_SIZE, autocast=False, int8=net.int8
    )


class Lane:
    """A session per contender, so that each has its memory."""

    def __init__(self, recipe: NetworkRecipe, device: str, frame: Frame, probe: Probe) -> None:
        self.session = NeuralSession(recipe, EstimatorOptions(device=device), POOL)
        self.frame, self.probe = frame, probe
        for _ in range(3):
            self()

    def __call__(self) -> None:
        self.session.submit(self.frame, FrameMemo(self.probe)).result()


POOL = NetworkPool()


def in_turns(contenders: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median milliseconds of processor time by contender."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, work in contenders.items():
            begun = time.process_time()
            work()
            times[name].append((time.process_time() - begun) * 1e3)
    return {name: statistics.median(found) for name, found in times.items()}


def measure_network(recipe: NetworkRecipe, frame: Frame, device: str, rounds: int) -> None:
    contenders: dict[str, Callable[[], object]] = {"no probe": Lane(recipe, device, frame, Probe())}
    for part in Part:
        contenders[part] = Lane(recipe, device, frame, Probe(frozenset({part})))
    found = in_turns(contenders, rounds)
    plain = found.pop("no probe")
    print(f"{recipe.title}, {frame.size[0]}x{frame.size[1]}, {device}: {plain:.1f} ms a frame")
    for name, ms in found.items():
        print(f"  {name:12}{ms - plain:+8.2f} ms")


def measure_pictures(grid: tuple[int, int], width: int, heads: int, rounds: int) -> None:
    tokens = NOISE.normal(size=(*grid, width)).astype(np.float32)
    shape = (2, heads, 1 + grid[0] * grid[1], width // heads)
    queries, keys = NOISE.normal(size=shape).astype(np.float32)
    basis = principal_basis(tokens)
    found = in_turns(
        {
            "exact components": partial(principal_basis, tokens),
            "components": partial(followed, basis, tokens),
            "colours": partial(basis.colours, tokens),
            "similarity": partial(similarity, tokens, (1, 1)),
            "attention": partial(attention_of, queries, keys, (1, 1), grid),
        },
        rounds,
    )
    print(f"NumPy, {grid[0]}x{grid[1]} tokens of {width}")
    for name, ms in found.items():
        print(f"  {name:18}{ms:8.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--large", action="store_true", help="FlashDepth-L too")
    arguments = parser.parse_args()
    set_cpu_threads(arguments.threads)
    device, rounds = arguments.device, arguments.rounds
    wide = Frame(NOISE.integers(0, 255, (288, 512, 3), np.uint8), 0, 0, 0, 0.0)
    square = Frame(NOISE.integers(0, 255, (518, 518, 3), np.uint8), 0, 0, 0, 0.0)
    measure_network(bundled(), wide, device, rounds)
    measure_pictures((18, 32), 112, 4, rounds)
    measure_network(flashdepth(FlashDepthConfig.small(), 518), square, device, rounds)
    measure_pictures((37, 37), 384, 6, rounds)
    if arguments.large:
        measure_network(flashdepth(FlashDepthConfig.large(), 518), square, device, 3)
        measure_pictures((37, 37), 1024, 16, rounds)


if __name__ == "__main__":
    main()
