"""Cost of the comparing views: each alone, all at once, and none at all."""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Iterable, Sequence

from app.analysis.analyzer import Analyzer
from app.analysis.request import AnalysisRequest
from app.benchmark.preloaded import ToAndFro
from app.core.results import FrameResult
from app.engine.pipeline import Pipeline, PipelineConfig
from app.settings.settings import Settings
from app.views import flicker, table
from models.frames import Frame
from models.inside.probe import EVERYTHING
from widgets.arrangement import PANES

NONE, ALL = "none", "all"
PINS = ((0.2, 0.3), (0.5, 0.5), (0.7, 0.4), (0.8, 0.8))
_FRAMES = 24
_IDLE_CALLS = 20_000


def with_views(settings: Settings, view: str) -> Settings:
    """`settings` with a view on, by its key; "all" is the most that can be on screen at once.

    That is the flicker view, the most expensive of those that exclude each other, with charts,
    depth edges and every pane; four points are pinned as well (`PINS`). "none" switches all of it
    off.
    """
    if view == NONE:
        return _with(settings, table.DEFAULT, extras=False)
    if view == ALL:
        return _with(settings, flicker.VIEW.key, extras=True)
    return dataclasses.replace(settings, view=view, panes=PANES)


def _with(settings: Settings, view: str, extras: bool) -> Settings:
    return dataclasses.replace(settings, view=view, charts=extras, edges=extras, panes=PANES)


def analysis_figures(frames: Sequence[Frame], config: PipelineConfig) -> dict[str, float]:
    """Median milliseconds per frame of the analyzer: `analysis_difference_ms` and so on.

    `analysis_all_ms` is for everything at once, although no window shows all of it together;
    `analysis_none_ms` is for a frame without any request.
    """
    results, each = _results(frames, config), _requests()
    figures = {
        f"analysis_{name}_ms": _median_ms(results, request)
        for name, request in (each | {ALL: _together(each.values())}).items()
    }
    return figures | {"analysis_none_ms": _idle_ms(results[0])}


def _requests() -> dict[str, AnalysisRequest]:
    """What can be worked out, one by one."""
    requests = {view.key: view.needs(Settings()) for view in table.every_view()}
    requests |= {"edges": AnalysisRequest(edges="a"), "pins": AnalysisRequest(pins=PINS)}
    return {name: request for name, request in requests.items() if not request.nothing}


def _together(requests: Iterable[AnalysisRequest]) -> AnalysisRequest:
    """One request for everything that any of them asks for."""
    nothing, together = AnalysisRequest(), AnalysisRequest()
    for request in requests:
        asked = {
            field.name: value
            for field in dataclasses.fields(request)
            if (value := getattr(request, field.name)) != getattr(nothing, field.name)
        }
        together = dataclasses.replace(together, **asked)
    return together


def _results(frames: Sequence[Frame], config: PipelineConfig) -> list[FrameResult]:
    pipeline, order = Pipeline(), ToAndFro(frames)
    plain = dataclasses.replace(config, analysis=AnalysisRequest(), saved=EVERYTHING)
    pipeline.configure(plain)
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
