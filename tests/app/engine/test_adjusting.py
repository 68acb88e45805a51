"""What the built-in scene shows changes while it is the source, also while paused."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from app.core.slots import LatestSlot
from app.engine.capture import CaptureLoop
from app.engine.commands import CaptureRequest, Play, PlaybackOptions
from app.sources.opening import open_source
from models.frames import Frame
from models.scene_options import SceneOptions
from models.scenes import default_atlas
from tests.support.waiting import PATIENCE_S, wait_until

REQUEST = CaptureRequest("synthetic", (64, 48))
WALL = SceneOptions(wall="pattern")


def _options(scene: SceneOptions) -> PlaybackOptions:
    return PlaybackOptions(every_frame=True, scene=scene)


class _Rig:
    def __init__(self) -> None:
        self.frames: LatestSlot[Frame] = LatestSlot()
        self.loop = CaptureLoop(self.frames, open_source, lambda: None)
        self.thread = threading.Thread(target=self.loop.run)
        self.thread.start()

    def next(self) -> Frame:
        frame = self.frames.take(PATIENCE_S)
        assert frame is not None, "no frame came"
        return frame

    def pause(self) -> None:
        """Pause, and take the frame that was under way."""
        self.loop.post(Play(False))
        wait_until(lambda: not self.loop.status.playing)
        self.frames.take(0.0)

    def close(self) -> None:
        self.frames.close()
        self.loop.stop()
        self.thread.join(5)


@pytest.fixture
def rig() -> Iterator[_Rig]:
    default_atlas()  # made once, which takes its time on a busy machine
    made = _Rig()
    yield made
    made.close()
    assert not made.thread.is_alive()


def _frame_of(scene: SceneOptions, index: int) -> Frame:
    source = open_source(f"synthetic:{scene}".removesuffix(":"), REQUEST.size)
    source.seek(index)
    frame = source.read(1.0)
    source.close()
    assert isinstance(frame, Frame)
    return frame


def test_a_source_opens_with_what_was_chosen_before(rig: _Rig) -> None:
    rig.loop.post(_options(WALL))
    rig.loop.post(REQUEST)
    assert np.array_equal(rig.next().rgb, _frame_of(WALL, 0).rgb)


def test_a_change_while_playing_breaks_nothing_and_opens_nothing(rig: _Rig) -> None:
    rig.loop.post(_options(SceneOptions()))
    rig.loop.post(REQUEST)
    first = rig.next()
    source = rig.loop.source
    rig.loop.post(_options(WALL))
    frames = [rig.next() for _ in range(3)]
    assert [frame.index for frame in frames] == [1, 2, 3]
    assert {(frame.segment, frame.shot) for frame in frames} == {(first.segment, first.shot)}
    assert np.array_equal(frames[-1].rgb, _frame_of(WALL, 3).rgb)
    assert rig.loop.source is source


def test_a_change_while_paused_shows_the_same_moment_again(rig: _Rig) -> None:
    rig.loop.post(_options(SceneOptions()))
    rig.loop.post(REQUEST)
    first = rig.next()
    rig.pause()
    index = rig.loop.status.position
    for scene in (WALL, SceneOptions(glass=True)):
        rig.loop.post(_options(scene))
        shown = rig.next()
        assert (shown.index, shown.segment) == (index, first.segment)
        assert np.array_equal(shown.rgb, _frame_of(scene, index).rgb)
    assert rig.frames.take(0.1) is None


def test_other_options_show_nothing_again_while_paused(rig: _Rig) -> None:
    rig.loop.post(_options(WALL))
    rig.loop.post(REQUEST)
    rig.next()
    rig.pause()
    rig.loop.post(PlaybackOptions(loop=False, scene=WALL))
    assert rig.frames.take(0.2) is None
