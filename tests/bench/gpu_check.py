"""Everything about a GPU in one run of at most eight minutes: `make gpu-check`.

    python -m tests.bench.gpu_check [--minutes 8] [--json runs/gpu-check.json]

Runs the CUDA tests, then times FlashDepth-S, -L, FlashDepth and Depth Anything V2 with made-up
weights at 518 and at 2044x1148: by themselves (eager, in CUDA graphs, compiled), as lanes with one
frame and with two in flight, beside a script of thirty lines with two streams, and in the app's
engine. Writes JSON, and a page of text beside it. What does not fit into the time is left out and
named. Needs no network. Without a GPU it checks itself on the CPU at a tiny size.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from app.system.environment import environment
from models.devices import device as devices
from models.devices.acceleration import EAGER
from models.errors import UserError
from tests.bench import gpu_cases
from tests.bench.gpu_cases import Case

MODELS = ("flashdepth-s", "flashdepth", "flashdepth-l", "depth-anything-v2-l")
SIZES = (((924, 518), 518), ((2044, 1148), None))
CUDA_TESTS = "tests/models/devices/test_cuda.py"
COMPILING_S = 100.0
"""Compiling is not begun with less time left."""
GAIN = 1.1
"""Ours is worth its lines where it beats the script by a tenth."""


@dataclass
class Run:
    """Figures as they come, and the time that is left for more.

    seconds : that one figure is measured for.
    """

    deadline_s: float
    seconds: float = 1.5
    figures: dict[str, float] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def measure(self, key: str, work: Callable[[], float], needs_s: float = 15.0) -> None:
        """One more figure under `key`, if there is time; what fails is said and left out."""
        if time.monotonic() + needs_s > self.deadline_s:
            self.left_out.append(f"{key}: no time left")
            return
        try:
            self.figures[key] = round(work(), 3)
        except (RuntimeError, MemoryError, UserError) as error:
            self.left_out.append(f"{key}: {str(error).splitlines()[0]}")


def measure_case(run: Run, case: Case) -> None:
    """Everything about one network at one size but compiling, which may take minutes."""
    key, seconds = _key(case), run.seconds
    on_gpu = case.place.type == "cuda"
    for how in ("eager", "graphs") if on_gpu else ("eager",):
        run.measure(f"{key}.bare_{how}_ms", lambda how=how: gpu_cases.bare_ms(case, how, seconds))
    for in_flight in (1, 2):
        run.measure(
            f"{key}.in_flight_{in_flight}_ms",
            lambda n=in_flight: gpu_cases.lanes_ms(case, n, 1, EAGER, seconds),
        )
    run.measure(f"{key}.two_lanes_ms", lambda: gpu_cases.lanes_ms(case, 2, 2, EAGER, seconds))
    if on_gpu:
        run.measure(f"{key}.two_streams_ms", lambda: gpu_cases.two_streams_ms(case, seconds))


def measure_engine(run: Run, case: Case) -> None:
    """The app's engine beside a plain loop."""
    measured: dict[str, float] = {}

    def both() -> float:
        measured.update(gpu_cases.engine_fps(case, 6 * run.seconds))
        return measured["fps"]

    run.measure(f"{_key(case)}.engine_fps", both)
    if measured:
        run.figures[f"{_key(case)}.bare_model_fps"] = round(measured["bare_model_fps"], 3)


def check_gpu(place: torch.device, minutes: float) -> dict[str, Any]:
    """All of it; the figures by name, `null` for none."""
    started_s = time.monotonic()
    run = Run(started_s + 60 * minutes)
    tests = _cuda_tests(60 * minutes / 2)
    cases = [Case(name, size, short, place) for size, short in SIZES for name in MODELS]
    for case in cases:
        measure_case(run, case)
        if case.name in ("flashdepth-s", "flashdepth"):
            measure_engine(run, case)
        torch.cuda.empty_cache()
    for case in cases:
        run.measure(
            f"{_key(case)}.bare_compiled_ms",
            lambda case=case: gpu_cases.bare_ms(case, "compiled", run.seconds),
            needs_s=COMPILING_S,
        )
        torch.cuda.empty_cache()
    return {
        "device": devices.describe(str(place)),
        "tests": tests,
        "figures": run.figures,
        "left_out": run.left_out,
        "seconds": round(time.monotonic() - started_s, 1),
        "environment": environment(),
    }


def page(result: dict[str, Any]) -> str:
    """The figures as a page of text."""
    figures: dict[str, float] = result["figures"]
    lines = [f"{result['device']}: {result['tests']}; {result['seconds']:.0f} s", ""]
    columns = (
        "bare_eager_ms", "bare_graphs_ms", "bare_compiled_ms", "in_flight_1_ms", "in_flight_2_ms",
        "two_streams_ms", "two_lanes_ms", "engine_fps", "bare_model_fps",
    )  # fmt: skip
    lines.append(" ".join(["network, size".ljust(32), *(f"{c:>16}" for c in columns)]))
    for key in dict.fromkeys(name.rpartition(".")[0] for name in figures):
        cells = (figures.get(f"{key}.{column}") for column in columns)
        row = (f"{'-' if value is None else format(value, '.2f'):>16}" for value in cells)
        lines.append(" ".join([key.ljust(32), *row]))
    lines.append("")
    for key in dict.fromkeys(name.rpartition(".")[0] for name in figures):
        ours, script = (figures.get(f"{key}.{c}_ms") for c in ("in_flight_2", "two_streams"))
        if ours and script:
            verdict = "faster" if script / ours > 1 else "slower"
            worth = "" if script / ours >= GAIN else ", not by a tenth"
            lines.append(f"{key}: {script / ours:.2f} of the script's pace, {verdict}{worth}")
    lines += ["", *(f"left out: {entry}" for entry in result["left_out"])]
    return "\n".join(lines).rstrip() + "\n"


def check_cpu() -> dict[str, float]:
    """The same code at a tiny size; raises if anything in it is broken."""
    run = Run(time.monotonic() + 300, seconds=0.05)
    case = Case("flashdepth-s", (84, 70), 70, torch.device("cpu"))
    measure_case(run, case)
    measure_engine(run, case)
    if run.left_out:
        raise RuntimeError("; ".join(run.left_out))
    return run.figures


def _key(case: Case) -> str:
    return f"{case.name} {case.size[0]}x{case.size[1]}"


def _cuda_tests(limit_s: float) -> str:
    """The last line that pytest prints."""
    command = [sys.executable, "-m", "pytest", "-q", CUDA_TESTS, "-k", "not compiled"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired:
        return f"the CUDA tests took more than {limit_s:.0f} s"
    lines = done.stdout.strip().splitlines()
    return lines[-1] if lines else f"the CUDA tests ended with {done.returncode}"


def main() -> int:
    """Measure, write JSON and text; 0 unless a CUDA test failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--json", type=Path, default=Path("runs/gpu-check.json"))
    asked = parser.parse_args()
    if not torch.cuda.is_available():
        count = len(check_cpu())
        print(
            "There is no NVIDIA GPU here, so nothing was timed; the check itself ran on the CPU at "
            f"a tiny size and works ({count} figures)."
        )
        return 0
    result = check_gpu(torch.device("cuda"), asked.minutes)
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    text = page(result)
    asked.json.with_suffix(".txt").write_text(text, encoding="utf-8")
    print(text)
    return 1 if "failed" in result["tests"] or "error" in result["tests"] else 0


if __name__ == "__main__":
    sys.exit(main())
