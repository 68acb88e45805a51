"""FlashDepth's protocol: pixels pooled over the clip, 70 m, sky counts, boundary F1."""

from __future__ import annotations

import math

import numpy as np

from app.evaluation.protocols.protocol import (
    EvaluationProtocol,
    FrameNumbers,
    Scores,
    known_disparity,
    mean_known,
    offset,
    resized,
    splat_view,
)
from app.evaluation.values import Camera, Crop, DataSet, Depth, Size, Split
from models.frames import Float32
from models.metrics import Alignment, boundary_f1
from models.metrics.flashdepth_protocol import PooledAccuracy, strict_boundary_f1
from models.metrics.vda_protocol import SplatTae


class FlashDepthMeter:
    """See ClipMeter."""

    def __init__(self, dataset: DataSet, split: Split, map_crop: Crop | None) -> None:
        del map_crop  # estimates are never cropped
        self._is_dense = dataset.is_dense
        self._has_tae = dataset.is_video and split.in_metres
        self._accuracy = PooledAccuracy()
        self._tae = SplatTae()
        self._alignment: Alignment | None = None
        self._strict: list[float] = []
        self._masked: list[float] = []

    def fit(self, disparity: Float32, picture: Size, truth_m: Depth) -> None:
        """See ClipMeter."""
        del picture
        self._accuracy.fit(_at(disparity, truth_m), inverse_of(truth_m))

    def align(self) -> None:
        """See ClipMeter."""
        self._alignment = self._accuracy.align()

    def measure(
        self, disparity: Float32, picture: Size, truth_m: Depth, camera: Camera | None
    ) -> FrameNumbers:
        """See ClipMeter."""
        del picture
        assert self._alignment is not None
        depth, truth, absrel = self._accuracy.measure(
            self._alignment, _at(disparity, truth_m), inverse_of(truth_m)
        )
        known = np.where(np.isnan(truth_m), np.float32(np.nan), truth)
        boundary = self._boundary(depth, truth, known)
        tae = math.nan
        if self._has_tae:
            tae = self._tae.add(splat_view(depth, camera))
        return FrameNumbers(absrel, boundary, tae, depth, known)

    def _boundary(self, depth: Float32, truth: Float32, known: Float32) -> float:
        """The strict score where truth is known everywhere, else the masked one."""
        if self._is_dense or np.isfinite(known).all():
            self._strict.append(strict_boundary_f1(depth, truth))
        if self._is_dense:
            return self._strict[-1]
        self._masked.append(boundary_f1(depth, known))
        return self._masked[-1]

    def scores(self) -> Scores:
        """See ClipMeter."""
        is_strict = self._is_dense or len(self._strict) == len(self._masked)
        scale, shift = offset(self._alignment)
        return Scores(
            absrel=self._accuracy.abs_rel,
            delta1=self._accuracy.delta1,
            rmse=self._accuracy.rmse,
            boundary_f1=mean_known(self._strict) if is_strict else math.nan,
            boundary_f1_masked=mean_known(self._masked),
            tae=self._tae.value,
            scale=scale,
            shift=shift,
            pixels=self._accuracy.pixels,
        )


def inverse_of(truth_m: Depth) -> Float32:
    """(H, W) depth in metres to inverse depth: sky is 0, unknown is -1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = (1.0 / truth_m).astype(np.float32)
    inverse[np.isnan(truth_m)] = -1.0
    return inverse


def _at(disparity: Float32, truth_m: Depth) -> Float32:
    return resized(known_disparity(disparity), (truth_m.shape[1], truth_m.shape[0]))


FLASHDEPTH = EvaluationProtocol(
    "flashdepth",
    "FlashDepth",
    "one scale and shift a clip in disparity; sky and everything beyond 70 m counts as 70 m; "
    "pixels pooled over the clip",
    version=1,
    meter=FlashDepthMeter,
    fixes_input_size=True,
)
