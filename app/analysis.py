"""What the comparing views show, worked out beside the networks and only when it is wanted.

Difference, flicker heat maps, x-t slices, depth edges and pinned points. Plain Python on the
inference thread; the GUI thread only paints what is ready. Costs nothing while nothing is wanted.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from app.flicker import FlickerMeter, FlickerResult
from app.lanes import MISTAKES
from app.results import SLICE_FRAMES, Analysis, Difference, LaneResult
from models.frames import DepthMap, Float32, Frame, UInt8, Unit
from models.geometry import Calibration
from models.metrics import Alignment, PairSample, align_robust, boundary_f1, depth_from_disparity
from renderers.difference import difference_levels, difference_limit
from renderers.edges import disparity_edges, edge_rgba
from renderers.flicker_map import flicker_rgba, grey_levels
from renderers.point_cloud import default_calibration
from renderers.xt_slice import XtSlice, window_for

log = logging.getLogger(__name__)

T = TypeVar("T")

_RESOLVE_EVERY = 15
_RESCORE_EVERY = 10  # frames; the score is for reading, and ten times dearer than the edges
_SAMPLE_STEP = 8
_IDENTITY = Alignment(1.0, 0.0)


@dataclass(frozen=True, slots=True)
class AnalysisWishes:
    """What is to be worked out. The default wants nothing.

    difference : how lane B is aligned to A before it is taken away ("clip", "frame", "none"), or
        "" for no difference.
    flicker_window : frames the heat map integrates over, 1–60; 0 for no flicker at all.
    scan_line : height of the x-t slices' row as a share of the picture, or None for no slices.
    edges : "a" or "b" for depth edges of that lane and their boundary F1, "" for none.
    edge_colour : RGB of the edges.
    pins : picture points as shares (x, y) whose disparity is reported.
    """

    difference: str = ""
    flicker_window: int = 0
    heat: bool = False
    scan_line: float | None = None
    edges: str = ""
    edge_colour: tuple[int, int, int] = (76, 181, 245)
    pins: tuple[tuple[float, float], ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to do."""
        return self == AnalysisWishes(edge_colour=self.edge_colour)


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """One frame to look at. `again`: it was looked at before, with other wishes."""

    frame: Frame
    lanes: Mapping[str, LaneResult]
    wishes: AnalysisWishes
    cut: bool
    again: bool


class Analyst:
    """Works out what is wanted, frame after frame. One thread."""

    def __init__(self) -> None:
        self._meter = FlickerMeter(true_flow=False)
        self._flicker: FlickerResult | None = None
        self._slices: dict[str, XtSlice] = {}
        self._pairs = PairSample()
        self._alignment = _IDENTITY
        self._pairs_seen = 0
        self._last: tuple[int, int] | None = None
        self._changed: set[str] = set()
        self._scan_line: float | None = None
        self._score: float | None = None
        self._score_age = 0
        self._failures: dict[str, str] = {}
        self._stumbling: set[str] = set()

    def reset(self) -> None:
        """Another shot begins: nothing before it is compared with what comes."""
        self._meter.reset()
        self._flicker = None
        self._score_age = 0
        self._pairs.clear()
        self._pairs_seen = 0

    def forget(self, lane: str) -> None:
        """Another model runs in `lane` from now on: nothing of the last one is held against it."""
        self._changed.add(lane)
        self._slices.pop(lane, None)
        self._score_age = 0
        self._pairs.clear()
        self._pairs_seen = 0

    def look(
        self,
        frame: Frame,
        lanes: Mapping[str, LaneResult],
        wishes: AnalysisWishes,
        cut: bool = False,
    ) -> Analysis | None:
        """Work out what `wishes` want. A frame seen before (paused) adds nothing to histories."""
        if wishes.nothing or not lanes:
            return None
        again = self._last == (frame.segment, frame.index)
        self._last = (frame.segment, frame.index)
        seen = _Look(frame, lanes, wishes, cut, again)
        self._failures = {}
        flicker = self._guarded("Flicker", self._measure, seen)
        edges, score = self._guarded("Depth edges", self._edges, seen) or (None, None)
        slices = self._guarded("The x-t slice", self._slice, seen) or {}
        frames = {name: self._slices[name].filled for name in slices}
        return Analysis(
            difference=self._guarded("The difference", self._difference, seen),
            flicker=flicker,
            heat=_heat(flicker) if wishes.heat else {},
            grey=grey_levels(frame.rgb) if wishes.heat else None,
            slices=slices,
            slice_frames=frames,
            slice_window=window_for(max(frames.values(), default=0), SLICE_FRAMES),
            edges=edges,
            boundary_f1=score,
            pins={name: _at(lane.depth.disparity, wishes.pins) for name, lane in lanes.items()},
            failures=self._failures,
        )

    def _guarded(self, view: str, work: Callable[[_Look], T], look: _Look) -> T | None:
        """What `work` finds, or None and a sentence: a view that stumbles costs no frame."""
        try:
            found = work(look)
        except MISTAKES as error:
            if view not in self._stumbling:
                log.exception("%s failed at frame %d", view, look.frame.index)
                self._stumbling.add(view)
            what = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
            self._failures[view] = f"{view} could not be worked out ({what}); the lanes go on."
            self._meter.reset()
            return None
        self._stumbling.discard(view)
        return found

    def _measure(self, look: _Look) -> FlickerResult | None:
        if not look.wishes.flicker_window:
            return None
        known, frame = self._flicker, look.frame
        if known is not None and (known.segment, known.frame_index) == (frame.segment, frame.index):
            return known  # `again` is not enough: another view may have looked at this frame
        self._meter.window_frames = look.wishes.flicker_window
        self._flicker = self._meter.update(
            look.frame,
            {name: lane.depth.disparity for name, lane in look.lanes.items()},
            cut=look.cut,
            restarted=[n for n, lane in look.lanes.items() if lane.fresh or n in self._changed],
        )
        self._changed.clear()
        return self._flicker

    def _difference(self, look: _Look) -> Difference | None:
        alignment = look.wishes.difference
        if not alignment or not {"a", "b"} <= set(look.lanes):
            return None
        a, b = look.lanes["a"], look.lanes["b"]
        found = self._align(b.depth.disparity, a.depth.disparity, alignment, look.again)
        limit = difference_limit(a.display_range)
        levels = difference_levels(a.depth.disparity, found.apply(b.depth.disparity), limit)
        return Difference(levels, limit, found)

    def _align(self, disparity: Float32, reference: Float32, how: str, again: bool) -> Alignment:
        """B to A. A fit that finds nothing in common leaves B as it is."""
        if how == "none" or disparity.shape != reference.shape:
            return _IDENTITY
        try:
            if how == "frame":
                part = np.s_[_SAMPLE_STEP // 2 :: _SAMPLE_STEP, _SAMPLE_STEP // 2 :: _SAMPLE_STEP]
                return align_robust(disparity[part], reference[part])
            if not again or not self._pairs_seen:
                self._pairs.add(disparity, reference)
                if self._pairs_seen % _RESOLVE_EVERY == 0:
                    self._alignment = self._pairs.solve()
                self._pairs_seen += 1
        except ValueError:
            return _IDENTITY
        return self._alignment

    def _slice(self, look: _Look) -> dict[str, UInt8]:
        line = look.wishes.scan_line
        if line != self._scan_line:
            self._slices.clear()  # lines of two rows in one picture would look like flicker
            self._scan_line = line
        if line is None:
            return {}
        for name, lane in look.lanes.items():
            height, width = lane.levels.shape
            kept = self._slices.get(name)
            is_new = kept is None or kept.width != width
            if kept is None or is_new:
                kept = self._slices[name] = XtSlice(width, SLICE_FRAMES)
            if is_new or not look.again:
                kept.push(lane.levels[min(height - 1, int(line * height))])
        shown = {name: self._slices[name] for name in look.lanes}
        window = window_for(max(kept.filled for kept in shown.values()), SLICE_FRAMES)
        enlarged = max(1, round(look.frame.size[1] / SLICE_FRAMES))  # to fill a frame's place
        return {name: kept.stretched(window, enlarged) for name, kept in shown.items()}

    def _edges(self, look: _Look) -> tuple[UInt8 | None, float | None]:
        lane = look.lanes.get(look.wishes.edges)
        if lane is None:
            return None, None
        metric = lane.depth.unit is Unit.INVERSE_METRE
        calibration = Calibration() if metric else default_calibration(*lane.display_range)
        edges = disparity_edges(lane.depth.disparity, calibration)
        if look.again or self._score_age % _RESCORE_EVERY == 0:
            self._score, self._score_age = _boundary_score(look.frame, lane.depth), 0
        self._score_age += 1
        return edge_rgba(edges, look.wishes.edge_colour), self._score


def _boundary_score(frame: Frame, depth: DepthMap) -> float | None:
    """Boundary F1 against the source's truth after a robust alignment, or None without one."""
    truth = frame.truth
    if truth is None or truth.disparity.shape != depth.disparity.shape:
        return None
    part = np.s_[_SAMPLE_STEP // 2 :: _SAMPLE_STEP, _SAMPLE_STEP // 2 :: _SAMPLE_STEP]
    try:
        found = align_robust(depth.disparity[part], truth.disparity[part])
    except ValueError:
        return None
    aligned = depth_from_disparity(found.apply(depth.disparity))
    score = boundary_f1(aligned, depth_from_disparity(truth.disparity))
    return None if math.isnan(score) else score


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
