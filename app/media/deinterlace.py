"""Interlaced video as whole pictures: one for every frame that was decoded."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator

import av.error
from av.filter import Graph
from av.video.frame import VideoFrame


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
            picture.duration, picture.opaque = original.duration, original.opaque
            yield picture


def _bwdif(frame: VideoFrame) -> Graph:
    graph = Graph()
    chain = (
        graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
        ),
        graph.add("bwdif", mode="send_frame", parity="auto", deint="interlaced"),
        graph.add("buffersink"),
    )
    for one, following in itertools.pairwise(chain):
        one.link_to(following)
    graph.configure()
    return graph
