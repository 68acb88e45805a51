"""H.264 MP4 of pictures at given times, such as an exported video."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any

import numpy as np
from av.packet import Packet
from numpy.typing import NDArray

from app.media.encoders import H264Encoder
from app.media.mp4_file import TICKS_PER_S, Mp4File

UInt8 = NDArray[np.uint8]

# Colours of a map are values to be read, so their planes are coded more finely than usual.
_ENCODING = MappingProxyType(
    {"crf": "14", "preset": "veryfast", "x264-params": "chroma-qp-offset=-4"}
)


class VideoWriter:
    """Writes (H, W, 3) uint8 RGB pictures of one size, each at its own time.

    The file is tagged BT.709. If it is never closed, it can be played but for its newest pictures,
    which the encoder still holds. In an odd picture the last row or column is repeated.

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
        self._file = Mp4File()
        self._encoder = H264Encoder(self._file.container, size, encoding)
        self._file.begin(path, replace=True)
        self._last = -1
        self._newest: Packet[Any] | None = None
        self._is_closed = False

    def write(self, rgb: UInt8, time_s: float) -> None:
        """Append one picture, shown from `time_s` on, which increases; the first is at 0."""
        self._last = max(self._last + 1, round(time_s * TICKS_PER_S))
        self._add(self._encoder.encode(rgb, self._last))

    def close(self, end_s: float | None = None) -> None:
        """Finish the file, whose last picture ends at `end_s`; may be called twice."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            self._add(self._encoder.finish())
            if self._newest is not None:
                if end_s is not None:
                    self._newest.duration = max(1, round(end_s * TICKS_PER_S) - self._last)
                self._file.add_picture(self._newest)
        finally:
            self._file.close()

    def _add(self, packets: list[Packet[Any]]) -> None:
        """Hand them on, but keep the newest, whose end may be told yet."""
        for packet in packets:
            if self._newest is not None:
                self._file.add_picture(self._newest)
            self._newest = packet

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
