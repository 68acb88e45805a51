"""H.264 MP4 by PyAV, frame by frame."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from numpy.typing import NDArray

from app.media.open import create_file

UInt8 = NDArray[np.uint8]


class VideoWriter:
    """Writes (H, W, 3) uint8 RGB pictures of one size at a fixed rate.

    H.264 needs even sides: an odd last row or column is dropped.

    Raises
    ------
    OSError
        If the file cannot be written (av.error).
    """

    def __init__(self, path: Path, size: tuple[int, int], fps: float, crf: int = 18) -> None:
        self._container = create_file(path, options={"movflags": "faststart"})
        rate = Fraction(fps).limit_denominator(1001)
        self._stream = self._container.add_stream("libx264", rate=rate)
        self._stream.width, self._stream.height = size[0] // 2 * 2, size[1] // 2 * 2
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = {"crf": str(crf), "preset": "veryfast"}

    def write(self, rgb: UInt8) -> None:
        """Append one (H, W, 3) uint8 picture; an odd last row or column is dropped."""
        height, width = self._stream.height, self._stream.width
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb[:height, :width]), "rgb24")
        self._container.mux(self._stream.encode(picture))

    def close(self) -> None:
        """Flush and finish the file."""
        self._container.mux(self._stream.encode())
        self._container.close()

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
