"""Our point cloud against VisPy's Markers and pyqtgraph's GLScatterPlotItem, before drawing.

    python tests/bench/bench_cloud.py [--size 2044x1148] [--rounds 3] [--check]

Per frame: prepare + set_data + upload finished (glFinish), medians, the ways taken in turn so
that a busy machine treats them alike. `--check` fails unless ours costs at most 1/20 of Markers.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from PyQt6.QtGui import QGuiApplication

from models.errors import UserError
from renderers.point_cloud_timing import (
    UploadTiming,
    measure_cloud_upload,
    measure_markers,
    measure_scatter,
)

WAYS: dict[str, Callable[[int, int], UploadTiming]] = {
    "ours": measure_cloud_upload,
    "Markers": measure_markers,
    "GLScatterPlotItem": measure_scatter,
}
WANTED_RATIO = 20.0


def measured(width: int, height: int, rounds: int) -> dict[str, UploadTiming]:
    """The round of median total of each way that can run here."""
    taken: dict[str, list[UploadTiming]] = {}
    for _ in range(rounds):
        for name, measure in WAYS.items():
            try:
                taken.setdefault(name, []).append(measure(width, height))
            except UserError as error:
                print(f"{name}: {error}", file=sys.stderr)
    return {
        name: sorted(timings, key=lambda timing: timing.total_ms)[len(timings) // 2]
        for name, timings in taken.items()
        if timings
    }


def main() -> int:
    """Measure, print a table, and with --check say whether the ratio holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="2044x1148")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    width, height = map(int, arguments.size.split("x"))
    application = QGuiApplication(sys.argv[:1])
    results = measured(width, height, arguments.rounds)
    application.quit()
    ours = results["ours"].total_ms
    print(f"{'':18}{'prepare':>9}{'set_data':>9}{'upload':>9}{'total':>9}  times ours")
    for name, timing in results.items():
        print(
            f"{name:18}{timing.prepare_ms:9.2f}{timing.set_data_ms:9.2f}{timing.upload_ms:9.2f}"
            f"{timing.total_ms:9.2f}{timing.total_ms / ours:12.1f}"
        )
    ratio = results["Markers"].total_ms / ours
    return int(arguments.check and ratio < WANTED_RATIO)


if __name__ == "__main__":
    sys.exit(main())
