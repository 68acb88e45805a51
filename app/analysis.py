"""What the comparing views show, worked out beside the networks and only when it is wanted.

Difference, flicker heat maps, x-t slices, depth edges and pinned points. Plain Python on the
inference thread; the GUI thread only paints what is ready. Costs nothing while nothing is wanted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.flicker import FlickerMeter, FlickerResult
from app.results import SLICE_FRAMES, Analysis, Difference, LaneResult
from models.frames import DepthMap, Float32, Frame, UInt8, Unit
from models.geometry import Calibration
from models.metrics import Alignment, PairSample, align_robust, boundary_f1, depth_from_disparity
from renderers.difference import difference_levels, difference_limit
from renderers.edges import disparity_edges, edge_rgba
from renderers.flicker_map import flicker_rgba, grey_levels
from renderers.point_cloud import default_calibration
from renderers.xt_slice import XtSlice

_RESOLVE_EVERY = 15
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

    def reset(self) -> None:
        """Another shot begins: nothing before it is compared with what comes."""
        self._meter.reset()
        self._flicker = None
        self._pairs.clear()
        self._pairs_seen = 0

    def forget(self, lane: str) -> None:
        """Another model runs in `lane` from now on: nothing of the last one is held against it."""
        self._changed.add(lane)
        self._slices.pop(lane, None)
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
        if wishes.flicker_window and not again:
            self._meter.window_frames = wishes.flicker_window
            self._flicker = self._meter.update(
                frame,
                {name: lane.depth.disparity for name, lane in lanes.items()},
                cut=cut,
                restarted=[n for n, lane in lanes.items() if lane.fresh or n in self._changed],
            )
            self._changed.clear()
        flicker = self._flicker if wishes.flicker_window else None
        edges, score = self._edges(frame, lanes, wishes)
        return Analysis(
            difference=self._difference(lanes, wishes.difference, again),
            flicker=flicker,
            heat=_heat(flicker) if wishes.heat else {},
            grey=grey_levels(frame.rgb) if wishes.heat else None,
            slices=self._slice(lanes, wishes.scan_line, again),
            edges=edges,
            boundary_f1=score,
            pins={name: _at(lane.depth.disparity, wishes.pins) for name, lane in lanes.items()},
        )

    def _difference(
        self, lanes: Mapping[str, LaneResult], alignment: str, again: bool
    ) -> Difference | None:
        if not alignment or not {"a", "b"} <= set(lanes):
            return None
        a, b = lanes["a"], lanes["b"]
        found = self._align(b.depth.disparity, a.depth.disparity, alignment, again)
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

    def _slice(
        self, lanes: Mapping[str, LaneResult], scan_line: float | None, again: bool
    ) -> dict[str, UInt8]:
        if scan_line is None:
            self._slices.clear()
            return {}
        pictures = {}
        for name, lane in lanes.items():
            height, width = lane.levels.shape
            kept = self._slices.get(name)
            if kept is None or kept.width != width:
                kept = self._slices[name] = XtSlice(width, SLICE_FRAMES)
            if not again:
                kept.push(lane.levels[min(height - 1, int(scan_line * height))])
            pictures[name] = kept.picture().copy()
        return pictures

    def _edges(
        self, frame: Frame, lanes: Mapping[str, LaneResult], wishes: AnalysisWishes
    ) -> tuple[UInt8 | None, float | None]:
        lane = lanes.get(wishes.edges)
        if lane is None:
            return None, None
        metric = lane.depth.unit is Unit.INVERSE_METRE
        calibration = Calibration() if metric else default_calibration(*lane.display_range)
        edges = disparity_edges(lane.depth.disparity, calibration)
        return edge_rgba(edges, wishes.edge_colour), _boundary_score(frame, lane.depth)


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
