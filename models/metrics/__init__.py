"""Metrics of depth from video: alignment, accuracy, boundaries, steadiness. No toolkit, no torch.

Everything works on disparity (larger is nearer) or on depth in metres, as the names say; NaN means
unknown. `docs/metrics.md` lists the formulas.
"""

from models.metrics.accuracy import FAR_M, AccuracySums, abs_rel, delta, depth_from_disparity
from models.metrics.alignment import (
    Alignment,
    AlignmentSums,
    PairSample,
    align_least_squares,
    align_medians,
    align_robust,
)
from models.metrics.boundary import boundary_f1, boundary_f1_at
from models.metrics.consistency import PosedDepth, TemporalAlignmentError, reprojection_abs_rel
from models.metrics.spread import Spread, SpreadSums
from models.metrics.temporal import (
    FlowWarpedError,
    ScaleDrift,
    StaticNoise,
    StaticSpread,
    StepDrift,
    photometric_weight,
    static_noise,
    step_drift,
    warped_error,
)

__all__ = [
    "FAR_M",
    "AccuracySums",
    "Alignment",
    "AlignmentSums",
    "FlowWarpedError",
    "PairSample",
    "PosedDepth",
    "ScaleDrift",
    "Spread",
    "SpreadSums",
    "StaticNoise",
    "StaticSpread",
    "StepDrift",
    "TemporalAlignmentError",
    "abs_rel",
    "align_least_squares",
    "align_medians",
    "align_robust",
    "boundary_f1",
    "boundary_f1_at",
    "delta",
    "depth_from_disparity",
    "photometric_weight",
    "reprojection_abs_rel",
    "static_noise",
    "step_drift",
    "warped_error",
]
