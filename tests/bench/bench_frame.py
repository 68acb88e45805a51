"""Processor time of a shown frame beside scene and networks: GUI thread, OpenGL, postprocessing.

    xvfb-run -a -s "-screen 0 1920x1200x24" python -m tests.bench.bench_frame [--rounds 10]

A main window of 1280x800 with four panes is fed with one frame after another, whose predictions are
those of the built-in scene's truth at 384x288. On software OpenGL the cloud is drawn for every
second one, as in a stream of 15 frames per second. Of another checkout: the same with
PYTHONPATH=CHECKOUT and this file's path instead of -m.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import closing
from itertools import count
from statistics import median

import numpy as np
from PyQt6.QtWidgets import QApplication

from app.core.results import Breaks
from app.engine.in_flight import InFlightFrame
from app.engine.lanes import LanePrediction
from app.engine.postprocess import Postprocessor, PredictedFrame
from app.settings.settings import Settings
from app.sources.opening import open_source
from app.ui.display import Display
from app.ui.main_window import MainWindow
from app.ui.resolve import display_options, pipeline_config
from models.estimator import Prediction
from models.frames import Float32, Frame, Unit
from models.opencv import cv2
from widgets import theme

WINDOW, NETWORK = (1280, 800), (384, 288)
PANES = ("rgb", "depth_a", "depth_b", "cloud")
LANES = {"a": "flashdepth-lite", "b": "flashdepth-lite-per-frame"}
FRAMES_PER_ROUND = 12


def pictures(wanted: int) -> list[tuple[Frame, Float32]]:
    """Frames of the built-in scene, and their disparity as networks give it."""
    taken: list[tuple[Frame, Float32]] = []
    with closing(open_source("synthetic")) as source:
        while len(taken) < wanted and isinstance(frame := source.read(timeout_s=5.0), Frame):
            if frame.truth is not None:
                small = cv2.resize(
                    frame.truth.disparity, NETWORK, interpolation=cv2.INTER_AREA
                ).astype(np.float32)
                taken.append((frame, small))
    return taken


class Bench:
    """Feeds frames to postprocessing and window, and notes the processor time of each."""

    def __init__(self) -> None:
        settings = Settings(model_a=LANES["a"], model_b=LANES["b"], panes=PANES, cloud_sway=False)
        self.window = MainWindow()
        self._display = Display(self.window.stage, self.window.cloud)
        self._display.apply(display_options(settings))
        self._postprocessor = Postprocessor(time.monotonic_ns, Breaks())
        config = pipeline_config(settings)
        self._postprocessor.configure(config.display_range, config.analysis)
        self.window.inspector.hide()
        self.window.resize(*WINDOW)
        self.window.show()
        self._pictures = pictures(FRAMES_PER_ROUND)
        self._numbers = count()

    def frame(self) -> tuple[float, float]:
        """Show the next frame; seconds of postprocessing and of the window on this thread."""
        number = next(self._numbers)
        frame, disparity = self._pictures[number % FRAMES_PER_ROUND]
        frame = Frame(frame.rgb.copy(), number, 0, 0, number / 15)
        lanes = {
            name: LanePrediction(
                model,
                Prediction(disparity.copy(), Unit.RELATIVE, number, frame.size, NETWORK),
                compute_ms=30.0 + number % 7,
            )
            for name, model in LANES.items()
        }
        begun_s = time.thread_time()
        self._postprocessor.viewport_request = self._display.viewport_request()
        in_flight = InFlightFrame(frame, is_first=number == 0)
        result = self._postprocessor.run(PredictedFrame(in_flight, lanes, 0, 0))
        made_s = time.thread_time()
        self._display.show(result)
        if number % 2 and hasattr(self.window.cloud, "catch_up"):
            self.window.cloud.catch_up()
        QApplication.processEvents()
        return made_s - begun_s, time.thread_time() - made_s

    def round_ms(self) -> tuple[float, float, float]:
        """Milliseconds per frame of postprocessing, GUI thread and all other threads."""
        begun_s, others_s = time.thread_time(), time.process_time()
        spent = np.array([self.frame() for _ in range(FRAMES_PER_ROUND)]).sum(axis=0)
        others_s = time.process_time() - others_s - (time.thread_time() - begun_s)
        post_ms, gui_ms, others_ms = 1e3 * np.array([*spent, others_s]) / FRAMES_PER_ROUND
        return float(post_ms), float(gui_ms), float(others_ms)


def main() -> int:
    """Print medians of all rounds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    application = QApplication(sys.argv[:1])
    theme.apply_theme(application)
    cv2.setNumThreads(1)
    bench = Bench()
    for _ in range(3):  # the headline's sample begins, textures and shaders are made
        bench.round_ms()
    drawn = bench.window.cloud.frames_painted
    post_ms, gui_ms, others_ms = map(
        median, zip(*(bench.round_ms() for _ in range(rounds)), strict=True)
    )
    drawn = bench.window.cloud.frames_painted - drawn
    print(
        f"GUI thread {gui_ms:.1f} ms, OpenGL's threads {others_ms:.1f} ms, postprocessing "
        f"{post_ms:.1f} ms, together {gui_ms + others_ms + post_ms:.1f} ms; "
        f"{drawn / (rounds * FRAMES_PER_ROUND):.2f} clouds per frame"
    )
    bench.window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
