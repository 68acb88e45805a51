"""A video of the disparity in colours."""

from __future__ import annotations

from app.core.results import FrameResult
from app.export.exporter import Target
from app.media.video_writer import VideoWriter
from models.frames import Frame
from models.opencv import cv2
from renderers import colormap


class Mp4Exporter:
    """`disparity.mp4`: disparity in colours over the stabilised range, at the source's times."""

    def __init__(self, target: Target) -> None:
        self._path = target.folder / "disparity.mp4"
        self._times = _Times(1.0 / target.fps, target.stride)
        self._table = colormap.table(colormap.COLORMAPS[0])
        self._writer: VideoWriter | None = None
        self._size = (0, 0)

    def write(self, result: FrameResult) -> str:
        picture = colormap.apply(result.lanes["a"].levels, self._table)
        if self._writer is None:
            self._size = result.frame.size
            self._writer = VideoWriter(self._path, self._size)
        if result.frame.size != self._size:
            picture = cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA)
        self._writer.write(picture, self._times.begin_s(result.frame))
        return self._path.name

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close(self._times.end_s)


class _Times:
    """Times from the first frame on, which never go back where the source's own do.

    Attributes
    ----------
    end_s
        When the last frame ends.
    """

    def __init__(self, frame_s: float, stride: int) -> None:
        self._frame_s = frame_s
        self._stride = stride
        self._shift_s = 0.0
        self._last_s: float | None = None
        self.end_s = 0.0

    def begin_s(self, frame: Frame) -> float:
        """When `frame` is shown."""
        if self._last_s is None or frame.time_s < self._last_s:
            self._shift_s = self.end_s - frame.time_s
        self._last_s = frame.time_s
        begin_s = frame.time_s + self._shift_s
        self.end_s = begin_s + (frame.duration_s or self._frame_s) * self._stride
        return begin_s
