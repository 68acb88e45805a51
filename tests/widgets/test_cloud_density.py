"""How densely the cloud is drawn while it moves and once it is still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.support.timers import running_timers
from tests.support.waiting import ManualClock
from widgets import cloud_density
from widgets.cloud_density import TURN_S, CloudDensity


class Still:
    """Notes which pictures are drawn; each takes three turns."""

    def __init__(self) -> None:
        self.begun: list[float] = []
        self.budgets: list[float] = []
        self.is_slow = False

    def begin_picture(self, stride: float) -> None:
        self.begun.append(stride)

    def continue_picture(self, budget_s: float) -> bool:
        self.budgets.append(budget_s)
        return not self.is_slow and len(self.budgets) % 3 == 0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def still() -> Still:
    return Still()


@pytest.fixture
def density(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, clock: ManualClock, still: Still
) -> Iterator[CloudDensity]:
    monkeypatch.setattr(cloud_density, "STILL_AFTER_MS", 30)
    made = CloudDensity(still, clock=clock)
    made.choose(1600, 900, 0.5, software=True)
    yield made
    made.stop()


def test_what_is_still_is_drawn_finer_step_by_step_to_every_pixel(
    density: CloudDensity, still: Still, qtbot: QtBot
) -> None:
    seen: list[tuple[float, str]] = []
    density.changed.connect(lambda stride, why: seen.append((stride, why)))
    assert density.stride == 6
    qtbot.waitUntil(lambda: density.stride == 1, timeout=5_000)
    assert seen == [(3, "still"), (1, "still")]
    assert still.begun == [3, 1]
    assert set(still.budgets) == {TURN_S}
    assert running_timers(density) == []


def test_a_move_makes_it_coarse_at_once_and_begins_anew_after_the_next_pause(
    density: CloudDensity, still: Still, qtbot: QtBot
) -> None:
    coarse = density.stride
    qtbot.waitUntil(lambda: density.stride < coarse, timeout=5_000)
    density.stir()
    assert density.stride == density.moving_stride == coarse
    turns = len(still.budgets)
    still.begun.clear()
    qtbot.waitUntil(lambda: density.stride < coarse, timeout=5_000)
    assert still.begun[0] == 3
    assert len(still.budgets) > turns


def test_a_move_ends_a_picture_that_is_being_drawn(
    density: CloudDensity, still: Still, qtbot: QtBot
) -> None:
    still.is_slow = True
    qtbot.waitUntil(lambda: len(still.budgets) > 3, timeout=5_000)
    density.stop()
    turns = len(still.budgets)
    qtbot.wait(20)
    assert len(still.budgets) == turns
    assert density.stride == 6


def test_it_waits_for_a_silence_of_three_frames(density: CloudDensity, clock: ManualClock) -> None:
    for _ in range(2):
        clock.advance(0.3)
        density.frame_arrived()
    (timer,) = running_timers(density)
    assert timer.interval() == 900
    density.stir()
    assert timer.interval() == 900


def test_a_stride_by_hand_is_not_refined(density: CloudDensity) -> None:
    density.set_by_hand(6)
    density.stir()
    assert density.stride == 6
    assert running_timers(density) == []


def test_nothing_changes_after_the_end(density: CloudDensity) -> None:
    stride = density.stride
    density.stir()
    density.stop()
    density.stir()
    assert density.stride == stride
    assert running_timers(density) == []
