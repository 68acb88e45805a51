"""How long the built-in scenes take to build and to draw: python tests/bench/bench_scenes.py"""

from __future__ import annotations

import statistics
import time

from models.scenes import SCENE_KINDS, Renderer, Scene, default_atlas, demo_scene, random_scene


def milliseconds(scene: Scene, size: tuple[int, int], threads: int, flow: bool) -> float:
    """Median time of a frame, after two to warm up."""
    renderer = Renderer(*size, threads=threads)
    times = []
    for i in range(22):
        start = time.perf_counter()
        renderer.render(scene, (i + 1) / 25, i / 25 if flow else None)
        times.append(1e3 * (time.perf_counter() - start))
    renderer.close()
    return statistics.median(times[2:])


def main() -> None:
    """Print medians."""
    start = time.perf_counter()
    default_atlas()
    print(f"atlas            {1e3 * (time.perf_counter() - start):8.1f} ms, once")
    demo = demo_scene(0)
    for size, threads in (((640, 480), 2), ((640, 480), 1), ((256, 192), 1)):
        for flow in (False, True):
            took = milliseconds(demo, size, threads, flow)
            what = f"{size[0]}x{size[1]} threads {threads} flow {flow}"
            print(f"demo {what:32s} {took:7.1f} ms  {1e3 / took:6.1f} fps")
    for kind in SCENE_KINDS:
        built, drawn = [], []
        for seed in range(5):
            start = time.perf_counter()
            scene = random_scene(seed, kind)
            built.append(1e3 * (time.perf_counter() - start))
            drawn.append(milliseconds(scene, (256, 192), 1, False))
        print(
            f"{kind:12s} built in {statistics.median(built):6.1f} ms, "
            f"256x192 on one thread {statistics.median(drawn):6.1f} ms"
        )


if __name__ == "__main__":
    main()
