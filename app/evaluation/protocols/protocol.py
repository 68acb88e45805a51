"""What a protocol of evaluation is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.evaluation.values import Camera, Crop, DataSet, Depth, Size, Split
from models.frames import Float32
from models.metrics import Alignment
from models.metrics.vda_protocol import SplatView
from models.opencv import cv2


@dataclass(frozen=True, slots=True, eq=False)
class FrameNumbers:
    """One frame's numbers, and the maps they came from.

    Attributes
    ----------
    absrel, boundary_f1, tae
        NaN where not defined; TAE, in percent, is the pair's that ends here.
    depth_m, truth_m
        (H, W) as they were compared; `truth_m` is NaN where unknown.
    """

    absrel: float
    boundary_f1: float
    tae: float
    depth_m: NDArray[np.floating]
    truth_m: NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Scores:
    """A clip's numbers; NaN where a protocol does not define one.

    Attributes
    ----------
    absrel, delta1, rmse
        As the protocol defines them.
    boundary_f1
        As FlashDepth's protocol defines it.
    boundary_f1_masked
        The app's own, which leaves unknown truth out.
    tae
        Percent.
    scale, shift
        The clip's alignment.
    pixels
        Number that were compared.
    """

    absrel: float = math.nan
    delta1: float = math.nan
    rmse: float = math.nan
    boundary_f1: float = math.nan
    boundary_f1_masked: float = math.nan
    tae: float = math.nan
    scale: float = math.nan
    shift: float = math.nan
    pixels: int = 0


class ClipMeter(Protocol):
    """Measures one model on one clip in two passes; its memory does not grow with pictures."""

    def fit(self, disparity: Float32, picture: Size, truth_m: Depth) -> None:
        """Take a frame in the first pass.

        Parameters
        ----------
        disparity
            (h, w) float32 as the network gave it, NaN unknown.
        picture
            (width, height) of the picture it was given.
        truth_m
            (H, W), cropped.
        """
        ...

    def align(self) -> None:
        """End the first pass. Raises ValueError without any truth."""
        ...

    def measure(
        self, disparity: Float32, picture: Size, truth_m: Depth, camera: Camera | None
    ) -> FrameNumbers:
        """Take a frame in the second pass, with the parameters of `fit` and its camera."""
        ...

    def scores(self) -> Scores:
        """The clip's numbers."""
        ...


MakeMeter = Callable[[DataSet, Split, Crop | None], ClipMeter]


@dataclass(frozen=True, slots=True)
class EvaluationProtocol:
    """A line of the table of protocols.

    Attributes
    ----------
    key, title, summary
        On the command line, and for people.
    version
        Raised whenever numbers change, so that earlier results are computed again.
    meter
        Makes what measures a clip, from its data set, split and what is cut off an estimate.
    fixes_input_size
        FlashDepth's networks get pictures of the data set's published size.
    """

    key: str
    title: str
    summary: str
    version: int
    meter: MakeMeter = field(repr=False)
    fixes_input_size: bool = False


def known_disparity(disparity: Float32) -> Float32:
    """(h, w) with 0, infinitely far, where the model knows nothing."""
    return np.nan_to_num(disparity, nan=0.0, posinf=0.0, neginf=0.0)


def resized(disparity: Float32, size: Size) -> Float32:
    """Bilinear, to (width, height); the same array if it has that size."""
    if disparity.shape[::-1] == size:
        return disparity
    found: Float32 = cv2.resize(disparity, size, interpolation=cv2.INTER_LINEAR)
    return found


def corner_aligned(disparity: Float32, size: Size) -> Float32:
    """Bilinear, to (width, height), so that the centres of the corner pixels stay where they are.

    That is how the authors' scripts enlarge a network's output.
    """
    if disparity.shape[::-1] == size:
        return disparity
    height, width = disparity.shape
    x = np.linspace(0, width - 1, size[0], dtype=np.float32)
    y = np.linspace(0, height - 1, size[1], dtype=np.float32)
    low_x, low_y = (
        np.minimum(x.astype(np.intp), max(width - 2, 0)),
        np.minimum(y.astype(np.intp), max(height - 2, 0)),
    )
    share_x, share_y = x - low_x, (y - low_y)[:, None]
    next_x, next_y = np.minimum(low_x + 1, width - 1), np.minimum(low_y + 1, height - 1)
    across = disparity[:, low_x] * (1 - share_x) + disparity[:, next_x] * share_x
    found: Float32 = across[low_y] * (1 - share_y) + across[next_y] * share_y
    return found


def splat_view(depth_m: NDArray[np.floating], camera: Camera | None) -> SplatView | None:
    """A frame for TAE; None where its camera is not known."""
    if camera is None:
        return None
    return SplatView(depth_m, camera.camera_to_world, camera.pinhole)


def mean_known(values: list[float]) -> float:
    """Mean of the finite values; NaN without any."""
    known = [value for value in values if math.isfinite(value)]
    return float(np.mean(known)) if known else math.nan


def offset(alignment: Alignment | None) -> tuple[float, float]:
    """Scale and shift; NaN before the alignment."""
    return (math.nan, math.nan) if alignment is None else (alignment.scale, alignment.shift)
