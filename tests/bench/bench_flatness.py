"""How flat the built-in room's floor and back wall are in the cloud: ground truth and models.

    python -m tests.bench.bench_flatness [--models flashdepth-lite ...] [--frames 50]

Every model's disparity is mapped to the true one by one scale and shift for the whole clip (least
squares) and made a cloud of, with the true camera and the default culling. *Residual*: distance
of a plane's points from the plane that fits them best, root mean square; *off*: median distance of
their depth from the true one. Both in percent of the plane's distance, medians over frames. Models
that are not installed are left out.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.benchmark.preloaded import preload
from app.sources.synthetic import SyntheticSource
from models import registry
from models.devices.device import set_cpu_threads
from models.estimator import EstimatorOptions, FrameMemo, estimate
from models.frames import Float32, Frame
from models.metrics.alignment import AlignmentSums
from renderers.cloud_options import CloudOptions
from tests.support.room import PLANES, on_planes, points_and_pixels

FEWEST = 2000
"""Pixels of a plane below which a frame does not count for it."""


def disparities(model: str, frames: Sequence[Frame]) -> list[Float32]:
    """What `model` sees, mapped to the truth by one scale and shift."""
    session = registry.find(model).open(EstimatorOptions(device="cpu"))
    try:
        seen = [estimate(session, frame, FrameMemo()).disparity for frame in frames]
    finally:
        session.close()
    if model == registry.GROUND_TRUTH:
        return seen
    sums = AlignmentSums()
    for disparity, frame in zip(seen, frames, strict=True):
        assert frame.truth is not None
        sums.add(disparity, frame.truth.disparity)
    found = sums.solve()
    return [found.apply(disparity) for disparity in seen]


def residual(points: NDArray[np.float32]) -> float:
    """Root mean square distance of (N, 3) points from their best plane, metres."""
    centred = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    smallest = np.linalg.eigvalsh(centred.T @ centred / len(centred))[0]
    return float(np.sqrt(max(smallest, 0.0)))


def measure(model: str, frames: Sequence[Frame]) -> dict[str, tuple[float, float]]:
    """By plane: residual and distance from the truth, percent."""
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name, _, _ in PLANES}
    for disparity, frame in zip(disparities(model, frames), frames, strict=True):
        truth, intrinsics = frame.truth, frame.intrinsics
        assert truth is not None and truth.camera_to_world is not None and intrinsics is not None
        true_m = 1.0 / truth.disparity
        points, pixels = points_and_pixels(disparity, intrinsics, CloudOptions())
        for name, shown in on_planes(true_m, intrinsics, truth.camera_to_world).items():
            chosen = shown.ravel()[pixels]
            if chosen.sum() < FEWEST:
                continue
            there_m = true_m.ravel()[pixels[chosen]]
            distance_m = float(np.median(there_m))
            off = float(np.median(np.abs(-points[chosen, 2] / there_m - 1)))
            figures[name].append((100 * residual(points[chosen]) / distance_m, 100 * off))
    return {
        name: (statistics.median(r for r, _ in found), statistics.median(o for _, o in found))
        for name, found in figures.items()
        if found
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", nargs="+")
    parser.add_argument("--frames", type=int, default=50)
    asked = parser.parse_args()
    set_cpu_threads(0)
    source = SyntheticSource()
    frames = preload(source, asked.frames)
    source.close()
    installed = [entry.name for entry in registry.entries() if entry.missing() is None]
    models = asked.models or [name for name in installed if name != registry.OFF]
    print(f"{'model':<28}{'plane':<12}{'residual':>10}{'off':>10}")
    for model in models:
        for plane, (flatness, off) in measure(model, frames).items():
            print(f"{model:<28}{plane:<12}{flatness:9.3f}%{off:9.3f}%", flush=True)


if __name__ == "__main__":
    main()
