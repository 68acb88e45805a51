"""Conversion of decoded frames to upright RGB pictures; shared by files and streams."""

from __future__ import annotations

import av
import av.error
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray

_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED; PyAV has no name for it
_HD_HEIGHT = 720


class FrameConverter:
    """Converts decoded frames to upright RGB with square pixels. One per stream: it has a cache.

    Parameters
    ----------
    aspect
        Width of a pixel over its height; 1 for square ones.
    """

    def __init__(self, aspect: float = 1.0) -> None:
        self._aspect = aspect
        self._reformatter = VideoReformatter()

    def rgb(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 from any pixel format: alpha is dropped, deeper colours are rounded."""
        converted = self._reformatter.reformat(
            frame,
            width=self._width(frame),
            format="rgb24",
            src_colorspace=_source_colours(frame),
        )
        picture = np.asarray(converted.to_ndarray(), np.uint8)
        return np.ascontiguousarray(np.rot90(picture, _quarter_turns(frame)))

    def size_of(self, frame: VideoFrame) -> tuple[int, int]:
        """(width, height) that rgb() would return."""
        size = (self._width(frame), frame.height)
        return size[::-1] if _quarter_turns(frame) % 2 else size

    def _width(self, frame: VideoFrame) -> int:
        if abs(self._aspect - 1.0) <= 0.005:
            return frame.width
        return max(1, round(frame.width * self._aspect))


def _quarter_turns(frame: VideoFrame) -> int:
    """Counter-clockwise quarter turns that make `frame` upright."""
    return round(frame.rotation / 90) % 4


def _source_colours(frame: VideoFrame) -> int | None:
    """The colour space to assume: BT.709 for HD video without one, where swscale would take BT.601.

    Full-range pictures are left alone: those are JPEGs, which are BT.601 at any size.
    """
    untagged = frame.colorspace == _UNSPECIFIED
    full_range = frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")
    if untagged and not full_range and frame.height >= _HD_HEIGHT:
        return int(Colorspace.ITU709)
    return None


def moving_pictures(container: av.container.InputContainer) -> av.video.stream.VideoStream | None:
    """The video track that is flagged as the default, else the first; cover pictures are none."""
    tracks = [
        stream
        for stream in container.streams.video
        if not stream.disposition & av.stream.Disposition.attached_pic
    ]
    flagged = [stream for stream in tracks if stream.disposition & av.stream.Disposition.default]
    return next(iter(flagged or tracks), None)


def pixel_aspect(stream: av.video.stream.VideoStream) -> float:
    """Width of a pixel over its height; 1 if the file does not say."""
    ratio = stream.sample_aspect_ratio
    return float(ratio) if ratio else 1.0
