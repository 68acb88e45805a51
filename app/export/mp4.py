"""A video of the disparity in colours."""

from __future__ import annotations

from app.core.results import FrameResult
from app.export.exporter import Target
from app.media.video_writer import VideoWriter
from models.opencv import cv2
from renderers import colormap


class Mp4Exporter:
    """`disparity.mp4`: disparity in colours over the stabilised range."""

    def __init__(self, target: Target) -> None:
        self._path = target.folder / "disparity.mp4"
        self._fps = target.fps
        self._table = colormap.table(colormap.COLORMAPS[0])
        self._writer: VideoWriter | None = None
        self._size = (0, 0)

    def write(self, result: FrameResult) -> None:
        picture = colormap.apply(result.lanes["a"].levels, self._table)
        if self._writer is None:
            self._size = result.frame.size
            self._writer = VideoWriter(self._path, self._size, self._fps)
        if result.frame.size != self._size:
            picture = cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA)
        self._writer.write(picture)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
