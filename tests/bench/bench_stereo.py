"""What the stereo view costs: processor time beside that of the networks, in turns.

    python -m tests.bench.bench_stereo [--size 640x480] [--rounds 5] [--json FILE]

`stereo_share` is the stereo picture's processor time as a share of that of the lanes A and B as the
app starts with them, for the same frames of the built-in scene.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from app.commands.options import picture_size
from app.engine.pipeline import Pipeline, PipelineConfig
from app.sources.opening import open_source
from models.frames import Frame
from renderers.stereo import scaled_stereo_picture
from renderers.stereo_options import STEREO_FORMS, StereoOptions

_FRAMES = 8


def _frames(size: tuple[int, int]) -> list[Frame]:
    found: list[Frame] = []
    with contextlib.closing(open_source("synthetic", size)) as source:
        while len(found) < _FRAMES:
            frame = source.read(5.0)
            if isinstance(frame, Frame):
                found.append(frame)
    return found


def _cpu_s(work: Callable[[], object]) -> float:
    """Processor time of all threads of this process."""
    before_s = time.process_time()
    work()
    return time.process_time() - before_s


def measure(size: tuple[int, int], rounds: int) -> dict[str, float]:
    """Medians over rounds, in each of which everything is measured once."""
    frames = _frames(size)
    pipeline = Pipeline()
    pipeline.configure(PipelineConfig())
    with contextlib.closing(pipeline):
        results = [pipeline.step(frame) for frame in frames]
        forms = {form: StereoOptions(form=form) for form in STEREO_FORMS}
        times: dict[str, list[float]] = {str(form): [] for form in ("lanes", *forms)}
        for _ in range(rounds):
            times["lanes"].append(_cpu_s(lambda: [pipeline.step(frame) for frame in frames]))
            for form, options in forms.items():
                times[str(form)].append(
                    _cpu_s(
                        lambda options=options: [  # type: ignore[misc]
                            scaled_stereo_picture(one.frame.rgb, one.lanes["a"].levels, options)
                            for one in results
                        ]
                    )
                )
    milliseconds = {name: 1e3 * statistics.median(found) / _FRAMES for name, found in times.items()}
    shares = {form: milliseconds[str(form)] / milliseconds["lanes"] for form in forms}
    return {
        **{f"{name}_cpu_ms": round(value, 2) for name, value in milliseconds.items()},
        "stereo_share": round(max(shares.values()), 3),
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", type=picture_size, default=(640, 480))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    figures = measure(arguments.size, arguments.rounds)
    text = json.dumps(figures, indent=2)
    print(text)
    if arguments.json:
        arguments.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
