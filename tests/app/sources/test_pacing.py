"""The pace of a file, on a clock that the test winds."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.source import SourceInfo
from app.sources.pacing import DemandPace, EvenPace, Pacer
from models.frames import Frame
from tests.support.waiting import ManualClock


def test_the_first_frame_is_due_at_once() -> None:
    assert Pacer(clock=ManualClock()).wait_s(17.0) == 0.0


def test_frames_are_due_at_their_time_stamps() -> None:
    clock = ManualClock()
    pacer = Pacer(clock=clock)
    pacer.wait_s(0.0)
    assert pacer.wait_s(0.04) == pytest.approx(0.04)
    clock.advance(0.04)
    assert pacer.wait_s(0.34) == pytest.approx(0.30)


def test_a_small_delay_is_made_up_for() -> None:
    clock = ManualClock()
    pacer = Pacer(clock=clock)
    pacer.wait_s(0.0)
    clock.advance(0.1)
    assert pacer.wait_s(0.04) == 0.0
    assert pacer.wait_s(0.08) == 0.0
    assert pacer.wait_s(0.12) == pytest.approx(0.02)


def test_a_reader_too_slow_is_not_hurried_afterwards() -> None:
    clock = ManualClock()
    pacer = Pacer(clock=clock)
    pacer.wait_s(0.0)
    clock.advance(5.0)
    assert pacer.wait_s(0.04) == 0.0
    assert pacer.wait_s(0.08) == pytest.approx(0.04)


def test_a_jump_in_the_time_stamps_does_not_freeze_the_picture() -> None:
    clock = ManualClock()
    pacer = Pacer(clock=clock)
    pacer.wait_s(0.0)
    assert pacer.wait_s(3600.0) == 0.0
    assert pacer.wait_s(3600.04) == pytest.approx(0.04)


def test_a_restart_makes_the_next_frame_due_at_once() -> None:
    clock = ManualClock()
    pacer = Pacer(clock=clock)
    pacer.wait_s(0.0)
    pacer.restart()
    assert pacer.wait_s(1.0) == 0.0


def test_speed_stretches_time() -> None:
    pacer = Pacer(speed=0.5, clock=ManualClock())
    pacer.wait_s(0.0)
    assert pacer.wait_s(0.04) == pytest.approx(0.08)


def test_without_a_pace_nothing_waits() -> None:
    pacer = Pacer(speed=None, clock=ManualClock())
    assert [pacer.wait_s(t) for t in (0.0, 5.0, 1.0)] == [0.0, 0.0, 0.0]


def test_a_speed_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than zero"):
        Pacer(speed=0.0)


def test_an_even_pace_makes_up_for_one_turn_and_never_hurries() -> None:
    clock = ManualClock(0.0)
    pace = EvenPace(10.0, clock, clock.advance)
    turns_s = []
    for busy_s in (0.0, 0.02, 0.0, 0.55, 0.0, 0.0, 0.0):
        clock.advance(busy_s)
        pace.wait()
        turns_s.append(clock())
    assert turns_s == pytest.approx([0.0, 0.1, 0.2, 0.75, 0.75, 0.85, 0.95])


def _never_waits(timeout_s: float) -> None:
    """The last frame was taken long ago."""


class Painter:
    """A source on demand that takes `seconds` of a clock for every frame."""

    def __init__(self, clock: ManualClock, seconds: float) -> None:
        self.info = SourceInfo("painter", "Painter", False, (1, 1))
        self._clock = clock
        self._seconds = seconds
        self._next = 0

    def skip_to(self, time_s: float) -> None:
        self._next = max(self._next, int(time_s * 25))

    def read(self, timeout_s: float) -> Frame:
        self._clock.advance(self._seconds)
        index, self._next = self._next, self._next + 1
        return Frame(np.zeros((1, 1, 3), np.uint8), index, 0, 0, index / 25)

    def seek(self, index: int) -> None:
        self._next = index

    def close(self) -> None:
        """Do nothing: no resource is held."""


@pytest.mark.parametrize("seconds", [0.01, 0.1, 0.4])
def test_a_frame_on_demand_is_made_for_the_moment_at_which_it_is_ready(seconds: float) -> None:
    clock = ManualClock()
    pacer, pace = Pacer(clock=clock), DemandPace(clock)
    painter = Painter(clock, seconds)
    late_s: list[float] = []
    begun_s: float | None = None
    for _ in range(12):
        frame = pace.read(painter, pacer, _never_waits, 1.0)
        assert isinstance(frame, Frame)
        clock.advance(pacer.wait_s(frame.time_s))
        begun_s = clock() - frame.time_s if begun_s is None else begun_s
        late_s.append(clock() - frame.time_s - begun_s)
    assert max(late_s[2:]) < 0.041  # a frame and rounding


def test_the_next_frame_on_demand_is_put_off_while_the_last_waits() -> None:
    clock = ManualClock()
    waited_s: list[float] = []
    pace, pacer = DemandPace(clock), Pacer(clock=clock)
    painter = Painter(clock, 0.3)
    for _ in range(2):
        pace.read(painter, pacer, waited_s.append, 1.0)
    assert waited_s == pytest.approx([0.0, 0.3])
