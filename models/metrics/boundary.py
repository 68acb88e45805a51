"""Boundary F1: agreement of depth discontinuities with the truth.

Depth Pro (Bochkovskii et al. 2024, section 3.4): two neighbours form an occluding edge if the ratio
of their depths exceeds t. Needs no alignment in scale, but does in shift.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.frames import Bool, Float32

Float64 = NDArray[np.float64]

THRESHOLDS: Float64 = np.linspace(1.05, 1.25, 10)
"""The ten depth ratios over which the score is averaged, weighted t / sum t."""


def boundary_f1_at(depth_m: Float32, truth_m: Float32, threshold: float) -> float:
    """F1 of the edges at one depth ratio. In [0, 1], 1 is perfect; NaN if neither map has any.

    Precision and recall are averaged over four directions (the right, left, lower and upper
    neighbour is the farther one); F1 = 2 P R / (P + R). Both maps (H, W), metres, greater than 0.
    Differs from Depth Pro in two points that do not matter for pictures with edges everywhere: a
    pair of neighbours of which one is unknown is ignored, and a direction without an edge in either
    map is left out instead of scoring 0.
    """
    return _f1(list(_steps(depth_m, truth_m)), math.log(threshold))


def boundary_f1(depth_m: Float32, truth_m: Float32) -> float:
    """Boundary F1 over the ten thresholds: sum_t t F1(t) / sum_t t. In [0, 1]; NaN if no edges.

    Source: Depth Pro, section 3.4: "scale-invariant boundary F1". Both maps (H, W), metres, > 0.
    """
    steps = list(_steps(depth_m, truth_m))
    scores = np.array([_f1(steps, math.log(t)) for t in THRESHOLDS])
    known = np.isfinite(scores)
    if not known.any():
        return math.nan
    return float(np.average(scores[known], weights=THRESHOLDS[known]))


def _steps(depth_m: Float32, truth_m: Float32) -> Iterator[tuple[Float32, Float32]]:
    """Log ratios (estimate, truth) of all neighbours known in both: across, then down."""
    with np.errstate(invalid="ignore", divide="ignore"):
        estimate, truth = np.log(depth_m), np.log(truth_m)
        for axis in (1, 0):
            ours, theirs = np.diff(estimate, axis=axis), np.diff(truth, axis=axis)
            known = np.isfinite(ours) & np.isfinite(theirs)
            yield ours[known], theirs[known]


def _f1(steps: list[tuple[Float32, Float32]], log_threshold: float) -> float:
    precision, recall, directions = 0.0, 0.0, 0
    for ours, theirs in steps:
        for sign in (1, -1):
            found, wanted = sign * ours > log_threshold, sign * theirs > log_threshold
            hits = np.count_nonzero(found & wanted)
            all_found, all_wanted = _count(found), _count(wanted)
            if all_found == 0 and all_wanted == 0:
                continue
            directions += 1
            precision += hits / max(all_found, 1)
            recall += hits / max(all_wanted, 1)
    if directions == 0:
        return math.nan
    if precision + recall == 0.0:
        return 0.0
    return 2.0 * precision * recall / (precision + recall) / directions


def _count(edges: Bool) -> int:
    return int(np.count_nonzero(edges))
