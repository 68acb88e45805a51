"""Scores of clips with exact truth: per frame, per frame followed by an average, with memory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.flow import warp
from models.frames import Bool, Float32
from models.metrics.accuracy import FAR_M, abs_rel, delta, depth_from_disparity
from models.metrics.alignment import AlignmentSums
from models.metrics.temporal import FlowWarpedError, warped_error
from models.opencv import cv2
from models.training.augment import photograph, random_camera, wandering
from models.training.clip import Clip

LANES = ("per frame", "per frame + EMA", "memory")
EMA_FACTOR = 0.8
EDGE_RATIO = 1.1
"""Neighbours whose depths differ by this factor make an edge."""
EDGE_REACH = 7
"""Side in pixels of the square around an edge that belongs to it."""
MOVING_PX = 1.0
"""An edge moves if its surface was at least this far away in the previous frame."""


@dataclass(frozen=True, slots=True)
class LaneScore:
    """Means over clips.

    Attributes
    ----------
    absrel, delta1
        After one scale and shift per clip.
    edges
        AbsRel near moving depth edges.
    flicker
        OPW along the flow.
    """

    absrel: float
    delta1: float
    edges: float
    flicker: float


def with_average(pairs: Iterable[Float32]) -> Iterator[Float32]:
    """(3, H, W) in the order of LANES."""
    past: Float32 | None = None
    for alone, remembered in pairs:
        past = alone if past is None else EMA_FACTOR * past + (1 - EMA_FACTOR) * alone
        yield np.stack([alone, past, remembered])


def moving_edges(truth: Float32, flow: Float32) -> Bool:
    """(H, W) bool: near a step in true disparity whose surface moves in the picture."""
    high, low = cv2.dilate(truth, np.ones((3, 3))), cv2.erode(truth, np.ones((3, 3)))
    moves = np.hypot(flow[..., 0], flow[..., 1]) >= MOVING_PX
    edge = (high > EDGE_RATIO * np.maximum(low, 1.0 / FAR_M)) & moves
    near = cv2.dilate(edge.astype(np.uint8), np.ones((EDGE_REACH, EDGE_REACH), np.uint8))
    return np.asarray(near > 0)


def score_clip(lanes: Sequence[Float32], clip: Clip) -> list[LaneScore]:
    """lanes : per frame (3, H, W); scores in the order of LANES."""
    assert clip.flow is not None
    assert clip.covisible is not None
    scores = []
    with np.errstate(divide="ignore"):
        true_m = np.float32(1.0) / clip.disparity
    for lane in range(len(LANES)):
        sums, steady = AlignmentSums(), FlowWarpedError()
        for t, frame in enumerate(lanes):
            sums.add(frame[lane], clip.disparity[t])
            if t == 0:
                steady.add(frame[lane])
            else:
                before = warp(lanes[t - 1][lane], clip.flow[t])
                weight = clip.covisible[t].astype(np.float32)
                steady.add(frame[lane], warped_error(before, frame[lane], weight))
        fitted = sums.solve()
        errors, shares, edges = [], [], []
        for t, frame in enumerate(lanes):
            depth = depth_from_disparity(fitted.apply(frame[lane]))
            errors.append(abs_rel(depth, true_m[t]))
            shares.append(delta(depth, true_m[t]))
            if t:
                near = moving_edges(clip.disparity[t], clip.flow[t])
                edges.append(abs_rel(np.where(near, depth, np.float32(np.nan)), true_m[t]))
        scores.append(LaneScore(mean(errors), mean(shares), mean(edges), steady.value))
    return scores


def through_webcam(clip: Clip, seed: int) -> Clip:
    """The same clip as a random camera delivers it, with its flicker and noise."""
    rng = np.random.default_rng((seed, 77))
    cameras = wandering(random_camera(rng), clip.length, rng)
    frames = [photograph(f, c, rng) for f, c in zip(clip.rgb, cameras, strict=True)]
    return replace(clip, rgb=np.stack(frames))


def mean(values: Iterable[float]) -> float:
    """Of those that are finite; NaN without any."""
    known = [value for value in values if math.isfinite(value)]
    return sum(known) / len(known) if known else math.nan
