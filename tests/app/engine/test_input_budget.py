"""The quality by the frame budget: steps when it must, holds still when it may."""

from __future__ import annotations

import pytest

from app.engine.input_budget import QUALITIES, Budget


class _Machine:
    """Takes `full_ms` for a frame at full quality and as much less as the area shrinks."""

    def __init__(self, full_ms: float, frame_ms: float = 50.0, quality: float = 1.0) -> None:
        self.full_ms = full_ms
        self.quality = quality
        self.budget = Budget(frame_ms)
        self.now_s = 100.0
        self.steps: list[tuple[float, float]] = []

    def run(self, seconds: float) -> None:
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            took_ms = self.full_ms * self.quality**2
            self.now_s += took_ms / 1000
            self.budget.add(self.now_s, took_ms)
            quality = self.budget.choose(self.now_s, self.quality)
            if quality != self.quality:
                self.steps.append((self.now_s, quality))
                self.quality = quality


def test_a_missed_budget_steps_down_once_to_what_fits() -> None:
    machine = _Machine(full_ms=80)
    machine.run(60)
    assert len(machine.steps) == 1
    assert machine.full_ms * machine.quality**2 <= 50


def test_room_steps_up_later_than_a_miss_steps_down() -> None:
    slow, fast = _Machine(full_ms=80), _Machine(full_ms=20, quality=QUALITIES[0])
    slow.run(60)
    fast.run(60)
    assert fast.quality == 1
    assert fast.steps[0][0] > slow.steps[0][0] + 3


@pytest.mark.parametrize("full_ms", [46, 50, 55])
def test_near_the_budget_nothing_moves(full_ms: float) -> None:
    machine = _Machine(full_ms)
    machine.run(120)
    assert machine.steps == []


def test_a_load_that_comes_and_goes_makes_it_ever_more_patient() -> None:
    machine = _Machine(full_ms=200, frame_ms=500.0, quality=QUALITIES[1])
    for _ in range(40):  # twenty minutes
        machine.full_ms = 200
        machine.run(15)
        machine.full_ms = 800 / machine.quality**2  # whatever it takes, too slow
        machine.run(15)
    ups = sum(b > a for (_, a), (_, b) in zip(machine.steps, machine.steps[1:], strict=False))
    assert ups < 25


def test_nothing_is_judged_while_a_new_quality_settles() -> None:
    machine = _Machine(full_ms=80)
    machine.budget.stepped(machine.now_s)
    machine.run(3.5)
    assert machine.steps == []


def test_quality_has_a_floor_of_two_thirds_however_slow_frames_are() -> None:
    machine = _Machine(full_ms=9000)
    machine.run(120)
    assert machine.steps[-1][1] == machine.quality == pytest.approx(2 / 3)
