"""The capture loop: pacing, pausing, stepping, breaks in continuity, and leaving nothing open."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from app.core.slots import LatestSlot
from app.core.source import Reading, SignalLost, Source
from app.engine.capture import CaptureLoop
from app.engine.commands import CaptureRequest, Command, Play, PlaybackOptions, Seek, Step
from app.engine.supervision import StageWatch, Verdict
from models.errors import SourceError
from models.frames import Frame
from tests.support.fakes import ScriptedSource
from tests.support.waiting import PATIENCE_S, wait_until


@dataclass
class Rig:
    """A capture loop on a thread, with its slot and the sources it opened."""

    make: Callable[[], Source]
    frames: LatestSlot[Frame] = field(default_factory=LatestSlot)
    opened: list[Source] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.messages: list[str] = []
        self.loop = CaptureLoop(self.frames, self._open, self._note)
        self.thread = threading.Thread(target=self.loop.run)

    def _open(self, spec: str, size: tuple[int, int] | None) -> Source:
        self.opened.append(self.make())
        return self.opened[-1]

    def _note(self) -> None:
        self.messages.append(self.loop.status.message)

    def start(self, *commands: Command) -> Rig:
        for command in commands:
            self.loop.post(command)
        self.thread.start()
        return self

    def next(self) -> Frame:
        frame = self.frames.take(PATIENCE_S)
        assert frame is not None, "no frame came"
        return frame

    def wait_for(self, condition: Callable[[], bool]) -> None:
        wait_until(condition)


@pytest.fixture
def rig() -> Iterator[Callable[..., Rig]]:
    rigs: list[Rig] = []

    def make(source: Callable[[], Source]) -> Rig:
        rigs.append(Rig(source))
        return rigs[-1]

    yield make
    for made in rigs:
        made.frames.close()
        made.loop.stop()
        made.thread.join(5)
        assert not made.thread.is_alive()
        assert all(s.closed.is_set() for s in made.opened if isinstance(s, ScriptedSource))


MakeRig = Callable[[Callable[[], Source]], Rig]
EVERY = PlaybackOptions(loop=False, every_frame=True)


def test_every_frame_arrives_in_order_when_asked_for(rig: MakeRig) -> None:
    made = rig(lambda: ScriptedSource(50)).start(EVERY, CaptureRequest("x"))
    assert [made.next().index for _ in range(50)] == list(range(50))
    made.wait_for(lambda: made.loop.status.ended)
    assert made.frames.dropped == 0


def test_a_command_while_the_reader_is_slow_costs_no_frame(rig: MakeRig) -> None:
    made = rig(lambda: ScriptedSource(20)).start(EVERY, CaptureRequest("x"))
    seen: list[int] = []
    for is_playing in (False, True) * 10:
        made.loop.post(Play(is_playing))
        made.wait_for(lambda: made.loop.status.playing is is_playing)  # noqa: B023
        seen.append(made.next().index)
    assert seen == list(range(20))


def test_a_file_that_is_gone_when_it_starts_again_leaves_a_sentence(rig: MakeRig) -> None:
    class Gone(ScriptedSource):
        def seek(self, index: int) -> None:
            raise SourceError("The file is gone; choose another.")

    made = rig(lambda: Gone(2)).start(PlaybackOptions(every_frame=True), CaptureRequest("x"))
    assert [made.next().index for _ in range(2)] == [0, 1]
    made.wait_for(lambda: made.loop.status.failed)
    assert made.loop.status.message == "The file is gone; choose another."
    made.make = lambda: ScriptedSource(5)
    made.loop.post(CaptureRequest("y"))
    assert made.next().index == 0


def test_looping_starts_again_as_a_new_segment(rig: MakeRig) -> None:
    made = rig(lambda: ScriptedSource(3)).start(
        PlaybackOptions(every_frame=True), CaptureRequest("x")
    )
    frames = [made.next() for _ in range(7)]
    assert [f.index for f in frames] == [0, 1, 2, 0, 1, 2, 0]
    assert len({f.segment for f in frames[:3]}) == 1
    assert len({f.segment for f in frames}) == 3


def test_pausing_holds_and_stepping_goes_both_ways(rig: MakeRig) -> None:
    made = rig(lambda: ScriptedSource(50)).start(EVERY, CaptureRequest("x"), Play(False), Seek(10))
    assert made.next().index == 10
    made.loop.post(Step(1))
    assert made.next().index == 11
    made.loop.post(Step(-1))
    stepped_back = made.next()
    assert stepped_back.index == 10
    assert made.frames.take(0.05) is None


def test_stepping_forward_keeps_the_segment_and_back_breaks_it(rig: MakeRig) -> None:
    made = rig(lambda: ScriptedSource(50)).start(EVERY, CaptureRequest("x"), Play(False), Seek(10))
    first = made.next()
    made.loop.post(Step(1))
    assert made.next().segment == first.segment
    made.loop.post(Step(-1))
    assert made.next().segment != first.segment


def test_another_source_never_continues_the_segment_of_the_last(rig: MakeRig) -> None:
    made = rig(lambda: ScriptedSource(5)).start(EVERY, CaptureRequest("x"))
    before = {made.next().segment for _ in range(5)}
    made.loop.post(CaptureRequest("y"))
    assert made.next().segment not in before
    assert len(made.opened) == 2
    assert made.opened[0].closed.is_set()  # type: ignore[attr-defined]


def test_a_source_that_cannot_be_opened_leaves_a_sentence_and_a_running_loop(rig: MakeRig) -> None:
    def fail() -> Source:
        raise SourceError("There is no file x; choose another.")

    made = rig(fail).start(CaptureRequest("x"))
    made.wait_for(lambda: made.loop.status.failed)
    assert made.loop.status.message == "There is no file x; choose another."
    made.make = lambda: ScriptedSource(5)
    made.loop.post(CaptureRequest("y"))
    assert made.next().index == 0
    assert not made.loop.status.failed


def test_a_source_that_fails_to_open_in_an_unforeseen_way_does_not_end_the_loop(
    rig: MakeRig,
) -> None:
    def fail() -> Source:
        raise ValueError("a driver's own mistake")

    made = rig(fail).start(CaptureRequest("x"))
    made.wait_for(lambda: made.loop.status.failed)
    assert "choose another source" in made.loop.status.message
    made.make = lambda: ScriptedSource(5)
    made.loop.post(CaptureRequest("y"))
    assert made.next().index == 0


def test_a_paused_live_source_that_is_back_is_no_longer_said_to_be_away(rig: MakeRig) -> None:
    lost = SignalLost("The camera sends nothing; check the cable.")
    source = ScriptedSource(None, live=True)
    made = rig(lambda: source).start(CaptureRequest("x"))
    made.next()
    made.loop.post(Play(False))
    made.wait_for(lambda: not made.loop.status.playing)
    source.script.extend([lost, *[None] * 50])
    made.wait_for(lambda: lost.sentence in made.messages)
    made.wait_for(lambda: made.loop.status.message == "")
    assert not made.loop.status.playing


def test_what_the_source_knows_of_itself_is_told_with_its_loss(rig: MakeRig) -> None:
    class Losing(ScriptedSource):
        def read(self, timeout_s: float) -> Reading:
            self.info = dataclasses.replace(self.info, fps=None)
            return SignalLost("Gone.")

    made = rig(lambda: Losing(None, live=True)).start(CaptureRequest("x"))
    made.wait_for(lambda: made.loop.status.message == "Gone.")
    assert made.loop.status.info is not None
    assert made.loop.status.info.fps is None


def test_signal_loss_is_a_sentence_and_never_a_frame(rig: MakeRig) -> None:
    lost = SignalLost("The camera sends nothing; check the cable.")
    made = rig(lambda: ScriptedSource(None, live=True, script=(lost, lost)))
    made.start(CaptureRequest("x"))
    assert made.next().index >= 0
    assert lost.sentence in made.messages
    made.wait_for(lambda: made.loop.status.message == "")


class Rendered(ScriptedSource):
    """Frames on demand; notes the media times that it was to skip to."""

    def __init__(self) -> None:
        super().__init__(None)
        self.skipped: list[float] = []

    def skip_to(self, time_s: float) -> None:
        self.skipped.append(time_s)
        self.drawn = max(self.drawn, int(time_s * 25))


def test_a_rendered_scene_in_real_time_skips_what_nobody_takes_in_time(rig: MakeRig) -> None:
    source = Rendered()
    made = rig(lambda: source).start(PlaybackOptions(), CaptureRequest("x"))
    first = made.next()
    made.wait_for(lambda: made.frames.dropped > 5)
    last = made.next()
    assert last.index > first.index + 5
    assert last.segment == first.segment
    assert source.skipped == sorted(source.skipped)


def test_a_rendered_scene_skips_nothing_where_every_frame_counts(rig: MakeRig) -> None:
    source = Rendered()
    made = rig(lambda: source).start(EVERY, CaptureRequest("x"))
    assert [made.next().index for _ in range(5)] == [0, 1, 2, 3, 4]
    assert source.skipped == []


class Unhurried(ScriptedSource):
    """Takes as long for a frame as a test likes; `is_asked` while it does."""

    def __init__(self, count: int | None = None) -> None:
        super().__init__(count)
        self.is_asked, self.may_answer = threading.Event(), threading.Event()

    def read(self, timeout_s: float) -> Reading:
        self.is_asked.set()
        self.may_answer.wait(PATIENCE_S)
        return super().read(timeout_s)

    def close(self) -> None:
        self.may_answer.set()
        super().close()


class UnhurriedScene(Unhurried):
    """The same for a source that makes its frames itself."""

    def skip_to(self, time_s: float) -> None:
        self.drawn = max(self.drawn, int(time_s * 25))


def judged(loop: CaptureLoop, after_s: float) -> Verdict:
    """What the watchdog says of a loop if nothing happens for so long."""
    now_ns = time.monotonic_ns() + round(after_s * 1e9)
    return StageWatch().judge(now_ns / 1e9, loop.heartbeat.silent_s(now_ns))


@pytest.mark.parametrize("playback", [PlaybackOptions(), EVERY])
def test_a_scene_that_a_busy_machine_draws_slowly_has_not_stalled(
    rig: MakeRig, playback: PlaybackOptions
) -> None:
    source = UnhurriedScene()
    made = rig(lambda: source).start(playback, CaptureRequest("x"))
    made.wait_for(source.is_asked.is_set)
    assert judged(made.loop, 10.0) is Verdict.FINE
    assert judged(made.loop, 60.0) is Verdict.REPLACE


def test_a_scene_that_nobody_takes_frames_of_has_not_stalled(rig: MakeRig) -> None:
    source = UnhurriedScene()
    made = rig(lambda: source).start(PlaybackOptions(), CaptureRequest("x"))
    source.may_answer.set()
    made.wait_for(lambda: made.frames.dropped > 2)
    source.may_answer.clear()
    source.is_asked.clear()
    made.wait_for(source.is_asked.is_set)
    assert judged(made.loop, 10.0) is Verdict.FINE


def test_a_file_whose_disk_does_not_answer_has_stalled(rig: MakeRig) -> None:
    source = Unhurried()
    source.may_answer.set()
    made = rig(lambda: source).start(PlaybackOptions(), CaptureRequest("x"))
    made.next()
    source.may_answer.clear()
    source.is_asked.clear()
    made.wait_for(source.is_asked.is_set)
    assert judged(made.loop, 10.0) is Verdict.REPLACE


class TwoShots(ScriptedSource):
    """Live pictures of shot 0 or 1."""

    def __init__(self) -> None:
        super().__init__(None, live=True)
        random = np.random.default_rng(0)
        self._shots = [random.integers(low, low + 90, (48, 64, 3), np.uint8) for low in (0, 150)]
        self.shot = 0
        self.cut_at: int | None = None

    def read(self, timeout_s: float) -> Reading:
        frame = super().read(timeout_s)
        assert isinstance(frame, Frame)
        if self.shot and self.cut_at is None:
            self.cut_at = frame.index
        return dataclasses.replace(frame, rgb=self._shots[self.cut_at is not None])


def test_a_cut_between_two_delivered_frames_is_one_break(rig: MakeRig) -> None:
    source = TwoShots()
    made = rig(lambda: source).start(CaptureRequest("x"))
    before = made.next()
    source.shot = 1
    made.wait_for(lambda: source.cut_at is not None and source.drawn > source.cut_at + 10)
    after = [made.next() for _ in range(3)]
    assert source.cut_at is not None
    assert before.index < source.cut_at < after[0].index  # the frame of the cut was dropped
    assert [frame.shot for frame in (before, *after)] == [0, 1, 1, 1]
    assert {frame.segment for frame in after} == {before.segment}


def test_a_paused_live_source_goes_on_as_a_new_segment(rig: MakeRig) -> None:
    made = rig(lambda: ScriptedSource(None, live=True)).start(CaptureRequest("x"))
    before = made.next().segment
    made.loop.post(Play(False))
    made.wait_for(lambda: not made.loop.status.playing)
    made.frames.take(0.02)
    assert made.frames.take(0.05) is None
    made.loop.post(Play(True))
    assert made.next().segment != before


def test_live_frames_never_pile_up(rig: MakeRig) -> None:
    made = rig(lambda: ScriptedSource(None, live=True)).start(CaptureRequest("x"))
    made.next()
    made.wait_for(lambda: made.frames.dropped > 20)
    first, second = made.next(), made.next()
    assert second.index > first.index


def test_turning_the_picture_breaks_the_segment(rig: MakeRig) -> None:
    made = rig(lambda: ScriptedSource(50)).start(EVERY, CaptureRequest("x"))
    before = made.next()
    made.loop.post(PlaybackOptions(loop=False, every_frame=True, rotate=90))
    made.wait_for(lambda: made.next().rgb.shape != before.rgb.shape)
    after = made.next()
    assert after.rgb.shape == (16, 12, 3)
    assert after.segment != before.segment
