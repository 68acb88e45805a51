"""The pictures of a recording, addressed by their exact presentation time, in any order."""

from __future__ import annotations

from pathlib import Path

import av.error
import numpy as np
from numpy.typing import NDArray

from app.media.decoder import VideoDecoder
from app.media.frames import FrameConverter
from app.recording.format import regular_file, source_name
from models.errors import SourceError

UInt8 = NDArray[np.uint8]

_NEARER_BY_DECODING = 90_000  # ticks ahead up to which decoding is faster than seeking


class Pictures:
    """The source's pictures of one part.

    Raises
    ------
    SourceError
        If the file is missing or no MP4.
    """

    def __init__(self, folder: Path, part: int, size: tuple[int, int]) -> None:
        path = regular_file(folder, source_name(part))
        self._decoder = VideoDecoder(str(path), container_format="mp4")
        self._converter = FrameConverter()
        self._size = size
        self._next_ticks = 0  # earlier pictures have been decoded already

    def times(self) -> NDArray[np.int64]:
        """(N,) times of the pictures in the file, ascending, 1/90000 s from the part's first.

        Reads the file to its end.
        """
        try:
            table = self._decoder.read_table()
        except av.error.FFmpegError as error:
            raise self._damaged() from error
        return np.zeros(0, np.int64) if table is None else np.unique(table.pts)

    def read(self, ticks: int) -> UInt8 | None:
        """(H, W, 3) uint8 of the picture shown from exactly `ticks` on, or None if there is none.

        Raises
        ------
        SourceError
            If the file is damaged.
        """
        try:
            return self._read(ticks)
        except av.error.FFmpegError as error:
            raise self._damaged() from error

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._decoder.close()

    def _read(self, ticks: int) -> UInt8 | None:
        if not 0 <= ticks - self._next_ticks <= _NEARER_BY_DECODING:
            self._decoder.seek_time(ticks)
        while (decoded := self._decoder.next()) is not None:
            if decoded.pts is None or decoded.pts < ticks:
                continue
            if decoded.pts > ticks:
                self._decoder.put_back(decoded)
                self._next_ticks = decoded.pts
                return None
            self._next_ticks = ticks + 1
            width, height = self._size
            rgb = self._converter.rgb(decoded)[:height, :width]
            return np.ascontiguousarray(rgb) if rgb.shape == (height, width, 3) else None
        self._next_ticks = ticks + 1
        return None

    def _damaged(self) -> SourceError:
        return SourceError(
            f"{self._decoder.name} in this recording is damaged; copy the whole folder again."
        )
