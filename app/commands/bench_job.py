"""Work of `bench`: measures, prints, compares."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, TypeGuard

import psutil

from app.benchmark.headless import alternate
from app.benchmark.preloaded import preload
from app.benchmark.views import ALL, PINS, analysis_figures, with_views
from app.commands.window import require_display, with_arguments
from app.settings.settings import Settings
from app.sources.opening import open_source
from app.system import startup
from app.system.environment import environment
from app.system.json_files import write_json
from app.ui import resolve
from models.errors import UsageError, UserError
from models.frames import Frame

_WINDOW = (1600, 1000)
_STARTUP_LIMIT_S = 120
_LOWER_IS_BETTER = ("_ms", "startup_s", "startup_stages_s", "rss_mb", "dropped")
_OF_THE_WINDOW = (
    "shown_fps", "gui_thread_ms", "gui_gl_ms", "latency_ms", "cloud_upload_ms", "cloud_markers_ms",
    "startup_s", "startup_stages_s", "dropped",
)  # fmt: skip
"""Figures of the window, null in the JSON without one."""


def run(arguments: argparse.Namespace) -> int:
    """Measure and print, and write JSON if asked to."""
    before = _read(arguments.compare) if arguments.compare else {}
    if arguments.window:
        require_display()
    settings = with_arguments(Settings(pacing="every-frame", hint_seen=True), arguments)
    frames = _frames(settings)
    config = resolve.pipeline_config(settings)
    figures: dict[str, Any] = {
        "source_size": list(frames[0].size),
        "a": settings.model_a,
        "b": settings.model_b,
    }
    figures |= alternate(frames, config, arguments.seconds)
    if arguments.views is not None:
        figures |= analysis_figures(frames, config)
    if arguments.window:
        figures |= _windowed(frames, settings, arguments)
    figures = dict.fromkeys(_OF_THE_WINDOW) | figures
    figures["rss_mb"] = psutil.Process().memory_info().rss / 1e6
    figures["environment"] = environment()
    _print(figures, before)
    if arguments.json is not None:
        write_json(arguments.json, figures)
    return 0


def _frames(settings: Settings) -> list[Frame]:
    source = open_source(settings.source, resolve.source_size(settings))
    with contextlib.closing(source):
        return preload(source)


def _windowed(
    frames: list[Frame], settings: Settings, arguments: argparse.Namespace
) -> dict[str, Any]:
    from app.benchmark.windowed import measure_window
    from app.ui.gui import make_qt_application
    from renderers.point_cloud_timing import measure_cloud_upload, measure_markers

    qt_application = make_qt_application()  # widgets and OpenGL live as long as it does
    figures: dict[str, Any] = {"platform": qt_application.platformName()}
    with tempfile.TemporaryDirectory() as folder:
        figures |= measure_window(frames, settings, arguments.seconds, _WINDOW, Path(folder))
        if arguments.views is not None:
            on = with_views(settings, arguments.views)
            pins = PINS if arguments.views == ALL else ()
            found = measure_window(frames, on, arguments.seconds, _WINDOW, Path(folder), pins)
            figures |= {"views": arguments.views} | _flat(
                {f"views_{k}": v for k, v in found.items()}
            )
        figures |= _startup(settings, Path(folder))
    ours = measure_cloud_upload(*frames[0].size)
    figures["cloud_upload_ms"] = ours.prepare_ms + ours.set_data_ms + ours.upload_ms
    if arguments.cloud_baseline:
        markers = measure_markers(*frames[0].size)
        figures["cloud_markers_ms"] = markers.prepare_ms + markers.set_data_ms + markers.upload_ms
    return figures


def _startup(settings: Settings, folder: Path) -> dict[str, Any]:
    """Seconds from the start of a fresh process to its first depth on screen, and to each stage."""
    main = Path(__file__).resolve().parents[2] / "main.py"
    command = [
        sys.executable, str(main), "--reset", "--debug", "--quit-after", "20",
        "--quit-when-shown", "--a", settings.model_a, "--b", settings.model_b,
        "--device", settings.device,
    ]  # fmt: skip
    for option, value in (("--input-size", settings.input_size), ("--threads", settings.threads)):
        if value:
            command += [option, str(value)]
    try:
        done = subprocess.run(
            command,
            env=os.environ | {"FLASHDEPTH_CONFIG": str(folder)},
            capture_output=True,
            text=True,
            timeout=_STARTUP_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UserError(
            f"A second window did not close within {_STARTUP_LIMIT_S} seconds; try --no-window."
        ) from error
    stages = startup.read(done.stderr)
    if "first_depth" not in stages:
        raise UserError("The window showed no disparity within 20 seconds; try --no-window.")
    return {"startup_s": stages["first_depth"], "startup_stages_s": stages}


def _print(figures: dict[str, Any], old: dict[str, Any]) -> None:
    print(f"engine / bare model: {figures['fps'] / figures['bare_model_fps']:.3f}")
    if "window_fps" in figures:
        print(f"window / bare model: {figures['window_fps'] / figures['bare_model_fps']:.3f}")
    if "views_window_fps" in figures:
        print(f"views / no views: {figures['views_window_fps'] / figures['window_fps']:.3f}")
    if figures.get("cloud_markers_ms"):
        print(f"markers / cloud: {figures['cloud_markers_ms'] / figures['cloud_upload_ms']:.1f}")
    earlier = _flat(old)
    for key, value in _flat(figures).items():
        if not _is_number(value):
            continue
        digits = 0 if isinstance(value, int) else 3
        print(f"{key:<28} {value:10.{digits}f}{_against(key, value, earlier.get(key))}")


def _against(key: str, value: float, before: object) -> str:
    """Ratio of `value` to that of an earlier run, as text."""
    if not _is_number(before):
        return ""
    better = "lower" if key.split(".")[0].endswith(_LOWER_IS_BETTER) else "higher"
    if not before:
        return f"  {value - before:+g} against 0 before, {better} is better"
    return f"  x{value / before:.3f} compared with before, {better} is better"


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _flat(figures: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in figures.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{inner}": v for inner, v in value.items()}
        else:
            flat[key] = value
    return flat


def _read(path: Path) -> dict[str, Any]:
    try:
        figures = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path} is not a benchmark result; give a file that --json wrote."
        ) from error
    return figures if isinstance(figures, dict) else {}
