"""Analysis for the comparing views, computed only on request.

Difference, flicker heat maps, x-t slices, depth edges and pinned points. Plain Python, outside the
GUI thread, which only paints the results. Without a request it costs nothing.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from app.analysis.history import History, HistoryEntry
from app.analysis.inside.analyst import InsideAnalyst, InsideShown
from app.analysis.live_flicker import LiveFlicker
from app.analysis.request import AnalysisRequest
from app.analysis.time_slices import SlicesShown, TimeSlices
from app.core.flicker_values import FlickerResult
from app.core.results import (
    PROCESSING_ERRORS,
    SLICE_FRAMES,
    Analysis,
    AnalysisPart,
    Difference,
    LaneResult,
)
from models.frames import DepthMap, Float32, Frame, UInt8, Unit
from models.geometry import Calibration
from models.metrics import Alignment, PairSample, align_robust, boundary_f1, depth_from_disparity
from renderers.difference import DifferenceRange, difference_levels
from renderers.edges import disparity_edges, edge_rgba
from renderers.flicker_map import flicker_rgba, grey_levels
from renderers.point_cloud import default_calibration
from renderers.stereo import scaled_stereo_picture

log = logging.getLogger(__name__)

T = TypeVar("T")

_RESOLVE_EVERY = 15
_RESCORE_EVERY = 10  # frames; the score is only displayed, and ten times as expensive as the edges
_SAMPLE_STEP = 8
_SAMPLE = np.s_[_SAMPLE_STEP // 2 :: _SAMPLE_STEP, _SAMPLE_STEP // 2 :: _SAMPLE_STEP]
_IDENTITY = Alignment(1.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Input:
    """Input of one analysis.

    Attributes
    ----------
    again
        The frame was analysed before, with another request.
    cut
        The frame belongs to another shot than the last.
    """

    frame: Frame
    lanes: Mapping[str, LaneResult]
    request: AnalysisRequest
    again: bool
    cut: bool


class Analyzer:
    """Analyses frame after frame. Single-threaded.

    Breaks are read from the frames: another segment or a cut begins another shot, a fresh lane has
    lost its memory. A segment that steps back to a recent frame continues from the frames before
    it.

    Attributes
    ----------
    inside
        Makes the pictures of the networks' insides.
    """

    def __init__(self, history: History | None = None) -> None:
        self._flicker = LiveFlicker()
        self._history = History() if history is None else history
        self._slices = TimeSlices()
        self._pairs = PairSample()
        self._alignment = _IDENTITY
        self._difference_range = DifferenceRange()
        self._method = ""
        self._pairs_added = 0
        self._score: float | None = None
        self._score_age = 0
        self.inside = InsideAnalyst()
        self._failures: dict[AnalysisPart, str] = {}
        self._failing: set[AnalysisPart] = set()

    def forget(self, lane: str) -> None:
        """Remove the results of a lane that now has another model."""
        self._flicker.forget(lane)
        self._history.forget(lane)
        self._slices.forget(lane)
        self.inside.forget(lane)
        self._begin_alignment()

    def analyze(
        self,
        frame: Frame,
        lanes: Mapping[str, LaneResult],
        request: AnalysisRequest,
        cut: bool = False,
    ) -> Analysis | None:
        """Compute what `request` asks for. A repeated frame (paused) is not added to histories."""
        again = self._remember(frame, lanes, cut, is_watched=not request.nothing)
        if request.nothing or not lanes:
            return None
        given = _Input(frame, lanes, request, again, cut)
        self._failures = {}
        flicker = self._guarded(AnalysisPart.FLICKER, self._measure, given)
        edges, score = self._guarded(AnalysisPart.EDGES, self._edges, given) or (None, None)
        slices = self._guarded(AnalysisPart.SLICES, self._slice, given)
        inside = self._guarded(AnalysisPart.INSIDE, self._look_inside, given) or InsideShown()
        return Analysis(
            difference=self._guarded(AnalysisPart.DIFFERENCE, self._difference, given),
            flicker=flicker,
            heat=_heat(flicker) if request.heat else {},
            grey=grey_levels(frame.rgb) if request.heat else None,
            slices=slices.pictures if slices else {},
            slice_frames=slices.frames if slices else {},
            slice_window=slices.window if slices else SLICE_FRAMES,
            slice_breaks=slices.breaks if slices else {},
            edges=edges,
            boundary_f1=score,
            is_settled=score is None or self._score_age == 1,
            pins={name: _at(lane.depth.disparity, request.pins) for name, lane in lanes.items()},
            inside=inside.pictures,
            inside_reasons=inside.reasons,
            inside_point=inside.point,
            failures=self._failures,
            stereo=self._guarded(AnalysisPart.STEREO, _stereo, given),
        )

    def _remember(
        self, frame: Frame, lanes: Mapping[str, LaneResult], cut: bool, is_watched: bool
    ) -> bool:
        """Add the frame to the history; True if it is the previous frame again."""
        last, entry = self._history.newest, HistoryEntry.of(frame, lanes, cut)
        if last is not None and _key(last) == _key(entry):
            is_other = self._history.renew(entry)
            self._slices.renew(last, entry, is_other)
            if is_other:
                self._flicker.outdate()
            return True
        is_other_segment = last is not None and last.segment != entry.segment
        if is_other_segment and (was_cut := self._history.rewind(frame)) is not None:
            entry.cut = was_cut
        elif is_other_segment:
            self._flicker.reset()
            self._slices.clear()
        if entry.cut or entry.fresh or is_other_segment:
            self._begin_alignment()
        self._history.add(entry, is_watched)
        return False

    def _begin_alignment(self) -> None:
        """Start a new alignment of B to A, without the frames seen so far."""
        self._score_age = 0
        self._difference_range.reset()
        self._pairs.clear()
        self._pairs_added = 0

    def _guarded(self, part: AnalysisPart, work: Callable[[_Input], T], given: _Input) -> T | None:
        """Result of `work`, or None and a sentence: a part that fails costs no frame."""
        try:
            result = work(given)
        except PROCESSING_ERRORS as error:
            if part not in self._failing:
                log.exception("%s failed at frame %d", part, given.frame.index)
                self._failing.add(part)
            what = str(error).strip().splitlines()[0] if str(error).strip() else "unknown reason"
            self._failures[part] = f"{part} could not be computed ({what}); the lanes keep running."
            if part is AnalysisPart.FLICKER:
                self._flicker.reset()
            return None
        self._failing.discard(part)
        return result

    def _measure(self, given: _Input) -> FlickerResult | None:
        return self._flicker.measure(
            self._history, given.lanes.keys(), given.request, again=given.again
        )

    def _difference(self, given: _Input) -> Difference | None:
        method = given.request.difference
        if not method or not {"a", "b"} <= set(given.lanes):
            return None
        if method != self._method:  # differences of another size; the scale follows at once
            self._method = method
            self._difference_range.reset()
        a, b = given.lanes["a"], given.lanes["b"]
        alignment = self._align(b.depth.disparity, a.depth.disparity, method, given.again)
        aligned = alignment.apply(b.depth.disparity)
        if a.depth.disparity.shape == aligned.shape:
            sample = a.depth.disparity[_SAMPLE] - aligned[_SAMPLE]
        else:
            sample = np.empty(0, np.float32)
        limit = self._difference_range.update(sample, a.display_range)
        return Difference(difference_levels(a.depth.disparity, aligned, limit), limit, alignment)

    def _align(self, disparity: Float32, reference: Float32, method: str, again: bool) -> Alignment:
        """Align B to A. B stays as it is if the fit finds nothing in common."""
        if method == "none" or disparity.shape != reference.shape:
            return _IDENTITY
        try:
            if method == "frame":
                return align_robust(disparity[_SAMPLE], reference[_SAMPLE])
            if not again or not self._pairs_added:
                self._pairs.add(disparity, reference)
                if self._pairs_added % _RESOLVE_EVERY == 0:
                    self._alignment = self._pairs.solve()
                self._pairs_added += 1
        except ValueError:
            return _IDENTITY
        return self._alignment

    def _slice(self, given: _Input) -> SlicesShown | None:
        if given.request.scan_line is None:
            return None
        return self._slices.show(self._history, given.request.scan_line, given.frame.size[1])

    def _look_inside(self, given: _Input) -> InsideShown | None:
        request = given.request
        if request.inside is None:
            return None
        return self.inside.show(
            given.frame, given.lanes, request.inside, request.pins, cut=given.cut
        )

    def _edges(self, given: _Input) -> tuple[UInt8 | None, float | None]:
        lane = given.lanes.get(given.request.edges)
        if lane is None:
            return None, None
        metric = lane.depth.unit is Unit.INVERSE_METRE
        calibration = Calibration() if metric else default_calibration(*lane.display_range)
        edges = disparity_edges(lane.depth.disparity, calibration)
        if given.again or self._score_age % _RESCORE_EVERY == 0:
            self._score, self._score_age = _boundary_score(given.frame, lane.depth), 0
        self._score_age += 1
        return edge_rgba(edges, given.request.edge_colour), self._score


def _boundary_score(frame: Frame, depth: DepthMap) -> float | None:
    """Boundary F1 against the source's truth after a robust alignment, or None without truth."""
    truth = frame.truth
    if truth is None or truth.disparity.shape != depth.disparity.shape:
        return None
    try:
        found = align_robust(depth.disparity[_SAMPLE], truth.disparity[_SAMPLE])
    except ValueError:
        return None
    aligned = depth_from_disparity(found.apply(depth.disparity))
    score = boundary_f1(aligned, depth_from_disparity(truth.disparity))
    return None if math.isnan(score) else score


def _stereo(given: _Input) -> UInt8 | None:
    options, lane = given.request.stereo, given.lanes.get(given.request.stereo_lane)
    if options is None or lane is None:
        return None
    return scaled_stereo_picture(given.frame.rgb, lane.levels, options)


def _key(entry: HistoryEntry) -> tuple[int, int]:
    return entry.segment, entry.index


def _heat(flicker: FlickerResult | None) -> dict[str, UInt8]:
    if flicker is None:
        return {}
    return {name: flicker_rgba(lane.heat) for name, lane in flicker.lanes.items()}


def _at(disparity: Float32, pins: tuple[tuple[float, float], ...]) -> tuple[float, ...]:
    height, width = disparity.shape
    return tuple(
        float(disparity[min(height - 1, int(y * height)), min(width - 1, int(x * width))])
        for x, y in pins
    )
