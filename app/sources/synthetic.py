"""The built-in scene as a source: endless, seekable, with exact ground truth."""

from __future__ import annotations

import math
import threading
import time

from app.core.source import Reading, SourceInfo
from models.frames import Frame, GroundTruth
from models.scene_options import USUAL_SCENE, SceneOptions
from models.scenes import RenderedFrame, Renderer, Scene, demo_scene, random_scene

FPS = 25.0
DEFAULT_SIZE = (640, 480)


class SyntheticSource:
    """Frames of a rendered scene, the same for the same seed, size and index.

    Parameters
    ----------
    seed
        None shows the demonstration scene; a number draws a scene of any kind from it.
    with_flow
        Also give the exact flow to the previous frame, which costs about as much again.
    options
        What the demonstration scene shows. If given, the scene is fixed.
    """

    def __init__(
        self,
        seed: int | None = None,
        size: tuple[int, int] | None = None,
        with_flow: bool = False,
        threads: int = 2,
        options: SceneOptions | None = None,
    ) -> None:
        width, height = size or DEFAULT_SIZE
        self._is_fixed = seed is not None or options is not None
        self._options = options or USUAL_SCENE
        self._scene: Scene | None = None if seed is None else random_scene(seed)
        self._renderer = Renderer(width, height, threads)
        self._with_flow = with_flow
        self._lock = threading.Lock()
        self._next = 0
        self._segment = 0
        self._last_s: float | None = None
        self._closed = False
        self._info = SourceInfo(
            spec=f"synthetic:{options or '' if seed is None else seed}".removesuffix(":"),
            title="Built-in scene" if seed is None else f"Scene {seed}",
            live=False,
            size=(width, height),
            fps=FPS,
            is_endless=True,
            has_truth=True,
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
            before_s = self._last_s if self._with_flow else None
            self._last_s = index / FPS
            if self._scene is None:
                self._scene = demo_scene(0, self._options)
            drawn = self._renderer.render(self._scene, index / FPS, before_s)
            return self._frame(drawn, index)

    def seek(self, index: int) -> None:
        """Continue with `index` (0 or more) as a new segment."""
        with self._lock:
            self._next = max(0, index)
            self._segment += 1
            self._last_s = None

    def skip_to(self, time_s: float) -> None:
        """Leave out the frames before `time_s`; flow is to the last one that was read."""
        with self._lock:
            self._next = max(self._next, math.floor(time_s * FPS))

    def adjust(self, options: SceneOptions) -> bool:
        """Show the scene with `options` from the next frame on; False if it is fixed."""
        with self._lock:
            if not self._is_fixed and options != self._options:
                self._options = options
                self._scene = self._last_s = None
        return not self._is_fixed

    def return_to(self, index: int) -> None:
        """Make frame `index` the next again, in the same segment."""
        with self._lock:
            self._next = max(0, index)
            self._last_s = None

    def close(self) -> None:
        """Stop the renderer's threads. May be called twice."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._renderer.close()

    def _frame(self, drawn: RenderedFrame, index: int) -> Frame:
        truth = GroundTruth(
            drawn.disparity, drawn.flow_to_previous, drawn.covisible, drawn.camera_to_world
        )
        return Frame(
            rgb=drawn.rgb,
            index=index,
            segment=self._segment,
            captured_ns=time.monotonic_ns(),
            time_s=index / FPS,
            intrinsics=drawn.intrinsics,
            truth=truth,
            shot=0,
        )
