"""Mirror and rotate a frame, its ground truth, its camera and its recorded lanes together.

Applied before anything else uses the frame, so that pictures, networks, flow and cloud agree.
"""

from __future__ import annotations

import dataclasses
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.frames import Frame, GroundTruth, RecordedLane
from models.geometry import Intrinsics

T = TypeVar("T", bound=np.generic)


def oriented(frame: Frame, mirror: bool, rotate: int) -> Frame:
    """`frame` rotated clockwise by `rotate` degrees (0, 90, 180, 270), then mirrored left-right.

    The pose of a turned frame is dropped: its camera axes are no longer those of the source.
    """
    if not mirror and rotate % 360 == 0:
        return frame
    turns = (rotate // 90) % 4
    truth = frame.truth
    if truth is not None:
        flow = truth.flow_to_previous
        truth = GroundTruth(
            disparity=_turned(truth.disparity, turns, mirror),
            flow_to_previous=None if flow is None else _turned_flow(flow, turns, mirror),
            covisible=None if truth.covisible is None else _turned(truth.covisible, turns, mirror),
        )
    k = frame.intrinsics
    return dataclasses.replace(
        frame,
        rgb=_turned(frame.rgb, turns, mirror),
        truth=truth,
        intrinsics=None if k is None else _turned_intrinsics(k, turns, mirror),
        recorded=None
        if frame.recorded is None
        else {name: _turned_lane(lane, turns, mirror) for name, lane in frame.recorded.items()},
    )


def _turned_lane(lane: RecordedLane, turns: int, mirror: bool) -> RecordedLane:
    disparity = _turned(lane.depth.disparity, turns, mirror)
    return RecordedLane(lane.model, dataclasses.replace(lane.depth, disparity=disparity))


def _turned(array: NDArray[T], turns: int, mirror: bool) -> NDArray[T]:
    array = np.rot90(array, -turns)
    return np.ascontiguousarray(array[:, ::-1] if mirror else array)


def _turned_flow(flow: NDArray[np.float32], turns: int, mirror: bool) -> NDArray[np.float32]:
    flow = _turned(flow, turns, mirror)
    x, y = flow[..., 0], flow[..., 1]
    for _ in range(turns):  # a quarter clockwise takes (x, y) to (-y, x)
        x, y = -y, x
    return np.stack((-x if mirror else x, y), axis=-1)


def _turned_intrinsics(k: Intrinsics, turns: int, mirror: bool) -> Intrinsics:
    for _ in range(turns):
        k = Intrinsics(k.fy, k.fx, k.height - 1 - k.cy, k.cx, k.height, k.width)
    return dataclasses.replace(k, cx=k.width - 1 - k.cx) if mirror else k
