"""From the lanes' predictions to a FrameResult: frame size, display range, levels and views.

No network runs here, so one frame may be postprocessed while the networks compute the next.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.analysis.analyzer import Analyzer
from app.analysis.request import AnalysisRequest
from app.core.results import PROCESSING_ERRORS, Analysis, Breaks, FrameResult, LaneResult
from app.engine.in_flight import InFlightFrame
from app.engine.lanes import LanePrediction, display_failure
from app.engine.prescale import ViewportPrescaler, ViewportRequest
from models import registry
from models.estimator import Prediction
from models.frames import DepthMap, Frame
from renderers.display_range import RangeSettings, RangeTracker
from renderers.levels import quantise
from renderers.prescale import Prescaled

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class PredictedFrame:
    """A frame after its networks.

    Attributes
    ----------
    in_flight
        The frame.
    lanes
        Predictions by lane; failed lanes are in `in_flight.failures`.
    started_ns, predicted_ns
        When the networks were free for it, and when its last lane was collected; monotonic clock.
    """

    in_flight: InFlightFrame
    lanes: Mapping[str, LanePrediction]
    started_ns: int
    predicted_ns: int


class Postprocessor:
    """Postprocesses frames in order; used by one thread at a time, not always the same.

    Parameters
    ----------
    breaks
        Number of breaks so far.
    viewport_request
        The pictures to resize; any thread may replace it.
    """

    def __init__(self, clock_ns: Callable[[], int], breaks: Breaks) -> None:
        self._clock_ns = clock_ns
        self._range = RangeTracker(RangeSettings())
        self._analyzer = Analyzer()
        self._request: AnalysisRequest | None = None
        self._prescaler = ViewportPrescaler()
        self.viewport_request = ViewportRequest()
        self.breaks = breaks

    def configure(self, display_range: RangeSettings, request: AnalysisRequest | None) -> None:
        """Set range and analysis from the next frame on; None requests no analysis."""
        if display_range != self._range.settings:
            self._range.configure(display_range)
        self._request = request

    def restart_range(self) -> None:
        """The next frame sets the display range at once."""
        self._range.reset()

    def forget(self, lane: str) -> None:
        """Remove the views' data of a lane that gets another network."""
        self._analyzer.forget(lane)

    def run(self, predicted: PredictedFrame, is_beside: bool = False) -> FrameResult:
        """The result of a frame; `is_beside` if the networks compute the next one meanwhile."""
        in_flight, begun_ns = predicted.in_flight, self._clock_ns()
        if in_flight.is_first:
            self.restart_range()
        frame = in_flight.frame
        lanes = self._display(predicted.lanes, in_flight.failures)
        prescaled = self._fit(frame, lanes)
        displayed_ns = self._clock_ns()
        self._count_breaks(in_flight.cut, (lane.fresh for lane in predicted.lanes.values()))
        analysis = self._analyse(frame, lanes, in_flight.cut)
        done_ns = self._clock_ns()
        stages_ms = {
            "wait": (predicted.started_ns - frame.captured_ns + begun_ns - predicted.predicted_ns)
            / 1e6,
            "net": (predicted.predicted_ns - predicted.started_ns) / 1e6,
            "display": (displayed_ns - begun_ns) / 1e6,
        }
        if analysis is not None:
            stages_ms["analysis"] = (done_ns - displayed_ns) / 1e6
        return FrameResult(
            frame, lanes, in_flight.failures, stages_ms, done_ns, in_flight.dropped, in_flight.cut,
            analysis, self.breaks, is_beside, prescaled,
        )  # fmt: skip

    def renew(
        self,
        result: FrameResult,
        predictions: Mapping[str, LanePrediction],
        failures: dict[str, str],
    ) -> FrameResult:
        """The same frame with new predictions of some lanes."""
        known = [lane.depth for lane in result.lanes.values()]
        for lane in predictions.values():
            if not any(lane.depth is depth for depth in known):
                self._count_breaks(False, (lane.fresh,))
        lanes = self._display(predictions, failures)
        return dataclasses.replace(
            result,
            lanes=lanes,
            failures=failures,
            done_ns=self._clock_ns(),
            analysis=self._analyse(result.frame, lanes, result.cut),
            breaks=self.breaks,
            prescaled=self._fit(result.frame, lanes),
        )

    def settle(self, result: FrameResult) -> FrameResult:
        """The same result with the analysis that is only worth it for a frame that stays."""
        again = self._analyse(result.frame, result.lanes, result.cut)
        return dataclasses.replace(result, analysis=again, done_ns=self._clock_ns())

    def ask_at(self, point: tuple[float, float] | None) -> None:
        """Set the query point of the next frames, the one under the cursor; from any thread."""
        self._analyzer.inside.cursor = point

    def is_asked_elsewhere(self, result: FrameResult) -> bool:
        """Whether what a result shows belongs to another query point than the one in force."""
        request, analysis = self._request, result.analysis
        if request is None or request.inside is None or not request.inside.has_query:
            return False
        point = self._analyzer.inside.query_point(request.pins)
        return analysis is not None and bool(analysis.inside) and analysis.inside_point != point

    def _count_breaks(self, cut: bool, fresh: Iterable[bool]) -> None:
        cuts, resets = self.breaks.cuts, self.breaks.resets
        self.breaks = Breaks(cuts + cut, resets + (not cut and any(fresh)))

    def _analyse(self, frame: Frame, lanes: Mapping[str, LaneResult], cut: bool) -> Analysis | None:
        if self._request is None:
            return None
        return self._analyzer.analyze(frame, lanes, self._request, cut)

    def _fit(
        self, frame: Frame, lanes: Mapping[str, LaneResult]
    ) -> dict[str, tuple[Prescaled, ...]]:
        try:
            return self._prescaler.fit(self.viewport_request, frame, lanes)
        except PROCESSING_ERRORS:
            log.exception("cannot resize pictures here; the window resizes them itself")
            return {}

    def _display(
        self, predictions: Mapping[str, LanePrediction], failures: dict[str, str]
    ) -> dict[str, LaneResult]:
        """The lanes as they are shown; one that fails costs neither the other nor the frame."""
        try:
            return self._levels(predictions)
        except PROCESSING_ERRORS:
            log.exception("cannot show %s together", " and ".join(predictions))
        shown: dict[str, LaneResult] = {}
        for name, lane in predictions.items():
            try:
                shown |= self._levels({name: lane})
            except PROCESSING_ERRORS as error:
                failures[name] = display_failure(lane.model, error)
        return shown

    def _levels(self, predictions: Mapping[str, LanePrediction]) -> dict[str, LaneResult]:
        """Upsampling, range and levels; lanes of one scale share one range."""
        depths = {name: _at_frame_size(lane.depth) for name, lane in predictions.items()}
        one_scale = len({registry.family(lane.model) for lane in predictions.values()}) <= 1
        ranges = self._range.update(
            {name: depth.disparity for name, depth in depths.items()}, shared=one_scale
        )
        return {
            name: LaneResult(
                model=lane.model,
                depth=depths[name],
                levels=quantise(depths[name].disparity, ranges[name]),
                display_range=ranges[name],
                compute_ms=lane.compute_ms,
                fresh=lane.fresh,
                note=lane.note,
                inside=lane.inside,
            )
            for name, lane in predictions.items()
        }


def _at_frame_size(depth: DepthMap | Prediction) -> DepthMap:
    return depth.upsampled() if isinstance(depth, Prediction) else depth
