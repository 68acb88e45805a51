"""Encoders of pictures and sound, each a stream of a container."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import av
import av.error
import numpy as np
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import PictureType
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from app.media.mp4_file import TICKS_PER_S
from models.errors import UserError

UInt8 = NDArray[np.uint8]
Float32 = NDArray[np.float32]

_BT709 = 1
_AAC_SAMPLES = 1024  # in a packet
_AAC_BITS_PER_S = 128_000


class H264Encoder:
    """Encodes (H, W, 3) uint8 RGB pictures of one size as BT.709 in limited range.

    H.264 needs even sides: in an odd picture the last row or column is repeated.

    Parameters
    ----------
    container
        To which the stream is added.
    size
        (width, height) of the pictures.
    options
        Of libx264; frames are never reordered.

    Raises
    ------
    UserError
        If H.264 has no pictures of that size.
    """

    def __init__(
        self, container: OutputContainer, size: tuple[int, int], options: Mapping[str, str]
    ) -> None:
        self._odd = (size[0] % 2, size[1] % 2)
        self._reformatter = VideoReformatter()
        self._stream = container.add_stream("libx264", rate=30)
        context = self._stream.codec_context
        context.width, context.height = size[0] + self._odd[0], size[1] + self._odd[1]
        context.pix_fmt = "yuv420p"
        context.time_base = Fraction(1, TICKS_PER_S)
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = ColorRange.MPEG
        context.options = {**options, "bf": "0"}
        try:
            context.open()
        except av.error.FFmpegError as error:
            raise UserError(
                f"A video of {size[0]}x{size[1]} pixels can't be encoded; use smaller pictures, or "
                "another format."
            ) from error
        self._newest = -TICKS_PER_S // 25

    def encode(self, rgb: UInt8, ticks: int, is_key: bool = False) -> list[Packet[Any]]:
        """What is ready once the picture shown at `ticks` is added; times must increase.

        Each packet lasts as long as the one before. `is_key` makes it one to begin decoding at.
        """
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
        frame.time_base = Fraction(1, TICKS_PER_S)
        if is_key:
            frame.pict_type = PictureType.I
        return self._timed(self._stream.encode(frame))

    def finish(self) -> list[Packet[Any]]:
        """What was not ready yet."""
        return self._timed(self._stream.encode(None))

    def _timed(self, packets: list[Packet[Any]]) -> list[Packet[Any]]:
        for packet in packets:
            assert packet.pts is not None
            packet.duration, self._newest = packet.pts - self._newest, packet.pts
        return packets


class AacEncoder:
    """Encodes (N, channels) float32 sound in -1 to 1.

    Times count in samples. The first packet only starts the decoder up and is at 0, so the sound
    itself begins with sample `PRIMING`.
    """

    PRIMING = _AAC_SAMPLES

    def __init__(self, container: OutputContainer, rate: int, channels: int) -> None:
        self._rate = rate
        self._layout = "mono" if channels == 1 else "stereo"
        self._stream = container.add_stream("aac", rate=rate, bit_rate=_AAC_BITS_PER_S)
        context = self._stream.codec_context
        context.layout = self._layout
        context.format = "fltp"
        context.time_base = Fraction(1, rate)
        context.open()

    def encode(self, samples: Float32, start: int) -> list[Packet[Any]]:
        """What is ready once `samples`, of which the first is number `start`, are added."""
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.T, np.float32), "fltp", self._layout
        )
        frame.sample_rate = self._rate
        frame.time_base = Fraction(1, self._rate)
        frame.pts = start
        return self._stream.encode(frame)

    def finish(self) -> list[Packet[Any]]:
        """What was not ready yet."""
        return self._stream.encode(None)
