"""Interlaced video as whole pictures: one for every frame that was decoded."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from fractions import Fraction

import av.error
import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame
from numpy.typing import NDArray


class Deinterlacer:
    """Passes progressive frames through, and those flagged as interlaced through FFmpeg's bwdif.

    The filter looks at the following frame too. From the first interlaced frame on, pictures
    therefore come one frame later; `flush` returns the last. Numbers, times and order are kept.

    Attributes
    ----------
    was_needed
        There was an interlaced frame. The first picture after a jump then lacks the fields before
        it.
    """

    def __init__(self) -> None:
        self.was_needed = False
        self._graph: Graph | None = None
        self._format: tuple[int, int, str] | None = None
        self._inside: deque[VideoFrame] = deque()

    def put(self, frame: VideoFrame) -> list[VideoFrame]:
        """Add the next decoded frame; returns the pictures that are ready, in order."""
        ready: list[VideoFrame] = []
        found = (frame.width, frame.height, frame.format.name)
        if self._graph is not None and found != self._format:
            ready = self.flush()
        if self._graph is None:
            if not frame.interlaced_frame:
                return [*ready, frame]
            self._graph, self._format = _bwdif(frame), found
            self.was_needed = True
        self._inside.append(frame)
        self._graph.push(frame)
        return [*ready, *self._pull(self._graph)]

    def flush(self) -> list[VideoFrame]:
        """The pictures still inside; the next frame may be of any kind."""
        graph, self._graph = self._graph, None
        if graph is None:
            return []
        graph.push(None)
        return list(self._pull(graph))

    def _pull(self, graph: Graph) -> Iterator[VideoFrame]:
        while True:
            try:
                picture = graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            assert isinstance(picture, VideoFrame)
            original = self._inside.popleft()  # the filter counts in a finer unit of time
            picture.pts, picture.time_base = original.pts, original.time_base
            picture.duration = original.duration
            yield picture


class PictureDeinterlacer:
    """The same for the pictures of a device that says once how they are interlaced.

    Parameters
    ----------
    top_first : bool
        The upper field of each picture is the earlier one.
    """

    def __init__(self, top_first: bool) -> None:
        self._order = "tff" if top_first else "bff"
        self._graph: Graph | None = None
        self._shape: tuple[int, ...] = ()

    def put(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
        """The picture before `pixels`, (H, W, 3) BGR or (H, W) grey uint8; None at first."""
        name = "gray" if pixels.ndim == 2 else "bgr24"
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(pixels), name)
        frame.time_base = Fraction(1, 25)  # the filter wants one
        if self._graph is None or pixels.shape != self._shape:
            bwdif = {"mode": "send_frame", "parity": self._order, "deint": "all"}
            planar = "gray" if pixels.ndim == 2 else "gbrp"
            filters = (("format", {"pix_fmts": planar}), ("bwdif", bwdif))
            self._graph = _graph(frame, (*filters, ("format", {"pix_fmts": name})))
            self._shape = pixels.shape
        self._graph.push(frame)
        try:
            picture = self._graph.pull()
        except av.error.BlockingIOError:
            return None
        assert isinstance(picture, VideoFrame)
        return np.asarray(picture.to_ndarray(), np.uint8)


def _bwdif(frame: VideoFrame) -> Graph:
    flagged = {"mode": "send_frame", "parity": "auto", "deint": "interlaced"}
    return _graph(frame, (("bwdif", flagged),))


def _graph(frame: VideoFrame, filters: tuple[tuple[str, dict[str, str]], ...]) -> Graph:
    """A chain of filters for frames like `frame`."""
    graph = Graph()
    chain = (
        graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
        ),
        *(graph.add(name, **options) for name, options in filters),
        graph.add("buffersink"),
    )
    for one, following in itertools.pairwise(chain):
        one.link_to(following)
    graph.configure()
    return graph
