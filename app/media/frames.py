"""Conversion of decoded frames to upright RGB pictures; shared by files and streams."""

from __future__ import annotations

import av
import av.error
import numpy as np
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from app.media.alpha import over_grey
from app.media.orientation import Orientation
from app.media.tone_mapping import ColourKind, ToneMapper

_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED; PyAV has no name for it
_BT2020 = 9  # AVCOL_SPC_BT2020_NCL
_HD_SIZE = (1280, 720)


class FrameConverter:
    """Converts decoded frames to upright SDR in RGB with square pixels.

    One per stream: it keeps tables. Transparent pixels lie over neutral grey, HDR is tone-mapped,
    and BT.2020 primaries become those of sRGB.

    Parameters
    ----------
    aspect
        Width of a pixel over its height; 1 for square ones.
    is_padded
        Alpha that is 0 everywhere is padding, as in uncompressed video.
    """

    def __init__(self, aspect: float = 1.0, is_padded: bool = False) -> None:
        self._aspect = aspect
        self._is_padded = is_padded
        self._reformatter = VideoReformatter()
        self._mappers: dict[ColourKind, ToneMapper] = {}

    @staticmethod
    def of(stream: VideoStream) -> FrameConverter:
        """For the frames of `stream`."""
        return FrameConverter(pixel_aspect(stream), stream.codec_context.name == "rawvideo")

    def rgb(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 from any pixel format; deeper colours are rounded."""
        kind = ColourKind.of(frame)
        if kind is not None:
            picture = self._mapped(frame, kind)
        elif _has_alpha(frame):
            rgba = np.asarray(self._reformat(frame, "rgba").to_ndarray(), np.uint8)
            is_padding = self._is_padded and not rgba[..., 3].any()
            picture = rgba[..., :3] if is_padding else over_grey(rgba)
        else:
            picture = np.asarray(self._reformat(frame, "rgb24").to_ndarray(), np.uint8)
        return _orientation(frame).apply(picture)

    def size_of(self, frame: VideoFrame) -> tuple[int, int]:
        """(width, height) that rgb() would return."""
        return _orientation(frame).size(self._width(frame), frame.height)

    def note_of(self, frame: VideoFrame) -> str:
        """A sentence for the user if colours of `frame` are changed, else empty."""
        kind = ColourKind.of(frame)
        return "" if kind is None else kind.note

    def _mapped(self, frame: VideoFrame, kind: ColourKind) -> NDArray[np.uint8]:
        if kind not in self._mappers:
            self._mappers[kind] = ToneMapper(kind)
        planar = self._reformat(frame, "gbrp10le", kind)
        green, blue, red = (_ten_bits(plane) for plane in planar.planes)
        return self._mappers[kind].sdr(np.stack((red, green, blue)))

    def _reformat(
        self, frame: VideoFrame, pixel_format: str, kind: ColourKind | None = None
    ) -> VideoFrame:
        return self._reformatter.reformat(
            frame,
            width=self._width(frame),
            format=pixel_format,
            src_colorspace=_source_colours(frame, kind),
        )

    def _width(self, frame: VideoFrame) -> int:
        if abs(self._aspect - 1.0) <= 0.005:
            return frame.width
        return max(1, round(frame.width * self._aspect))


def _orientation(frame: VideoFrame) -> Orientation:
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if not isinstance(matrix, SideData):
        return Orientation()
    return Orientation.of_matrix(np.frombuffer(memoryview(matrix), np.int32))


def _has_alpha(frame: VideoFrame) -> bool:
    pixels = frame.format
    return pixels.has_palette or any(part.is_alpha for part in pixels.components)


def _ten_bits(plane: VideoPlane) -> NDArray[np.uint16]:
    """(H, W) uint16 of a plane of ten bits, not copied."""
    rows = np.frombuffer(memoryview(plane), np.uint16).reshape(plane.height, -1)
    return rows[:, : plane.width]


def _source_colours(frame: VideoFrame, kind: ColourKind | None) -> int | None:
    """The colour space to assume where none is given and swscale would take BT.601; else None.

    That is BT.2020 for HDR and BT.709 for HD, by width or height, because wide films are less than
    720 high. Full-range pictures are left alone: those are JPEGs, which are BT.601 at any size.
    """
    if frame.colorspace != _UNSPECIFIED:
        return None
    if kind is not None and kind.is_bt2020:
        return _BT2020
    full_range = frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")
    is_hd = frame.width >= _HD_SIZE[0] or frame.height >= _HD_SIZE[1]
    return int(Colorspace.ITU709) if is_hd and not full_range else None


def moving_pictures(container: av.container.InputContainer) -> VideoStream | None:
    """The video track that is flagged as the default, else the first; cover pictures are none."""
    tracks = [
        stream
        for stream in container.streams.video
        if not stream.disposition & av.stream.Disposition.attached_pic
    ]
    flagged = [stream for stream in tracks if stream.disposition & av.stream.Disposition.default]
    return next(iter(flagged or tracks), None)


def pixel_aspect(stream: VideoStream) -> float:
    """Width of a pixel over its height; 1 if the file does not say."""
    ratio = stream.sample_aspect_ratio
    return float(ratio) if ratio else 1.0
