"""The input size by the frame budget: steps when it must, holds still when it may."""

from __future__ import annotations

import pytest

from app.engine.input_budget import SIZES, Budget


class _Machine:
    """Takes `ms_at_518` for a frame of that size and as much less as the area shrinks."""

    def __init__(self, ms_at_518: float, frame_ms: float = 50.0, size: int = 518) -> None:
        self.ms_at_518 = ms_at_518
        self.size = size
        self.budget = Budget(frame_ms)
        self.now_s = 100.0
        self.steps: list[tuple[float, int]] = []

    def run(self, seconds: float) -> None:
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            took_ms = self.ms_at_518 * (self.size / 518) ** 2
            self.now_s += took_ms / 1000
            self.budget.add(self.now_s, took_ms)
            size = self.budget.choose(self.now_s, self.size, SIZES[0], SIZES[-1])
            if size != self.size:
                self.steps.append((self.now_s, size))
                self.size = size


def test_a_missed_budget_steps_down_once_to_what_fits() -> None:
    machine = _Machine(ms_at_518=120)
    machine.run(60)
    assert len(machine.steps) == 1
    assert machine.ms_at_518 * (machine.size / 518) ** 2 <= 50


def test_room_steps_up_later_than_a_miss_steps_down() -> None:
    slow, fast = _Machine(ms_at_518=120), _Machine(ms_at_518=20)
    slow.run(60)
    fast.run(60)
    assert fast.steps[0][1] > 518
    assert fast.steps[0][0] > slow.steps[0][0] + 3


@pytest.mark.parametrize("ms_at_518", [46, 50, 55])
def test_near_the_budget_nothing_moves(ms_at_518: float) -> None:
    machine = _Machine(ms_at_518)
    machine.run(120)
    assert machine.steps == []


def test_a_load_that_comes_and_goes_makes_it_ever_more_patient() -> None:
    machine = _Machine(ms_at_518=200, frame_ms=500.0, size=392)
    for _ in range(40):  # twenty minutes
        machine.ms_at_518 = 200
        machine.run(15)
        machine.ms_at_518 = 200 * (518 / machine.size) ** 2 * 4  # whatever it takes, too slow
        machine.run(15)
    ups = sum(b > a for (_, a), (_, b) in zip(machine.steps, machine.steps[1:], strict=False))
    assert ups < 25


def test_nothing_is_judged_while_a_new_size_settles() -> None:
    machine = _Machine(ms_at_518=120)
    machine.budget.stepped(machine.now_s)
    machine.run(3.5)
    assert machine.steps == []


def test_the_smallest_size_is_kept_however_slow_it_is() -> None:
    machine = _Machine(ms_at_518=9000, size=SIZES[0])
    machine.run(60)
    assert machine.steps == []
