"""Flicker of each lane, frame by frame: warped error, heat map and drift.

Plain Python, one thread, no Qt. Optical flow is computed once per frame and shared by the lanes.
The numbers are those of `models.metrics`, so that live view and report agree.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from app.analysis.lane_flicker import FramePair, LaneMeter, LaneOptions
from app.core.flicker_values import FlickerResult, MeterInput
from models.flow import (
    Flow,
    FlowEstimator,
    FlowPreset,
    reduce_disparity,
    reduce_grey,
    warp,
)
from models.frames import Bool, Float32, Frame, UInt8
from models.metrics import photometric_weight
from models.opencv import cv2

MAX_WINDOW_FRAMES = 60
# A slow lane on a source in real time skips frames. The capture thread finds cuts in all of them;
# beyond this distance too little of the picture can be compared.
_MAX_GAP_FRAMES = 90
# median motion, in pixels of the working size, below which the camera counts as still
_STILL_PX = 0.1
_MOVING_PX = 0.5
_MOVING_SHARE = 0.005
"""The scene counts as still while less than this share of it moves by `_MOVING_PX` or more."""


class FlickerMeter:
    """Measures the flicker of each lane from every frame's disparities.

    Parameters
    ----------
    window_frames
        Span of the exponential window, 1–60 frames (1 shows each pair alone). A frame weighs alpha
        (1 - alpha)^age with alpha = 2 / (window + 1).
    half_life_frames
        Half life of the spread that normalises flicker; None never forgets.
    true_flow
        Use the source's own flow if it has one, instead of estimating it.

    Attributes
    ----------
    wants_heat, wants_drift
        Compute heat maps, and scale and shift; may be changed at any time. The drift takes more
        time than all other numbers together.
    """

    def __init__(
        self,
        window_frames: int = 12,
        *,
        preset: FlowPreset = FlowPreset.FAST,
        short_side: int = 192,
        half_life_frames: float | None = 300.0,
        true_flow: bool = False,
    ) -> None:
        self.window_frames = window_frames
        self._flow = FlowEstimator(preset, short_side)
        self._fade = 1.0 if half_life_frames is None else 0.5 ** (1.0 / half_life_frames)
        self._true_flow = true_flow
        self.wants_heat = self.wants_drift = True
        self.reset()

    @property
    def window_frames(self) -> int:
        """Span of the window in frames; may be changed at any time.

        Raises
        ------
        ValueError
            If it is set outside 1–60.
        """
        return self._window_frames

    @window_frames.setter
    def window_frames(self, frames: int) -> None:
        if not 1 <= frames <= MAX_WINDOW_FRAMES:
            raise ValueError(f"the window spans 1 to {MAX_WINDOW_FRAMES} frames, not {frames}")
        self._window_frames = frames

    def reset(self) -> None:
        """Forget everything, the spread included: the next frame has no predecessor."""
        self._lanes: dict[str, LaneMeter] = {}
        self.interrupt()

    def interrupt(self) -> None:
        """Break the sequence: the next frame has no predecessor. The spread is kept."""
        self._grey: UInt8 | None = None
        self._last: tuple[int, int, tuple[int, int]] | None = None  # segment, index, size
        self._gaps: deque[int] = deque(maxlen=MAX_WINDOW_FRAMES)

    def forget(self, lane: str) -> None:
        """Remove the state of a lane that now has another model."""
        self._lanes.pop(lane, None)

    def update(
        self,
        frame: Frame,
        disparities: Mapping[str, Float32],
        *,
        cut: bool = False,
        restarted: Collection[str] = (),
    ) -> FlickerResult:
        """Add `frame` and each lane's disparity (H, W) at the frame's size.

        Parameters
        ----------
        frame
            The frame.
        disparities
            By lane.
        cut
            The frame does not continue the last one. A new segment, another size and a gap of more
            than 90 frames count as cuts by themselves.
        restarted
            Lanes that lost their memory before this frame; they are not compared with their
            previous result.
        """
        return self.add(self.reduced(frame, disparities, cut=cut, restarted=restarted))

    def reduced(
        self,
        frame: Frame,
        disparities: Mapping[str, Float32],
        *,
        cut: bool = False,
        restarted: Collection[str] = (),
    ) -> MeterInput:
        """The input that `update` would add, without adding it; disparities are (H, W) by lane."""
        grey = reduce_grey(frame.rgb, self._flow.working_size(frame.rgb))
        size = (grey.shape[1], grey.shape[0])
        return MeterInput(
            frame.index,
            frame.segment,
            frame.size,
            grey,
            {name: reduce_disparity(one, size) for name, one in disparities.items()},
            cut,
            frozenset(restarted),
            frame.truth if self._true_flow else None,
        )

    def add(self, reduced: MeterInput) -> FlickerResult:
        """Add an input made by `reduced`."""
        return self._step(reduced)

    def add_pair(self, previous: MeterInput, reduced: MeterInput) -> FlickerResult:
        """Add the second of two neighbouring frames where those before were left out."""
        self._grey = previous.grey
        self._last = (previous.segment, previous.index, previous.size)
        for name, lane in self._lanes.items():
            lane.previous = previous.disparities.get(name)
        return self._step(reduced)

    def replay(self, history: Sequence[MeterInput]) -> FlickerResult:
        """Process frames again, as if the first began a shot; returns the last one's result.

        Segments are ignored, so a rewound source may follow what it showed before. Lanes whose
        spread is known keep it.

        Raises
        ------
        ValueError
            If there is no frame.
        """
        if not history:
            raise ValueError("there is no frame to process")
        known = {name for name, lane in self._lanes.items() if not lane.spread.is_empty}
        self._lanes = {name: LaneMeter(spread=self._lanes[name].spread) for name in known}
        self.interrupt()
        for reduced in history:
            if self._last is not None:
                self._last = (reduced.segment, *self._last[1:])
            result = self._step(reduced, known)
        return result

    def _step(self, reduced: MeterInput, known_spread: Collection[str] = ()) -> FlickerResult:
        """Process one input.

        Parameters
        ----------
        reduced
            The input.
        known_spread
            Lanes whose spread already includes these frames.
        """
        grey, unpaired = reduced.grey, self._why_unpaired(reduced)
        paired = not unpaired
        flow = self._true_flow_to(reduced) if paired else None
        known = flow is not None
        if paired and flow is None and self._grey is not None:
            flow = self._flow.between(self._grey, grey)
        if not paired or self._last is None:
            self._gaps.clear()
        else:
            self._gaps.append(reduced.index - self._last[1])
        self._grey = grey
        self._last = (reduced.segment, reduced.index, reduced.size)
        for name in self._lanes.keys() - reduced.disparities.keys():
            if name in known_spread:
                self._lanes[name] = LaneMeter(spread=self._lanes[name].spread)
            else:
                del self._lanes[name]
        pair = None if flow is None else FramePair(flow, _weight(flow))
        alpha = 2.0 / (self._window_frames + 1.0)
        options = LaneOptions(alpha, self.wants_heat, self.wants_drift)
        lanes = {}
        for name, disparity in reduced.disparities.items():
            lane = self._lanes.setdefault(name, LaneMeter())
            if not paired:
                lane.interrupt()
            elif name in reduced.restarted:
                lane.previous = None
            if name not in known_spread:
                lane.spread.fade(self._fade)
                lane.spread.add(disparity)
            missing = unpaired or ("memory reset" if name in reduced.restarted else "warming up")
            lanes[name] = lane.measure(disparity, pair, options, missing)
        motion = math.nan if flow is None else flow.median_px
        return FlickerResult(
            frame_index=reduced.index,
            segment=reduced.segment,
            paired=paired,
            motion_px=motion * reduced.size[0] / grey.shape[1],
            still=motion < _STILL_PX,
            true_flow=known,
            lanes=lanes,
            gap=max(list(self._gaps)[-self._window_frames :], default=0),
            frames=len(self._gaps) + 1,
            scene_still=flow is not None and moving_share(flow) < _MOVING_SHARE,
        )

    def _why_unpaired(self, reduced: MeterInput) -> str:
        """Why a frame does not continue the previous one; empty if it does."""
        if reduced.cut:
            return "cut"
        if self._last is None or self._grey is None:
            return "warming up"
        segment, index, size = self._last
        if reduced.segment != segment or reduced.size != size or reduced.index <= index:
            return "warming up"
        return "frames skipped" if reduced.index - index > _MAX_GAP_FRAMES else ""

    def _true_flow_to(self, reduced: MeterInput) -> Flow | None:
        """The source's own flow, if it is requested and leads to the previous frame."""
        truth = reduced.truth
        if truth is None or truth.flow_to_previous is None:
            return None
        if self._grey is None or self._last is None or reduced.index != self._last[1] + 1:
            return None
        return _known_flow(truth.flow_to_previous, truth.covisible, self._grey, reduced.grey)


def moving_share(flow: Flow) -> float:
    """Share of the picture that moved or could not be followed, 0 to 1."""
    x, y = np.moveaxis(flow.flow_to_previous, -1, 0)
    return float(np.mean((x * x + y * y >= _MOVING_PX**2) | ~flow.valid))


def _weight(flow: Flow) -> Float32:
    """(h, w) photometric weight, 0 where the flow is not valid."""
    warped = warp(flow.previous_grey, flow.flow_to_previous)
    return photometric_weight(warped, flow.grey) * flow.valid


def _known_flow(to_previous: Float32, covisible: Bool | None, previous: UInt8, grey: UInt8) -> Flow:
    """The source's own flow (H, W, 2), resized to the working size."""
    size = (grey.shape[1], grey.shape[0])
    height, width = to_previous.shape[:2]
    shrink = np.array([size[0] / width, size[1] / height], np.float32)
    small = cv2.resize(to_previous, size, interpolation=cv2.INTER_NEAREST_EXACT) * shrink
    valid = np.isfinite(small).all(axis=-1)
    if covisible is not None:
        visible = cv2.resize(covisible.view(np.uint8), size, interpolation=cv2.INTER_NEAREST_EXACT)
        valid &= visible.astype(bool)
    unit = np.float32(1 / 255)
    return Flow(np.nan_to_num(small), valid, grey * unit, previous * unit)
