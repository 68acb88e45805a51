"""How fast the bundled network is by itself, and where the time goes.

    python tests/bench/bench_lite.py [--threads 1 2] [--sizes 384x288 512x288]

Random weights: speed does not depend on them. Medians over --rounds frames, after a warm-up.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

import torch

from models.flashdepth.lite import FlashDepthLite, LiteConfig


def milliseconds(contenders: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Median time of one call of each, taken in turns so that a busy machine slows all alike."""
    taken: list[list[float]] = [[] for _ in contenders]
    for turn in range(3 + rounds):
        for work, times in zip(contenders, taken, strict=True):
            start = time.perf_counter()
            work()
            if turn >= 3:
                times.append(time.perf_counter() - start)
    return [1e3 * statistics.median(times) for times in taken]


@torch.inference_mode()
def measure(width: int, height: int, dtype: torch.dtype, rounds: int) -> dict[str, float]:
    """Milliseconds of the whole frame with memory, without, of both at once, and of the encoder."""
    torch.manual_seed(0)
    network = FlashDepthLite(LiteConfig.second()).for_inference(dtype)
    frame = torch.randn(1, 3, height, width).to(dtype)
    frame = frame.contiguous(memory_format=torch.channels_last)
    _, state = network(frame, None)

    def with_memory() -> object:
        return network(frame, state)

    def per_frame() -> object:
        return network.decode(network.encode(frame), None, temporal=False)

    def two_lanes() -> object:
        features = network.encode(frame)
        return network.decode(features, state), network.decode(features, None, temporal=False)

    def encoder() -> object:
        return network.encode(frame)

    parts = {
        "memory": with_memory, "per frame": per_frame, "two lanes": two_lanes, "encoder": encoder,
    }  # fmt: skip
    return dict(zip(parts, milliseconds(list(parts.values()), rounds), strict=True))


def size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--sizes", type=size, nargs="+", default=[(384, 288), (512, 288)])
    parser.add_argument("--rounds", type=int, default=30)
    asked = parser.parse_args()
    print(
        "threads  size     precision   memory       per frame    two lanes    encoder"
        "      two lanes / one"
    )
    for threads in asked.threads:
        torch.set_num_threads(threads)
        for width, height in asked.sizes:
            for dtype in (torch.bfloat16, torch.float32):
                parts = measure(width, height, dtype, asked.rounds)
                cells = "  ".join(f"{ms:5.1f} ms {1e3 / ms:3.0f}/s" for ms in parts.values())
                name = str(dtype).removeprefix("torch.")
                ratio = parts["two lanes"] / parts["memory"]
                print(f"{threads:7}  {width}x{height}  {name:9}  {cells}  {ratio:15.2f}")


if __name__ == "__main__":
    main()
