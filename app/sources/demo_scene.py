"""The demonstration scene: played from files as it is, rendered live as soon as it is changed."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING

from app.core.source import Reading, SourceInfo
from app.sources.demo_loop import DEMO_SIZE, DemoLoopSource
from models.frames import Frame
from models.scene_options import USUAL_SCENE, SceneOptions

if TYPE_CHECKING:  # importing the renderer takes longer than opening the loop
    from app.sources.synthetic import SyntheticSource


class DemoSceneSource:
    """Endless and seekable, with ground truth; may be changed at any time without a break.

    Parameters
    ----------
    with_flow
        Also give the exact flow to the previous frame, except just after a change.

    Raises
    ------
    SourceError
        If the loop's files are missing or damaged.
    """

    def __init__(self, with_flow: bool = False) -> None:
        self._with_flow = with_flow
        self._lock = threading.Lock()
        self._played = DemoLoopSource(with_flow)
        self._rendered: SyntheticSource | None = None
        self._current: DemoLoopSource | SyntheticSource = self._played
        self._options = USUAL_SCENE
        self._next = 0
        self._segment = 0
        self._is_moved = False
        self._is_closed = False

    @property
    def info(self) -> SourceInfo:
        return self._played.info

    def read(self, timeout_s: float) -> Reading:
        """The next frame with its ground truth."""
        with self._lock:
            if self._is_closed:
                return None
            wanted = self._wanted()
            if self._is_moved or wanted is not self._current:
                wanted.seek(self._next)
                self._current, self._is_moved = wanted, False
            reading = wanted.read(timeout_s)
            if not isinstance(reading, Frame):
                return reading
            self._next = reading.index + 1
            return dataclasses.replace(reading, segment=self._segment)

    def seek(self, index: int) -> None:
        """Continue with `index` (0 or more) as a new segment."""
        with self._lock:
            self._next = max(0, index)
            self._segment += 1
            self._is_moved = True

    def skip_to(self, time_s: float) -> None:
        """Leave out the frames before `time_s` if they would be rendered; played ones are cheap."""
        with self._lock:
            if self._rendered is not None and self._current is self._rendered:
                self._rendered.skip_to(time_s)

    def adjust(self, options: SceneOptions) -> bool:
        """Show the scene with `options` from the next frame on."""
        with self._lock:
            self._options = options.effective()
        return True

    def return_to(self, index: int) -> None:
        """Make frame `index` the next again, in the same segment."""
        with self._lock:
            self._next = max(0, index)
            self._is_moved = True

    def close(self) -> None:
        """Close the files and stop the renderer. May be called twice."""
        with self._lock:
            self._is_closed = True
            self._played.close()
            if self._rendered is not None:
                self._rendered.close()

    def _wanted(self) -> DemoLoopSource | SyntheticSource:
        """The source of the next frame, with the current options."""
        if self._options == USUAL_SCENE:
            return self._played
        if self._rendered is None:
            from app.sources.synthetic import SyntheticSource

            self._rendered = SyntheticSource(None, DEMO_SIZE, self._with_flow)
        self._rendered.adjust(self._options)
        return self._rendered
