"""The built-in scene as it opens first: played from files, so that it costs next to nothing.

The files hold one period of the demonstration scene, made by `app.sources.make_demo_loop`.
"""

from __future__ import annotations

import threading
import time
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from app.core.source import Reading, SourceInfo
from app.sources.video import VideoSource
from models.errors import SourceError
from models.frames import Frame, GroundTruth, UInt8
from models.scene_loop import SceneLoop

if TYPE_CHECKING:
    from models.scenes.correspondence import VisibleSurfaces

DEMO_SIZE = (640, 480)
PICTURES = "pictures.mp4"
GEOMETRY = "geometry.npz"
_DECODING_S = 10.0
_DAMAGED = (
    "The files of the built-in scene are damaged; install the app again, or choose another source."
)


def demo_folder() -> Path:
    """Where the files of the loop are."""
    return Path(str(resources.files("resources"))) / "scenes" / "demo"


class DemoLoopSource:
    """Endless and seekable, with ground truth; the last frame of a period continues in its first.

    Parameters
    ----------
    with_flow
        Also give the exact flow to the previous frame.

    Raises
    ------
    SourceError
        If its files are missing or damaged.
    """

    def __init__(self, with_flow: bool = False) -> None:
        self._with_flow = with_flow
        self._lock = threading.Lock()
        self._next = 0
        self._segment = 0
        self._is_first = True
        self._closed = False
        self._last: VisibleSurfaces | None = None
        folder = demo_folder()
        try:
            self._film = VideoSource(folder / PICTURES)
        except SourceError as error:
            raise SourceError(_DAMAGED) from error
        try:
            self._loop = SceneLoop.load(folder / GEOMETRY)
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            self._film.close()
            raise SourceError(_DAMAGED) from error
        self._following = 0  # place of the next picture in the film
        self._fps = float(self._loop.fps)
        self._info = SourceInfo(
            spec="synthetic",
            title="Built-in scene",
            live=False,
            size=DEMO_SIZE,
            fps=self._fps,
            has_truth=True,
            is_endless=True,
        )

    @property
    def info(self) -> SourceInfo:
        return self._info

    def read(self, timeout_s: float) -> Reading:  # noqa: ARG002 - always at hand
        """The next frame with its ground truth."""
        with self._lock:
            if self._closed:
                return None
            index, self._next = self._next, self._next + 1
            wants_flow = self._with_flow and not self._is_first
            self._is_first = False
            place = index % len(self._loop)
            return Frame(
                rgb=self._picture(place),
                index=index,
                segment=self._segment,
                captured_ns=time.monotonic_ns(),
                time_s=index / self._fps,
                intrinsics=self._loop.intrinsics,
                truth=self._truth(place, wants_flow),
                shot=0,
            )

    def seek(self, index: int) -> None:
        """Continue with `index` (0 or more) as a new segment."""
        with self._lock:
            self._next = max(0, index)
            self._segment += 1
            self._is_first = True

    def close(self) -> None:
        """Close the files. May be called twice."""
        with self._lock:
            self._closed = True
            self._film.close()

    def _picture(self, place: int) -> UInt8:
        """Picture `place` of the loop; seeks if it is not the next one in the file."""
        if place != self._following:
            self._film.seek(place)
        self._following = place + 1
        reading = self._film.read(_DECODING_S)
        if not isinstance(reading, Frame) or reading.index != place:
            raise SourceError(_DAMAGED)
        return reading.rgb

    def _truth(self, place: int, wants_flow: bool) -> GroundTruth:
        pose = self._loop.camera_to_world[place]
        if not self._with_flow:
            return GroundTruth(self._loop.disparity(place), camera_to_world=pose)
        flow = covisible = None
        now = self._loop.surfaces(place)
        if wants_flow and self._last is not None:
            flow, covisible = self._loop.flow(now, self._last)
        self._last = now
        return GroundTruth(now.inverse_depth, flow, covisible, pose)
