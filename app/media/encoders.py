"""Encoders of pictures and sound for `app.media.mp4_file`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import av.error
import numpy as np
from av.codec.context import Flags
from av.packet import Packet
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from app.media.mp4_boxes import (
    AAC_SAMPLES,
    TICKS_PER_S,
    TrackFormat,
    aac_entry,
    h264_entry,
    with_lengths,
)
from models.errors import UserError

UInt8 = NDArray[np.uint8]
Float32 = NDArray[np.float32]

_BT709 = 1


@dataclass(frozen=True, slots=True)
class Encoded:
    """One sample: its time in the track's unit, its bytes, and whether it is a key frame."""

    time: int
    data: bytes
    is_key: bool


class H264Encoder:
    """Encodes (H, W, 3) uint8 RGB pictures of one size as BT.709 in limited range.

    H.264 needs even sides: in an odd picture the last row or column is repeated.

    Parameters
    ----------
    size
        (width, height) of the pictures.
    options
        Of libx264; frames are never reordered.

    Raises
    ------
    UserError
        If H.264 has no pictures of that size.
    """

    def __init__(self, size: tuple[int, int], options: Mapping[str, str]) -> None:
        self._odd = (size[0] % 2, size[1] % 2)
        self._reformatter = VideoReformatter()
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height = size[0] + self._odd[0], size[1] + self._odd[1]
        context.pix_fmt = "yuv420p"
        context.time_base = Fraction(1, TICKS_PER_S)
        context.framerate = Fraction(30)
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = ColorRange.MPEG
        context.flags |= Flags.global_header
        context.options = {**options, "bf": "0"}
        try:
            context.open()
        except av.error.FFmpegError as error:
            raise UserError(
                f"A video of {size[0]}x{size[1]} pixels can't be encoded; use smaller pictures, or "
                "another format."
            ) from error
        self._context = context

    def format(self, number: int) -> TrackFormat:
        """The track of what is encoded."""
        size = (self._context.width, self._context.height)
        return TrackFormat(number, TICKS_PER_S, size, h264_entry(size, self._headers()))

    def encode(self, rgb: UInt8, ticks: int) -> Iterator[Encoded]:
        """What is ready once the picture shown at `ticks` is added; times must increase."""
        across, down = self._odd
        if across or down:
            rgb = np.pad(rgb, ((0, down), (0, across), (0, 0)), mode="edge")
        frame = self._reformatter.reformat(
            av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), "rgb24"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.BILINEAR | Interpolation.ACCURATE_RND,
        )
        frame.pts = ticks
        frame.time_base = self._context.time_base
        return self._samples(self._context.encode(frame))

    def finish(self) -> Iterator[Encoded]:
        """What was not ready yet."""
        return self._samples(self._context.encode(None))

    def _headers(self) -> bytes:
        return bytes(self._context.extradata or b"")

    def _samples(self, packets: list[Packet[Any]]) -> Iterator[Encoded]:
        for packet in packets:
            assert packet.pts is not None
            yield Encoded(packet.pts, with_lengths(bytes(packet)), packet.is_keyframe)


class AacEncoder:
    """Encodes (N, channels) float32 sound in -1 to 1.

    Times count in samples. The first packet only starts the decoder up and is at 0, so the sound
    itself begins with sample `PRIMING`.
    """

    PRIMING = AAC_SAMPLES

    def __init__(self, rate: int, channels: int) -> None:
        self._layout = "mono" if channels == 1 else "stereo"
        self._channels = channels
        context = av.CodecContext.create("aac", "w")
        context.sample_rate = rate
        context.layout = self._layout
        context.format = "fltp"
        context.time_base = Fraction(1, rate)
        context.flags |= Flags.global_header
        context.open()
        self._context = context

    def format(self, number: int) -> TrackFormat:
        """The track of what is encoded."""
        rate = self._context.sample_rate
        configuration = bytes(self._context.extradata or b"")
        return TrackFormat(number, rate, (0, 0), aac_entry(rate, self._channels, configuration))

    def encode(self, samples: Float32, start: int) -> Iterator[Encoded]:
        """What is ready once `samples`, of which the first is number `start`, are added."""
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.T, np.float32), "fltp", self._layout
        )
        frame.sample_rate = self._context.sample_rate
        frame.time_base = self._context.time_base
        frame.pts = start
        return self._encoded(self._context.encode(frame))

    def finish(self) -> Iterator[Encoded]:
        """What was not ready yet."""
        return self._encoded(self._context.encode(None))

    def _encoded(self, packets: list[Packet[Any]]) -> Iterator[Encoded]:
        for packet in packets:
            assert packet.pts is not None
            yield Encoded(packet.pts, bytes(packet), True)
