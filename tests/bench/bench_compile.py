"""The bundled network eager against compiled by torch.compile on the CPU, and the same answers.

    python -m tests.bench.bench_compile [--threads 1] [--size 384x288] [--rounds 30]

In turns, in one process, medians of processor time; needs a C++ compiler, which torch.compile calls
at the first frame. Prints what compiling itself costs, because the window would wait for it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from models.devices import device as devices
from models.estimator import EstimatorOptions
from models.estimators import lite
from models.estimators.neural import precision
from models.flashdepth import lite_weights


def _compiler() -> str | None:
    names = [os.environ.get("CXX", ""), "c++", "g++", "clang++"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return 1e3 * (time.process_time() - started)


@torch.inference_mode()
def compare(size: tuple[int, int], rounds: int) -> str:
    """Medians, ratio, cost of compiling and the largest difference between the answers."""
    cpu = torch.device("cpu")
    dtype = precision(EstimatorOptions(device="cpu"), cpu)
    network = lite_weights.load(lite.weights_path()).for_inference(dtype)

    def frame(picture: Tensor, state: Any) -> tuple[Tensor, Any]:
        return network.decode(network.encode(picture), state)

    compiled = torch.compile(frame)
    generator = torch.Generator().manual_seed(0)
    picture = torch.randn(1, 3, size[1], size[0], generator=generator).to(dtype)
    picture = picture.contiguous(memory_format=torch.channels_last)
    _, state = frame(picture, None)
    started = time.perf_counter()
    for _ in range(3):
        answer, _ = compiled(picture, state)
    compiling_s = time.perf_counter() - started
    wanted, _ = frame(picture, state)
    apart = float((answer.float() - wanted.float()).abs().max() / wanted.float().abs().max())
    eager_ms, compiled_ms = [], []
    for _ in range(rounds):
        eager_ms.append(_milliseconds(lambda: frame(picture, state)))
        compiled_ms.append(_milliseconds(lambda: compiled(picture, state)))
    eager, quick = statistics.median(eager_ms), statistics.median(compiled_ms)
    name = str(dtype).removeprefix("torch.")
    return (
        f"{size[0]}x{size[1]} {name}: eager / compiled {eager / quick:.2f} "
        f"({eager:.1f} and {quick:.1f} ms of processor time); compiling took {compiling_s:.0f} s; "
        f"answers differ by {100 * apart:.2f} % of the largest disparity"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--size", default="384x288")
    parser.add_argument("--rounds", type=int, default=30)
    asked = parser.parse_args()
    if _compiler() is None:
        print("There is no C++ compiler here, so nothing can be compiled.")
        return
    devices.set_cpu_threads(asked.threads)
    width, _, height = asked.size.partition("x")
    print(compare((int(width), int(height)), asked.rounds))


if __name__ == "__main__":
    main()
