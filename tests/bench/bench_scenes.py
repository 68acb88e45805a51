"""How long the built-in scenes take: python -m tests.bench.bench_scenes [--against CHECKOUT]

Processor time of one thread, which a shared machine disturbs least. With --against, the renderer of
another checkout of this project draws the same scenes in turns with this one's, each round in a
process of its own; ratios are of medians.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from models.scenes import SCENE_KINDS, Renderer, Scene, default_atlas, demo_scene, random_scene

HERE = Path(__file__).parents[2]
_SEEDS = {f"synthetic:{seed}": seed for seed in (1, 2, 4, 5)}
_CASES = ("played", "demo", "demo with flow", *_SEEDS, *SCENE_KINDS)
_ROUNDS = 3
_SEED = 1


def rendered_ms(scene: Scene, size: tuple[int, int], with_flow: bool) -> float:
    """Median processor time of a frame in milliseconds, after two to warm up."""
    renderer = Renderer(*size, threads=1)
    times = []
    for i in range(10):
        start = time.thread_time()
        renderer.render(scene, (i + 1) / 25, i / 25 if with_flow else None)
        times.append(1e3 * (time.thread_time() - start))
    renderer.close()
    return statistics.median(times[2:])


def played_ms() -> float:
    """Mean processor time of a frame of the loop that opens first, threads of FFmpeg included."""
    from app.sources.demo_loop import DemoLoopSource

    source, count = DemoLoopSource(), 100
    source.read(10.0)
    start = time.process_time()
    for _ in range(count):
        source.read(10.0)
    took_ms = 1e3 * (time.process_time() - start) / count
    source.close()
    return took_ms


def measure(cases: Sequence[str]) -> dict[str, float]:
    """Milliseconds by case."""
    default_atlas()
    figures = {}
    for case in cases:
        if case == "played":
            figures[case] = played_ms() if (Path("app/sources/demo_loop.py")).exists() else 0.0
        elif case in _SEEDS:
            figures[case] = rendered_ms(random_scene(_SEEDS[case]), (640, 480), False)
        elif case in SCENE_KINDS:
            figures[case] = rendered_ms(random_scene(_SEED, case), (256, 192), False)
        else:
            figures[case] = rendered_ms(demo_scene(0), (640, 480), "flow" in case)
    return figures


def _elsewhere(checkout: Path, cases: Sequence[str]) -> dict[str, float]:
    """The figures of one round with the code of `checkout`, in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), "--one", "--cases", *cases],
        cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout)},
        check=True, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Print medians, and ratios to another checkout."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--against", type=Path)
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--cases", nargs="+", choices=_CASES, default=_CASES)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.cases)))
        return
    checkouts = [HERE] if asked.against is None else [HERE, asked.against.resolve()]
    rounds = [
        [_elsewhere(checkout, asked.cases) for checkout in checkouts] for _ in range(asked.rounds)
    ]
    for case in asked.cases:
        ms = [statistics.median(one[i][case] for one in rounds) for i in range(len(checkouts))]
        ratio = f"   other {ms[1]:7.1f} ms   x{ms[1] / ms[0]:.2f}" if len(ms) > 1 else ""
        print(f"{case:16s} {ms[0]:7.1f} ms{ratio}")


if __name__ == "__main__":
    main()
