"""The picture and both lanes side by side, as a video that any player shows."""

from __future__ import annotations

from pathlib import Path

from app.convert.clip import Clip
from app.core.results import FrameResult
from app.media.video_writer import VideoWriter
from app.recording.composite import composite_size, side_by_side
from renderers import colormap
from renderers.letterbox import letterboxed


class Mp4Writer:
    """H.264 at the recording's times: the picture, lane A, lane B."""

    def __init__(self, path: Path, clip: Clip) -> None:
        self._path = path
        self._frame_s = clip.frame_s
        self._table = colormap.table(colormap.COLORMAPS[0])
        self._writer: VideoWriter | None = None
        self._size = (0, 0)
        self._end_s = 0.0

    def write(self, result: FrameResult) -> None:
        if self._writer is None:
            self._size = composite_size(result.frame.size)
            self._begin_s = result.frame.time_s
            self._writer = VideoWriter(self._path, self._size)
        picture = letterboxed(side_by_side(result, self._table), self._size, colormap.UNKNOWN)
        begin_s = result.frame.time_s - self._begin_s
        self._writer.write(picture, begin_s)
        self._end_s = begin_s + self._frame_s

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close(self._end_s)
