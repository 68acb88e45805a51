"""An output that keeps what it gets, and a scene to compose."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from app.core.results import FrameResult
from app.outputs.consumer import OutputConsumer
from app.outputs.output import Outgoing, Output
from app.outputs.scene import Place, Scene
from app.settings.settings import Settings
from tests.support.waiting import wait_until

SIDE_BY_SIDE = (
    Place("rgb", (0.0, 0.0, 0.5, 0.5)),
    Place("depth_a", (0.5, 0.0, 0.5, 0.5)),
    Place("depth_b", (0.5, 0.5, 0.5, 0.5)),
)


def make_scene(**settings: object) -> Scene:
    """A stage of 320 x 128 with three panes; the lower left is empty."""
    return Scene(
        Settings(**settings),  # type: ignore[arg-type]
        (320, 128),
        SIDE_BY_SIDE,
        caption=("A headline", "A caption."),
    )


class KeptOutput:
    """Keeps what is sent to it; `gate` holds it up, `wants` says what it looks at."""

    def __init__(self, is_steady: bool = False, fps: float = 200.0) -> None:
        self.size = (160, 64)
        self.fps = fps
        self.is_steady = is_steady
        self.wants: tuple[str, ...] = ("rgb",)
        self.got: list[Outgoing] = []
        self.is_opened = self.is_closed = False
        self.gate = threading.Event()
        self.gate.set()
        self.failure: Exception | None = None

    def open(self) -> str:
        if self.failure is not None:
            raise self.failure
        self.is_opened = True
        return "kept"

    def wanted(self, scene: Scene) -> Collection[str]:
        return self.wants

    def send(self, outgoing: Outgoing) -> None:
        if self.failure is not None:
            raise self.failure
        self.got.append(outgoing)
        self.gate.wait(10.0)

    def close(self) -> None:
        self.is_closed = True


class Fed:
    """An output with its consumer, fed by the test."""

    def __init__(self, output: Output, scene: Scene) -> None:
        self.scene = scene
        self.notified = 0
        self.consumer = OutputConsumer(output, lambda: self.scene, self._notify)

    def _notify(self) -> None:
        self.notified += 1

    def offer(self, result: FrameResult) -> None:
        self.consumer.offer(result)


@contextmanager
def fed(output: Output, scene: Scene | None = None) -> Iterator[Fed]:
    """`output` open and fed; ended afterwards, whatever happened."""
    made = Fed(output, scene or make_scene())
    made.consumer.start()
    try:
        wait_until(lambda: made.consumer.status.is_open or made.consumer.status.is_ended)
        yield made
    finally:
        assert made.consumer.stop()
