"""Video Depth Anything's protocol, as it is meant and as its scripts have it."""

from __future__ import annotations

import math

import numpy as np

from app.evaluation.protocols.protocol import (
    EvaluationProtocol,
    FrameNumbers,
    Scores,
    corner_aligned,
    known_disparity,
    mean_known,
    offset,
    resized,
    splat_view,
)
from app.evaluation.values import Camera, Crop, DataSet, Depth, Size, Split
from models.frames import Float32
from models.metrics import Alignment, boundary_f1
from models.metrics.vda_protocol import FramewiseAccuracy, SplatTae


class VdaMeter:
    """See ClipMeter."""

    def __init__(
        self, dataset: DataSet, split: Split, map_crop: Crop | None, *, has_tae: bool = True
    ) -> None:
        self._cap = split.cap_m
        self._map_crop = map_crop
        self._has_tae = has_tae and dataset.is_video and split.in_metres
        self._accuracy = FramewiseAccuracy(split.cap_m)
        self._tae = SplatTae()
        self._alignment: Alignment | None = None
        self._boundaries: list[float] = []

    def fit(self, disparity: Float32, picture: Size, truth_m: Depth) -> None:
        """See ClipMeter."""
        self._accuracy.fit(self._at(disparity, picture, truth_m), truth_m)

    def align(self) -> None:
        """See ClipMeter."""
        self._alignment = self._accuracy.align()

    def measure(
        self, disparity: Float32, picture: Size, truth_m: Depth, camera: Camera | None
    ) -> FrameNumbers:
        """See ClipMeter."""
        assert self._alignment is not None
        depth = self._accuracy.depth_m(self._alignment, self._at(disparity, picture, truth_m))
        absrel = self._accuracy.measure(depth, truth_m)
        known = np.where(self._accuracy.known(truth_m), truth_m, np.nan)
        boundary = boundary_f1(depth.astype(np.float32), known.astype(np.float32))
        self._boundaries.append(boundary)
        tae = math.nan
        if self._has_tae:
            tae = self._tae.add(splat_view(depth, camera))
        return FrameNumbers(absrel, boundary, tae, depth, known)

    def scores(self) -> Scores:
        """See ClipMeter."""
        scale, shift = offset(self._alignment)
        return Scores(
            absrel=self._accuracy.abs_rel,
            delta1=self._accuracy.delta1,
            rmse=self._accuracy.rmse,
            boundary_f1_masked=mean_known(self._boundaries),
            tae=self._tae.value,
            scale=scale,
            shift=shift,
            pixels=self._accuracy.pixels,
        )

    def _at(self, disparity: Float32, picture: Size, truth_m: Depth) -> Float32:
        shown = corner_aligned(known_disparity(disparity), picture)
        if self._map_crop is not None:
            top, bottom, left, right = self._map_crop
            shown = shown[top:bottom, left:right]
        return resized(np.ascontiguousarray(shown), (truth_m.shape[1], truth_m.shape[0]))


def as_published_meter(dataset: DataSet, split: Split, map_crop: Crop | None) -> VdaMeter:
    """Without TAE: the published script finds no poses in the file that it reads, and stops."""
    return VdaMeter(dataset, split, map_crop, has_tae=False)


VDA = EvaluationProtocol(
    "vda",
    "Video Depth Anything",
    "one scale and shift a clip in disparity; truth from 1 mm to the data set's cap; metrics per "
    "frame, then the mean; TAE by poses",
    version=1,
    meter=VdaMeter,
)
VDA_500 = EvaluationProtocol(
    "vda-500",
    "Video Depth Anything, 500 frames",
    "as vda, on the first 500 frames of each clip",
    version=1,
    meter=VdaMeter,
)
VDA_AS_PUBLISHED = EvaluationProtocol(
    "vda-as-published",
    "Video Depth Anything, as its scripts run",
    "as vda, with the scripts' faults: red and blue exchanged, Sintel's truth in whole metres, "
    "Bonn's files paired by order, JPEG encoded twice, no TAE",
    version=1,
    meter=as_published_meter,
)
