"""The bundled network of 0.1 against that of today, in PyTorch and in OpenVINO, on one thread.

    python -m tests.bench.bench_cpu [--size 384x288] [--rounds 30] [--json FILE]

Every round runs each contender once, one after another; a ratio is the median over the rounds of
the two times of a round, so that a busy machine slows both alike. Process time counts what the
thread computed, wall time also what others took from it.

The JSON file holds numbers under flat names: `speedup_torch` (whole lane with memory, float32,
process time), `speedup_best` (the same with the fastest runtime that is installed, as the app runs
it: int8 where there are such weights), `gmac` (of a frame with memory), and what they come from.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from models.devices import openvino, quantised
from models.devices.blob_cache import BlobCache
from models.devices.compiled import CompiledNetwork
from models.devices.openvino_compiler import Runtime
from models.estimators.lite import int8_path, weights_path
from models.flashdepth import lite_weights
from models.flashdepth.lite import FlashDepthLite

WARM_UP = 3
FEATURES = ("avx2", "fma", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "asimd")
"""What decides how fast a CPU convolves, by the names that Linux gives it."""
BEFORE, AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of each round."""

    process: list[float]
    wall: list[float]


def in_turns(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Times]:
    """Times of every contender, each called once a round."""
    found = {name: Times([], []) for name in contenders}
    for turn in range(WARM_UP + rounds):
        for name, work in contenders.items():
            wall, process = time.perf_counter(), time.process_time()
            work()
            process, wall = time.process_time() - process, time.perf_counter() - wall
            if turn >= WARM_UP:
                found[name].process.append(1e3 * process)
                found[name].wall.append(1e3 * wall)
    return found


def speedup(before: Sequence[float], after: Sequence[float]) -> float:
    """Median over the rounds of how many times faster `after` was."""
    return statistics.median(b / a for b, a in zip(before, after, strict=True))


def gmac(network: FlashDepthLite, frame: Tensor, *, temporal: bool = True) -> float:
    """Multiplications of a frame that follows another, in thousand millions."""
    with torch.no_grad():
        _, state = network.decode(network.encode(frame), None)
    # With gradients enabled, if none is wanted, the plain operators run, which can be counted.
    with torch.enable_grad(), FlopCounterMode(display=False) as counter:
        network.decode(network.encode(frame), state, temporal=temporal)
    return counter.get_total_flops() / 2e9


def cpu_features(info: Path = Path("/proc/cpuinfo")) -> list[str]:
    """Those of FEATURES that this CPU has; what PyTorch says where Linux does not tell."""
    try:
        words = set(info.read_text(encoding="utf-8").split())
    except OSError:
        return [torch.backends.cpu.get_cpu_capability().lower()]
    return [name for name in FEATURES if name in words]


def networks() -> dict[str, FlashDepthLite]:
    """The first design and the second, in float32."""
    both = {BEFORE: weights_path("flashdepth-lite-1"), AFTER: weights_path()}
    return {
        name: lite_weights.load(path).for_inference(torch.float32) for name, path in both.items()
    }


def int8_files() -> dict[str, Path]:
    """The int8 weights of both networks, where there are any."""
    files = {BEFORE: int8_path("flashdepth-lite-1"), AFTER: int8_path()}
    return {name: path for name, path in files.items() if path is not None}


def contenders(
    both: Mapping[str, FlashDepthLite],
    frame: Tensor,
    int8: Mapping[str, Path],
    folder: Path,
) -> dict[str, Callable[[], object]]:
    """What is timed: every network with memory, on a frame that follows another, and without.

    Parameters
    ----------
    folder
        For what OpenVINO compiles.
    """
    found: dict[str, Callable[[], object]] = {}

    def add(name: str, network: FlashDepthLite | CompiledNetwork, state: object) -> None:
        found[name] = lambda: network.decode(network.encode(frame), state, temporal=True)
        found[f"{name}_per_frame"] = lambda: network.decode(
            network.encode(frame), None, temporal=False
        )

    for name, network in both.items():
        _, state = network(frame, None)
        add(f"torch_{name}", network, state)
        if not openvino.is_installed():
            continue
        weights = {"float32": None} | ({"int8": quantised.load(int8[name])} if name in int8 else {})
        for precision, quantisation in weights.items():
            runtime = Runtime("CPU", torch.float32, BlobCache(folder), quantisation)
            title = f"openvino_{precision}_{name}"
            compiled = CompiledNetwork(network, runtime, title)
            add(title, compiled, state)
            for suffix in ("", "_per_frame"):
                found[title + suffix]()  # compiles
            if compiled.note:
                raise RuntimeError(compiled.note)
    return found


def measure(
    size: tuple[int, int], rounds: int, int8: Mapping[str, Path] | None = None
) -> dict[str, float]:
    """The numbers of the JSON file."""
    width, height = size
    both, frame = networks(), torch.randn(1, 3, height, width)
    frame = frame.contiguous(memory_format=torch.channels_last)
    int8 = int8_files() if int8 is None else int8
    with torch.inference_mode(), tempfile.TemporaryDirectory() as folder:
        times = in_turns(contenders(both, frame, int8, Path(folder)), rounds)
    numbers = {"gmac": gmac(both[AFTER], frame), "gmac_before": gmac(both[BEFORE], frame)}
    numbers["gmac_per_frame"] = gmac(both[AFTER], frame, temporal=False)
    for suffix in ("", "_per_frame"):
        before, after = times[f"torch_{BEFORE}{suffix}"], times[f"torch_{AFTER}{suffix}"]
        numbers[f"speedup_torch{suffix}"] = speedup(before.process, after.process)
        numbers[f"speedup_torch{suffix}_wall"] = speedup(before.wall, after.wall)
        for name in (BEFORE, AFTER):
            for runtime in ("openvino_float32", "openvino_int8"):
                if rival := times.get(f"{runtime}_{name}{suffix}"):
                    ratio = speedup(before.process, rival.process)
                    numbers[f"speedup_{runtime}_{name}{suffix}"] = ratio
        rivals = [t for name, t in times.items() if name.endswith(f"_{AFTER}{suffix}")]
        numbers[f"speedup_best{suffix}"] = max(speedup(before.process, t.process) for t in rivals)
    for name, taken in times.items():
        numbers[f"process_ms_{name}"] = statistics.median(taken.process)
        numbers[f"wall_ms_{name}"] = statistics.median(taken.wall)
    return numbers


def report(numbers: Mapping[str, float]) -> str:
    """For people: the ratios first."""
    lines = [f"CPU: {platform.machine()}, {' '.join(cpu_features())}; one thread"]
    for suffix, lane in (("", "with memory"), ("_per_frame", "per frame")):
        lines.append(
            f"{lane:12} torch {numbers['speedup_torch' + suffix]:.2f} times faster"
            f" (wall {numbers[f'speedup_torch{suffix}_wall']:.2f}),"
            f" best runtime {numbers['speedup_best' + suffix]:.2f}"
        )
    lines.append(f"GMAC a frame: {numbers['gmac_before']:.2f} before, {numbers['gmac']:.2f} after")
    for key, value in numbers.items():
        if key.startswith("process_ms_"):
            name = key.removeprefix("process_ms_")
            wall, ratio = numbers[f"wall_ms_{name}"], numbers.get(f"speedup_{name}")
            times = "" if ratio is None else f"  {ratio:.2f} times as fast as torch_{BEFORE}"
            lines.append(f"  {name:34} {value:6.1f} ms process  {wall:6.1f} ms wall{times}")
    return "\n".join(lines)


def picture_size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_cpu")
    parser.add_argument("--size", type=picture_size, default=(384, 288), metavar="WxH")
    parser.add_argument("--rounds", type=int, default=30, metavar="N")
    parser.add_argument(
        "--int8-after", type=Path, metavar="FILE", help="int8 weights of the second design"
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    int8 = int8_files() | ({AFTER: asked.int8_after} if asked.int8_after else {})
    numbers = measure(asked.size, asked.rounds, int8)
    print(report(numbers))
    if asked.json:
        asked.json.write_text(json.dumps(numbers, indent=1, sort_keys=True), encoding="utf-8")


if __name__ == "__main__":
    main()
