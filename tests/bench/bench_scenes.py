"""How long the built-in scenes take: python -m tests.bench.bench_scenes [--against CHECKOUT]

Processor time of one thread, which a shared machine disturbs least; --size 256x192 is that of
training. With --against, the renderer of another checkout of this project draws the same frames in
turns with this one's, each frame by frame and in a process of its own; ratios are of medians.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from models.scenes import SCENE_KINDS, Renderer, default_atlas, demo_scene, random_scene

HERE = Path(__file__).parents[2]
_SEEDS = {f"synthetic:{seed}": seed for seed in (1, 2, 4, 5)}
_CASES = ("played", "demo", "demo with flow", *_SEEDS, *SCENE_KINDS)
_FRAMES = 30
_WARM_UP = 3
_SEED = 1


def timed(case: str, size: str) -> Callable[[int], float]:
    """A function that draws frame `index` of a case and returns its processor time, ms."""
    if case == "played":
        return _timed_loop()
    default_atlas()
    scene = demo_scene(0)
    if case in _SEEDS:
        scene = random_scene(_SEEDS[case])
    elif case in SCENE_KINDS:
        scene = random_scene(_SEED, case)
    width, _, height = size.partition("x")
    renderer = Renderer(int(width), int(height), threads=1)

    def draw(index: int) -> float:
        start = time.thread_time()
        renderer.render(scene, (index + 1) / 25, index / 25 if "flow" in case else None)
        return 1e3 * (time.thread_time() - start)

    return draw


def _timed_loop() -> Callable[[int], float]:
    """The loop that opens first, threads of FFmpeg included."""
    from app.sources.demo_loop import DemoLoopSource

    source = DemoLoopSource()

    def play(_index: int) -> float:
        start = time.process_time()
        source.read(10.0)
        return 1e3 * (time.process_time() - start)

    return play


def answer(case: str, size: str) -> None:
    """Draw one frame for every line of standard input and print its time."""
    draw = timed(case, size)
    for index, _ in enumerate(sys.stdin):
        print(draw(index), flush=True)


def in_turns(case: str, size: str, checkouts: list[Path], frames: int) -> list[float]:
    """Median milliseconds of a frame with the code of each checkout."""
    workers = [
        subprocess.Popen(
            [sys.executable, str(Path(__file__)), "--answer", case, "--size", size],
            cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for checkout in checkouts
    ]  # fmt: skip
    times: list[list[float]] = [[] for _ in workers]
    for _ in range(_WARM_UP + frames):
        for worker, taken in zip(workers, times, strict=True):
            assert worker.stdin is not None
            assert worker.stdout is not None
            print(file=worker.stdin, flush=True)
            taken.append(float(worker.stdout.readline()))
    for worker in workers:
        worker.communicate(timeout=60)
    return [statistics.median(taken[_WARM_UP:]) for taken in times]


def main() -> None:
    """Print medians, and ratios to another checkout."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--against", type=Path)
    parser.add_argument("--frames", type=int, default=_FRAMES)
    parser.add_argument("--cases", nargs="+", choices=_CASES, default=_CASES)
    parser.add_argument("--size", default="640x480", help="of rendered scenes")
    parser.add_argument("--answer", choices=_CASES, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.answer is not None:
        answer(asked.answer, asked.size)
        return
    checkouts = [HERE] if asked.against is None else [HERE, asked.against.resolve()]
    for case in asked.cases:
        ms = in_turns(case, asked.size, checkouts, asked.frames)
        ratio = f"   other {ms[1]:7.1f} ms   x{ms[1] / ms[0]:.2f}" if len(ms) > 1 else ""
        print(f"{case:16s} {ms[0]:7.1f} ms{ratio}", flush=True)


if __name__ == "__main__":
    main()
