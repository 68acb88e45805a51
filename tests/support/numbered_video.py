"""Video files whose every frame says its own number, so that a test knows what it was shown."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

BITS = 10
_BAR = 16


def numbered_picture(number: int, height: int = 64) -> NDArray[np.uint8]:
    """(height, 160, 3) uint8: ten grey bars, the binary digits of `number`."""
    digits = [(number >> bit) & 1 for bit in range(BITS)]
    row = np.repeat(np.array(digits, np.uint8) * 180 + 30, _BAR)
    return np.repeat(np.tile(row, (height, 1))[..., None], 3, axis=2)


def number_in(rgb: NDArray[np.uint8]) -> int:
    """The number a (possibly rescaled and compressed) numbered picture shows."""
    height, width = rgb.shape[:2]
    centres = (np.arange(BITS) + 0.5) * width / BITS
    bars = rgb[height // 4 : 3 * height // 4, centres.astype(int)].mean(axis=(0, 2))
    return int(sum(1 << bit for bit in range(BITS) if bars[bit] > 120))


def write_numbered_video(
    path: Path,
    count: int = 60,
    *,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    rate: int = 25,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    times: list[Fraction] | None = None,
    size: tuple[int, int] = (160, 64),
    aspect: Fraction | None = None,
) -> Path:
    """Write `count` numbered frames; key frames every 12 unless `options` say otherwise.

    times : seconds at which the frames are shown, for a variable rate.
    """
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=rate, options=options or {"g": "12"})
        stream.width, stream.height = size
        stream.pix_fmt = pixel_format
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        if times is not None:
            stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(count):
            picture = numbered_picture(number, size[1])
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if size[0] != picture.shape[1]:
                frame = frame.reformat(width=size[0], height=size[1])
            if times is not None:
                frame.time_base = Fraction(1, 1000)
                frame.pts = round(times[number] * 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
