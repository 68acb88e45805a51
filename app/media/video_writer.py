"""H.264 MP4 of pictures at given times, such as an exported video."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType

import numpy as np
from numpy.typing import NDArray

from app.media.encoders import H264Encoder
from app.media.mp4_boxes import TICKS_PER_S
from app.media.mp4_file import Mp4File

UInt8 = NDArray[np.uint8]

_FRAGMENT_FRAMES = 25
# Colours of a map are values to be read, so their planes are coded more finely than usual.
_ENCODING = MappingProxyType(
    {"crf": "14", "preset": "veryfast", "x264-params": "chroma-qp-offset=-4"}
)


class VideoWriter:
    """Writes (H, W, 3) uint8 RGB pictures of one size, each at its own time.

    The file is tagged BT.709, and can be played up to its last second even if it is never closed.
    In an odd picture the last row or column is repeated.

    Parameters
    ----------
    path, size
        Where to write, and (width, height).
    encoding
        Options of the encoder.

    Raises
    ------
    OSError
        If the file cannot be written; what was written before can be played then.
    """

    def __init__(
        self, path: Path, size: tuple[int, int], encoding: Mapping[str, str] = _ENCODING
    ) -> None:
        self._encoder = H264Encoder(size, encoding)
        self._file = Mp4File(path, [self._encoder.format(1)], replace=True)
        self._last = -1
        self._waiting = 0
        self._is_closed = False

    def write(self, rgb: UInt8, time_s: float) -> None:
        """Append one picture, shown from `time_s` on, which increases; the first is at 0."""
        self._last = max(self._last + 1, round(time_s * TICKS_PER_S))
        for sample in self._encoder.encode(rgb, self._last):
            if self._waiting >= _FRAGMENT_FRAMES:
                self._file.flush(sample.time)
                self._waiting = 0
            self._file.add(0, sample.time, sample.data, sample.is_key)
            self._waiting += 1

    def close(self, end_s: float | None = None) -> None:
        """Finish the file, whose last picture ends at `end_s`; may be called twice."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            for sample in self._encoder.finish():
                self._file.add(0, sample.time, sample.data, sample.is_key)
        finally:
            self._file.close(None if end_s is None else round(end_s * TICKS_PER_S))

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
            return
        with contextlib.suppress(OSError):  # the error that is on its way says more
            self.close()
