"""Work of `bench`: measures, prints, compares."""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeGuard

import psutil

from app.benchmark.headless import alternate
from app.benchmark.inside import INSIDE, inside_figures
from app.benchmark.preloaded import preload, preloaded
from app.benchmark.starts import STARTS, import_torch, measure_starts, start_window
from app.benchmark.views import ALL, PINS, analysis_figures, with_views
from app.commands.window import require_display, with_arguments
from app.settings.settings import Settings
from app.sources.opening import open_awaited, open_source
from app.system.environment import environment
from app.system.json_files import write_json
from app.ui import resolve
from models.errors import UsageError
from models.extras import missing_extra
from models.frames import Frame

_LOWER_IS_BETTER = (
    "_ms", "startup_s", "startup_stages_s", "import_torch_s", "rss_mb", "dropped",
)  # fmt: skip
_OF_THE_WINDOW = (
    "shown_fps", "gui_thread_ms", "gui_gl_ms", "latency_ms", "cloud_upload_ms", "cloud_markers_ms",
    "startup_s", "startup_stages_s", "dropped", "processor_ms",
)  # fmt: skip
"""Figures of the window, null in the JSON without one."""


def run(arguments: argparse.Namespace) -> int:
    """Measure and print, and write JSON if asked to."""
    before = _read(arguments.compare) if arguments.compare else {}
    if (arguments.live or arguments.startup or arguments.outputs) and not arguments.window:
        raise UsageError(
            "--live, --startup and --outputs measure the window; leave out --no-window."
        )
    if arguments.window:
        require_display()
    settings = with_arguments(Settings(hint_seen=True, input_budget="off"), arguments)
    figures: dict[str, Any] = {"a": settings.model_a, "b": settings.model_b}
    if arguments.startup:
        figures |= _starts(settings, arguments.window_size, STARTS)
    elif arguments.outputs:
        figures |= _outputs(replace(settings, pacing="every-frame"), arguments)
    elif arguments.live:
        figures |= _live(settings, arguments)
    else:
        figures |= _against_bare_model(replace(settings, pacing="every-frame"), arguments)
    figures = dict.fromkeys(_OF_THE_WINDOW) | figures
    figures["rss_mb"] = psutil.Process().memory_info().rss / 1e6
    figures["environment"] = environment()
    _print(figures, before)
    if arguments.json is not None:
        write_json(arguments.json, figures)
    return 0


def _against_bare_model(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    """The app on preloaded frames, as fast as it can, beside the same lanes in a plain loop."""
    frames = _frames(settings)
    config = resolve.pipeline_config(settings)
    figures: dict[str, Any] = {"source_size": list(frames[0].size)}
    figures |= alternate(frames, config, arguments.seconds)
    if arguments.views is not None:
        figures |= analysis_figures(frames, config)
    if arguments.views == INSIDE:
        figures |= inside_figures(frames, config)
    if arguments.window:
        figures |= _windowed(frames, settings, arguments)
    return figures


def _frames(settings: Settings) -> list[Frame]:
    source = open_source(settings.source, resolve.source_size(settings))
    with contextlib.closing(source):
        return preload(source)


def _starts(settings: Settings, size: tuple[int, int], count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        start = partial(start_window, settings, size, Path(folder))
        return measure_starts(count, start, import_torch)


def _outputs(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    """The window without outputs, with a page, with a camera and with both, in turns."""
    try:
        from app.benchmark.outputs import measure_outputs
        from app.outputs.web import server  # noqa: F401 - tells whether its package is there
    except ImportError as error:
        raise UsageError(
            missing_extra("Measuring outputs needs", "web,camera-out", "aiohttp, pyvirtualcam")
        ) from error
    from app.ui.gui import make_qt_application

    qt_application = make_qt_application()
    frames, seconds = preloaded(_frames(settings)), arguments.seconds
    with tempfile.TemporaryDirectory() as folder:
        found = measure_outputs(frames, settings, seconds, arguments.window_size, Path(folder))
    return {"platform": qt_application.platformName()} | found


def _live(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    """The window on the source at its own pace, where the newest frame wins."""
    from app.benchmark.windowed import measure_window
    from app.ui.gui import make_qt_application

    qt_application = make_qt_application()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure_window(
            open_awaited, settings, arguments.seconds, arguments.window_size, Path(folder)
        )
    platform = qt_application.platformName()
    return {"platform": platform, "live": True, "fps": figures["window_fps"]} | figures


def _windowed(
    frames: list[Frame], settings: Settings, arguments: argparse.Namespace
) -> dict[str, Any]:
    from app.benchmark.windowed import measure_window
    from app.ui.gui import make_qt_application
    from renderers.point_cloud_timing import measure_cloud_upload, measure_markers

    qt_application = make_qt_application()  # widgets and OpenGL live as long as it does
    figures: dict[str, Any] = {"platform": qt_application.platformName()}
    seconds, size = arguments.seconds, arguments.window_size
    with tempfile.TemporaryDirectory() as folder:
        figures |= measure_window(preloaded(frames), settings, seconds, size, Path(folder))
        if arguments.views is not None:
            on = with_views(settings, arguments.views)
            pins = PINS if arguments.views == ALL else ()
            found = measure_window(preloaded(frames), on, seconds, size, Path(folder), pins)
            figures |= {"views": arguments.views} | _flat(
                {f"views_{k}": v for k, v in found.items()}
            )
    figures |= _starts(settings, size, 1)
    ours = measure_cloud_upload(*frames[0].size)
    figures["cloud_upload_ms"] = ours.prepare_ms + ours.set_data_ms + ours.upload_ms
    if arguments.cloud_baseline:
        markers = measure_markers(*frames[0].size)
        figures["cloud_markers_ms"] = markers.prepare_ms + markers.set_data_ms + markers.upload_ms
    return figures


def _print(figures: dict[str, Any], old: dict[str, Any]) -> None:
    has_baseline = "bare_model_fps" in figures
    if has_baseline:
        print(f"engine / bare model: {figures['fps'] / figures['bare_model_fps']:.3f}")
    if has_baseline and "window_fps" in figures:
        print(f"window / bare model: {figures['window_fps'] / figures['bare_model_fps']:.3f}")
    if "views_window_fps" in figures:
        print(f"views / no views: {figures['views_window_fps'] / figures['window_fps']:.3f}")
    for case in ("page", "camera", "both"):
        if (share := figures.get(f"outputs_{case}_share")) is not None:
            print(f"with {case} / without outputs: {share:.3f}")
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
