"""The app against the script that users would write: read, model, normalise, colour, show.

    python -m tests.bench.bench_script [--seconds 8] [--rounds 3] [--source-size 640x480]

Both sides run `flashdepth-lite` with and without memory over the same frames from memory, at the
same input size, precision and number of threads, each in a process of its own, in turns. The script
is one loop on one thread with cv2.imshow for the picture and both depths; `shared` is the same
script by somebody who knows that both lanes can share the encoder. The app shows the same three
panes, or all four with the point cloud. Needs a display. Medians of frames per second shown.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from app.benchmark.preloaded import ToAndFro, preload, preloaded
from app.sources.opening import open_source
from models.devices import device as devices
from models.estimator import EstimatorOptions
from models.estimators import lite
from models.estimators.neural import precision
from models.flashdepth import lite_weights
from models.flashdepth.lite import PICTURE
from models.frames import Frame
from models.opencv import cv2
from models.preprocess import network_size

WARM_UP = 5
WINDOW = (1600, 1000)
INPUT_SIZE = lite.INPUT_SIZE


def script(frames: list[Frame], seconds: float, *, shared: bool) -> float:
    """Frames per second of the loop that users would write."""
    cpu = torch.device("cpu")
    dtype = precision(EstimatorOptions(device="cpu"), cpu)
    net = lite_weights.load(lite.weights_path()).for_inference(dtype)
    mean, deviation = np.array(PICTURE.mean), np.array(PICTURE.deviation)
    state = None
    order, count, started = ToAndFro(frames), -WARM_UP, time.perf_counter()
    while count < 1 or time.perf_counter() - started < seconds:
        rgb = order.next().rgb
        height, width = rgb.shape[:2]
        size = network_size(width, height, INPUT_SIZE, PICTURE.multiple)
        small = cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC)
        small = (small / 255.0 - mean) / deviation
        picture = torch.from_numpy(small).permute(2, 0, 1)[None].to(dtype)
        with torch.inference_mode():
            features = net.encode(picture)
            a, state = net.decode(features, state)
            features = features if shared else net.encode(picture)
            b, _ = net.decode(features, None, temporal=False)
        cv2.imshow("picture", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
        for name, answer in (("a", a), ("b", b)):
            disparity = cv2.resize(answer[0].float().numpy(), (width, height))
            unit = (disparity - disparity.min()) / (disparity.max() - disparity.min())
            cv2.imshow(name, cv2.applyColorMap((255 * unit).astype(np.uint8), cv2.COLORMAP_INFERNO))
        cv2.waitKey(1)
        count += 1
        if count == 0:
            started = time.perf_counter()
    return count / (time.perf_counter() - started)


def window(frames: list[Frame], seconds: float, panes: tuple[str, ...]) -> float:
    """Frames per second that the app's window shows."""
    from app.benchmark.windowed import measure_window
    from app.settings.settings import Settings
    from app.ui.gui import make_qt_application

    application = make_qt_application()
    settings = Settings(pacing="every-frame", hint_seen=True, panes=panes)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure_window(preloaded(frames), settings, seconds, WINDOW, Path(folder))
    del application
    shown = figures["shown_fps"]
    assert isinstance(shown, float)
    return shown


THREE = ("rgb", "depth_a", "depth_b")
CONTENDERS: dict[str, Callable[[list[Frame], float], float]] = {
    "script": partial(script, shared=False),
    "shared": partial(script, shared=True),
    "app, 3 panes": partial(window, panes=THREE),
    "app, 4 panes": partial(window, panes=(*THREE, "cloud")),
}


def measure(name: str, source_size: tuple[int, int], seconds: float) -> float:
    """One contender in this process."""
    if name in ("script", "shared"):  # models.opencv leaves Qt to PyQt; here it is OpenCV's own
        os.environ["QT_QPA_PLATFORM_PLUGIN_PATH"] = str(Path(cv2.__file__).parent / "qt/plugins")
    devices.set_cpu_threads(0)
    source = open_source("synthetic", source_size)
    frames = preload(source)
    source.close()
    return CONTENDERS[name](frames, seconds)


def in_turns(asked: Any) -> None:
    """Every contender in a process of its own, round after round; prints medians and ratios."""
    fps: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    for _ in range(asked.rounds):
        for name in CONTENDERS:
            command = [
                sys.executable, "-m", "tests.bench.bench_script", "--one", name,
                "--seconds", str(asked.seconds), "--source-size", asked.source_size,
            ]  # fmt: skip
            done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
            fps[name].append(json.loads(done.stdout.splitlines()[-1]))
    medians = {name: statistics.median(values) for name, values in fps.items()}
    for name, value in medians.items():
        print(f"{name:<14} {value:6.2f} fps   x{value / medians['script']:.2f} of the script")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--source-size", default="640x480")
    parser.add_argument("--one", choices=list(CONTENDERS), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one is None:
        in_turns(asked)
        return
    width, _, height = asked.source_size.partition("x")
    print(json.dumps(measure(asked.one, (int(width), int(height)), asked.seconds)))


if __name__ == "__main__":
    main()
