"""Transparent pictures over neutral grey: what lies under full transparency is often noise."""

from __future__ import annotations

import numpy as np
from av.codec import Codec, CodecContext
from av.codec.codec import UnknownCodecError
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream
from numpy.typing import NDArray

NEUTRAL = 128
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


def over_grey(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 4) uint8 with straight alpha to (H, W, 3) uint8 over grey."""
    rgb, alpha = rgba[..., :3], rgba[..., 3:]
    if alpha.min(initial=255) == 255:
        return np.ascontiguousarray(rgb)
    weight = alpha.astype(np.uint16)
    mixed = rgb * weight + NEUTRAL * (255 - weight)
    return ((mixed + 127) // 255).astype(np.uint8)


def alpha_decoder(stream: VideoStream) -> VideoCodecContext | None:
    """A decoder for WebM with transparency, which FFmpeg's usual one leaves out; None for others.

    It is as the one of `stream` when that was just opened.
    """
    name = _WITH_ALPHA.get(stream.codec_context.name)
    if name is None or stream.metadata.get("alpha_mode") != "1":
        return None
    try:
        decoder = CodecContext.create(Codec(name, "r"))
    except UnknownCodecError:
        return None
    assert isinstance(decoder, VideoCodecContext)
    decoder.extradata = stream.codec_context.extradata
    decoder.flags |= Flags.copy_opaque.value
    return decoder
