"""Reads a loopback camera of 1920x1080 at 30 fps for a minute, once through each reader.

python tests/bench/bench_camera.py [--seconds S] [--faults] [--through pyav|opencv]

Prints what came and what was missed, the gaps between pictures, memory and processor time.
`--faults` also stalls, drops and unplugs the camera on the way. The camera runs in a process of
its own, as a real one does.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.core.source import SignalLost, Source
from app.sources.camera import CameraSource
from app.sources.camera_controls import Capture
from app.sources.camera_formats import V4L2, CameraRequest
from app.sources.discovery import Camera
from app.sources.stream import open_stream
from models.frames import Frame
from models.opencv import cv2
from tests.support.mjpeg_camera import MjpegCamera
from tests.support.numbered_video import number_in

PREPARED = 64  # pictures the camera repeats, so that encoding costs it nothing


@dataclass
class Report:
    through: str
    seconds: float = 0.0
    frames: int = 0
    fps: float = 0.0
    numbers_missed: int = 0
    losses: int = 0
    segments: int = 0
    gap_ms_p95: float = 0.0
    gap_ms_max: float = 0.0
    cpu_percent: float = 0.0
    rss_mb_start: float = 0.0
    rss_mb_end: float = 0.0
    threads_left: int = 0
    abandoned: int = 0
    close_ms: float = 0.0
    sentences: list[str] = field(default_factory=list)


def serve(pipe: Connection, size: tuple[int, int], fps: float) -> None:
    """The camera's process: says its URL, then obeys."""
    with MjpegCamera(size, fps, numbers=PREPARED) as camera:
        pipe.send(camera.url)
        while (order := pipe.recv()) != "close":
            getattr(camera, order)()
            pipe.send(camera.sent)


def watch(source: Source, seconds: float, report: Report) -> None:
    """Read as the capture loop does and note what comes."""
    process = psutil.Process()
    gaps_ms: list[float] = []
    last: Frame | None = None
    last_number = -1
    began_s, cpu_s = time.monotonic(), sum(process.cpu_times()[:2])
    while time.monotonic() - began_s < seconds:
        reading = source.read(0.05)
        if isinstance(reading, SignalLost):
            report.losses += 1
            if reading.sentence not in report.sentences:
                report.sentences.append(reading.sentence)
        if not isinstance(reading, Frame):
            continue
        number = number_in(reading.rgb)
        if last is None:
            report.rss_mb_start = process.memory_info().rss / 1e6
        elif last.segment == reading.segment:
            gaps_ms.append((reading.captured_ns - last.captured_ns) / 1e6)
            report.numbers_missed += (number - last_number) % PREPARED - 1
        last, last_number = reading, number
        report.frames += 1
    report.seconds = time.monotonic() - began_s
    report.fps = report.frames / report.seconds
    report.cpu_percent = 100 * (sum(process.cpu_times()[:2]) - cpu_s) / report.seconds
    report.rss_mb_end = process.memory_info().rss / 1e6
    report.segments = 0 if last is None else last.segment + 1
    report.gap_ms_max = max(gaps_ms, default=0.0)
    report.gap_ms_p95 = statistics.quantiles(gaps_ms, n=20)[-1] if len(gaps_ms) > 20 else 0.0


def disturb(order: Callable[[str], None], until_s: float) -> None:
    """A fault every four seconds, until then."""
    script = ("stall", "resume", "send_rubbish", "drop", "cut_pictures", "unplug", "plug_in")
    at = 0
    while time.monotonic() + 4.0 < until_s:
        time.sleep(2.0)
        order(script[at % len(script)])
        at += 1
    order("resume")
    if script[(at - 1) % len(script)] == "unplug":
        order("plug_in")


def opened(through: str, url: str) -> Source:
    if through == "pyav":
        return open_stream(url)

    def open_capture(_index: int, _backend: int, _parameters: list[int]) -> Capture:
        timeouts = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 3000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, 1500]
        capture: Capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, timeouts)
        return capture

    camera = Camera(0, "Loopback", "", V4L2.backend)
    request = CameraRequest((1920, 1080))
    return CameraSource(camera, request, spec="camera:0", open_capture=open_capture)


def measure(through: str, arguments: argparse.Namespace) -> Report:
    report = Report(through)
    before = threading.active_count()
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    camera = context.Process(target=serve, args=(theirs, arguments.size, arguments.fps))
    camera.start()
    source = opened(through, ours.recv())

    def order(what: str) -> None:
        ours.send(what)
        ours.recv()

    with closing(source):
        faults = threading.Thread(
            target=disturb, args=(order, time.monotonic() + arguments.seconds)
        )
        if arguments.faults:
            faults.start()
        watch(source, arguments.seconds, report)
        if arguments.faults:
            faults.join(10.0)
        began_s = time.monotonic()
        source.close()
        report.close_ms = 1e3 * (time.monotonic() - began_s)
    report.abandoned = getattr(source, "abandoned_threads", 0)
    report.threads_left = threading.active_count() - before
    ours.send("close")
    camera.join(10.0)
    return report


def size_of(text: str) -> tuple[int, int]:
    width, height = text.split("x")
    return int(width), int(height)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--size", type=size_of, default=(1920, 1080))
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--through", choices=("pyav", "opencv", "both"), default="both")
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    ways = ("pyav", "opencv") if arguments.through == "both" else (arguments.through,)
    reports = [measure(way, arguments) for way in ways]
    for report in reports:
        for name, value in asdict(report).items():
            print(f"{name:>16}  {round(value, 2) if isinstance(value, float) else value}")
        print()
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(report) for report in reports], indent=1))


if __name__ == "__main__":
    main()
