"""Cost of the comparing views: each alone, all at once, and none at all."""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Sequence

from app.analysis.analyzer import AnalysisRequest, Analyzer
from app.benchmark.preloaded import ToAndFro
from app.core.results import FrameResult
from app.engine.pipeline import Pipeline, PipelineConfig
from app.settings.settings import Settings
from models.frames import Frame

VIEWS = ("none", "wipe", "blink", "difference", "flicker", "xt", "all")
PINS = ((0.2, 0.3), (0.5, 0.5), (0.7, 0.4), (0.8, 0.8))
_PANES = ("rgb", "depth_a", "depth_b", "cloud")
_FRAMES = 24
_IDLE_CALLS = 20_000

_EACH = {
    "difference": AnalysisRequest(difference="clip"),
    "flicker": AnalysisRequest(flicker_window=15, heat=True),
    "xt": AnalysisRequest(scan_line=0.5),
    "edges": AnalysisRequest(edges="a"),
    "pins": AnalysisRequest(pins=PINS),
}
_ALL = AnalysisRequest(
    difference="clip", flicker_window=15, heat=True, scan_line=0.5, edges="a", pins=PINS
)


def with_views(settings: Settings, views: str) -> Settings:
    """`settings` with a view of VIEWS on; "all" is the most that can be on screen at once.

    That is the flicker view, the most expensive of those that exclude each other, with charts,
    depth edges and every pane; four points are pinned as well (`PINS`). "none" switches all of it
    off.
    """
    if views == "none":
        return dataclasses.replace(settings, view="side", charts=False, edges=False, panes=_PANES)
    if views != "all":
        return dataclasses.replace(settings, view=views, panes=_PANES)
    return dataclasses.replace(settings, view="flicker", charts=True, edges=True, panes=_PANES)


def analysis_figures(frames: Sequence[Frame], config: PipelineConfig) -> dict[str, float]:
    """Median milliseconds per frame of the analyzer: `analysis_difference_ms` and so on.

    `analysis_all_ms` is for everything at once, although no window shows all of it together;
    `analysis_none_ms` is for a frame without any request.
    """
    results = _results(frames, config)
    figures = {
        f"analysis_{name}_ms": _median_ms(results, request)
        for name, request in (_EACH | {"all": _ALL}).items()
    }
    return figures | {"analysis_none_ms": _idle_ms(results[0])}


def _results(frames: Sequence[Frame], config: PipelineConfig) -> list[FrameResult]:
    pipeline, order = Pipeline(), ToAndFro(frames)
    pipeline.configure(dataclasses.replace(config, analysis=AnalysisRequest()))
    try:
        return [pipeline.step(order.next()) for _ in range(_FRAMES)]
    finally:
        pipeline.close()


def _median_ms(results: list[FrameResult], request: AnalysisRequest) -> float:
    analyzer, spent = Analyzer(), []
    for result in results:
        started = time.perf_counter()
        analyzer.analyze(result.frame, result.lanes, request)
        spent.append(1000.0 * (time.perf_counter() - started))
    return statistics.median(spent[1:])  # the first has no predecessor


def _idle_ms(result: FrameResult) -> float:
    analyzer, request = Analyzer(), AnalysisRequest()
    started = time.perf_counter()
    for _ in range(_IDLE_CALLS):
        analyzer.analyze(result.frame, result.lanes, request)
    return 1000.0 * (time.perf_counter() - started) / _IDLE_CALLS
