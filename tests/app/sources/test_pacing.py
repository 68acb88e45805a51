"""The pace of a file, on a clock that the test winds."""

from __future__ import annotations

import pytest

from app.sources.pacing import EvenPace, Pacer
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
