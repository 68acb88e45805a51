"""What it costs to look inside a network, in operations of their own.

    python -m tests.bench.bench_inside [--rounds 30]

`bench --views inside` measures whole frames with and without. What is added to a vision transformer
at 518x518 is less than the noise of its frame, so this times only what a probe adds: the operations
on tensors of FlashDepth-S's shapes, and NumPy's part. Medians of processor time on one thread.
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
from models.flashdepth.mamba2 import TemporalModule
from models.inside.attention import attention_of
from models.inside.probe import Intermediates, Part, Probe
from models.inside.tensors import give_norm
from models.inside.tokens import followed, principal_basis, similarity

NOISE = np.random.default_rng(0)
WIDTH = 64
"""Channels of FlashDepth-S's pyramid."""
PATHS = (37, 74, 148, 296)
"""Sides of its paths 4 to 1 at 518x518."""


def in_turns(contenders: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median milliseconds of processor time by contender."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, work in contenders.items():
            begun = time.process_time()
            work()
            times[name].append((time.process_time() - begun) * 1e3)
    return {name: statistics.median(found) for name, found in times.items()}


def show(title: str, found: dict[str, float]) -> None:
    print(title)
    for name, ms in found.items():
        print(f"  {name:18}{ms:8.2f} ms")


@torch.inference_mode()
def measure_tensors(rounds: int) -> None:
    """What a decoder adds; the memory's parts as the difference of its module with and without."""
    maps = [
        torch.randn(1, WIDTH, side, side).to(memory_format=torch.channels_last) for side in PATHS
    ]
    module = TemporalModule(WIDTH).eval()
    _, state = module(maps[1])

    def pyramid() -> None:
        into = Intermediates(Probe(frozenset({Part.PYRAMID})))
        for path in maps:
            give_norm(Part.PYRAMID, path, into)

    def memory(*parts: Part) -> None:
        module(maps[1], state, Intermediates(Probe(frozenset(parts))))

    found = in_turns(
        {
            "pyramid": pyramid,
            "memory": memory,
            "half-life": partial(memory, Part.HALF_LIFE),
            "share": partial(memory, Part.SHARE),
            "correction": partial(memory, Part.CORRECTION),
        },
        rounds,
    )
    plain = found.pop("memory")
    added = {name: ms - plain * (name != "pyramid") for name, ms in found.items()}
    show("FlashDepth-S at 518x518, added by", added)


def measure_arrays(grid: tuple[int, int], width: int, heads: int, rounds: int) -> None:
    """What analysis adds."""
    tokens = NOISE.normal(size=(*grid, width)).astype(np.float32)
    shape = (1 + grid[0] * grid[1], 3, heads, width // heads)
    queries, keys, _ = NOISE.normal(size=shape).astype(np.float32).transpose(1, 2, 0, 3)
    basis = principal_basis(tokens)
    found = in_turns(
        {
            "components": partial(followed, basis, tokens),
            "colours": partial(basis.colours, tokens),
            "similarity": partial(similarity, tokens, (1, 1)),
            "attention": partial(attention_of, queries, keys, (1, 1), grid),
        },
        rounds,
    )
    found["exact components"] = in_turns({"": partial(principal_basis, tokens)}, 3)[""]
    show(f"NumPy, {grid[0]}x{grid[1]} tokens of {width}", found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    set_cpu_threads(1)
    measure_tensors(rounds)
    measure_arrays((18, 32), 112, 4, rounds)  # flashdepth-lite at 512x288
    measure_arrays((37, 37), 384, 6, rounds)


if __name__ == "__main__":
    main()
