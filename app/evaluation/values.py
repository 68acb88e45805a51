"""What a data set is made of: clips of frames with truth, and how a protocol takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.media.stills import read_picture
from models.errors import UsageError
from models.frames import UInt8

Depth = NDArray[np.floating]
"""(H, W) depth in metres along z; NaN where unknown, infinite in the sky."""
Float64 = NDArray[np.float64]
Size = tuple[int, int]
"""(width, height) in pixels."""
Crop = tuple[int | None, int | None, int | None, int | None]
"""Rows from, to, columns from, to; as in a slice."""


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """A frame's camera.

    Attributes
    ----------
    fx, fy, cx, cy
        In pixels of the truth before it is cropped.
    camera_to_world
        (4, 4) pose; axes x right, y down, z forward; metres.
    """

    fx: float
    fy: float
    cx: float
    cy: float
    camera_to_world: Float64

    @property
    def pinhole(self) -> tuple[float, float, float, float]:
        """fx, fy, cx, cy."""
        return self.fx, self.fy, self.cx, self.cy


@dataclass(frozen=True, slots=True)
class ClipFrame:
    """One picture and its truth.

    Attributes
    ----------
    picture, truth
        Their files; None where a frame has no truth.
    extra
        A further file that the data set's readers need, such as a mask or a pose.
    number
        What the data set counts it as.
    """

    picture: Path
    truth: Path | None
    extra: Path | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Clip:
    """One sequence of a data set.

    Attributes
    ----------
    name
        Unique within the data set.
    root
        The folder that was named on the command line.
    folder
        Of the sequence.
    frames
        All of them, in order.
    """

    name: str
    root: Path
    folder: Path
    frames: tuple[ClipFrame, ...]


ReadTruth = Callable[[Clip, ClipFrame], Depth]
ReadCameras = Callable[[Clip, Sequence[ClipFrame]], list[Camera | None]]
ChangePicture = Callable[[UInt8], UInt8]


@dataclass(frozen=True, slots=True)
class TaeSplit:
    """Frames on which a protocol measures TAE alone, where they are not those of the accuracy.

    Attributes
    ----------
    frames
        Which of a clip's.
    most_clips
        The first so many clips by name have it.
    map_crop
        What is cut off the estimate, in its own pixels, instead of the picture.
    """

    frames: slice
    most_clips: int
    map_crop: Crop


@dataclass(frozen=True, slots=True)
class Split:
    """How a protocol takes a data set.

    Attributes
    ----------
    read_truth
        Reads a frame's depth.
    frames
        Which of a clip's.
    most_clips
        The first so many by name; None for all.
    cap_m
        Truth from here on does not count; FlashDepth's protocol has its own.
    crop
        What is kept of the truth.
    change_picture
        What is done to a picture before the network gets it.
    in_metres
        The truth is in metres, so that poses go with it.
    tae
        None where TAE is measured on the same frames.
    """

    read_truth: ReadTruth
    frames: slice = field(default_factory=lambda: slice(None))
    most_clips: int | None = None
    cap_m: float = 70.0
    crop: Crop | None = None
    change_picture: ChangePicture | None = None
    in_metres: bool = True
    tae: TaeSplit | None = None


Find = Callable[[Path], tuple[Clip, ...]]


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set as it was published.

    Attributes
    ----------
    key, title
        On the command line, and for people.
    find
        Finds the clips in a folder. Raises UsageError if it is not laid out so.
    split
        How protocols take it, but for those in `splits`, by protocol.
    find_by
        Other ways to find clips, by protocol.
    cameras
        Reads cameras with poses; None where there are none.
    read_picture
        Reads a picture as (H, W, 3) sRGB.
    is_video
        Frames follow each other in time.
    is_dense
        Truth is known everywhere.
    native, base, large
        Published size of pictures, and what FlashDepth's networks get of it: S and L, and Full.
    is_tried
        The real data was read by this code.
    """

    key: str
    title: str
    find: Find
    split: Split
    splits: Mapping[str, Split] = field(default_factory=dict)
    find_by: Mapping[str, Find] = field(default_factory=dict)
    cameras: ReadCameras | None = None
    read_picture: Callable[[Path], UInt8] = read_picture
    is_video: bool = True
    is_dense: bool = False
    native: Size | None = None
    base: Size | None = None
    large: Size | None = None
    is_tried: bool = False

    def split_of(self, protocol: str) -> Split:
        """How the protocol of that name takes it."""
        return self.splits.get(protocol, self.split)

    def clips_of(self, root: Path, protocol: str) -> tuple[Clip, ...]:
        """The clips of a folder that the protocol of that name takes, with all their frames.

        Raises
        ------
        UsageError
            If the folder has none, or is laid out differently.
        """
        find = self.find_by.get(protocol, self.find)
        try:
            clips = find(root)
        except UsageError:
            inner = root / self.key  # as FlashDepth's folder of all data sets has it
            if not inner.is_dir():
                raise
            clips = find(inner)
        return clips[: self.split_of(protocol).most_clips]
