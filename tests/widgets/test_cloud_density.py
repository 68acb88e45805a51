"""How densely the cloud is drawn while it moves and once it is still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.support.timers import running_timers
from tests.support.waiting import ManualClock
from widgets import cloud_density
from widgets.cloud_density import STILL_BUDGET_MS, CloudDensity


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def density(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, clock: ManualClock
) -> Iterator[CloudDensity]:
    monkeypatch.setattr(cloud_density, "STILL_AFTER_MS", 30)
    monkeypatch.setattr(cloud_density, "STEP_MS", 5)
    made = CloudDensity(clock=clock)
    made.choose(1280, 720, software=True)
    yield made
    made.stop()


def steps(density: CloudDensity) -> list[tuple[int, str]]:
    seen: list[tuple[int, str]] = []
    density.changed.connect(lambda stride, why: seen.append((stride, why)))
    return seen


def test_what_is_still_is_drawn_finer_step_by_step_to_every_pixel(
    density: CloudDensity, qtbot: QtBot
) -> None:
    seen = steps(density)
    density.stir()
    density.observe(8.0)
    qtbot.waitUntil(lambda: density.stride == 1, timeout=5_000)
    assert [stride for stride, _ in seen] == [3, 2, 1]
    assert {why for _, why in seen} == {"still"}


def test_a_move_makes_it_coarse_at_once(density: CloudDensity, qtbot: QtBot) -> None:
    density.stir()
    coarse = density.stride
    density.observe(8.0)
    qtbot.waitUntil(lambda: density.stride < coarse, timeout=5_000)
    density.stir()
    assert density.stride == coarse


def test_it_waits_for_a_silence_of_three_frames(density: CloudDensity, clock: ManualClock) -> None:
    for _ in range(2):
        clock.advance(0.3)
        density.frame_arrived()
    (timer,) = running_timers(density)
    assert timer.interval() == 900
    density.stir()
    assert timer.interval() == 900


def test_a_draw_that_would_take_too_long_is_not_begun(density: CloudDensity, qtbot: QtBot) -> None:
    density.stir()
    finer = density.stride - 1
    density.observe(1.01 * STILL_BUDGET_MS * (finer / density.stride) ** 2)
    density.stir()
    qtbot.waitUntil(lambda: running_timers(density) == [], timeout=5_000)
    assert density.stride == finer + 1


def test_fine_draws_of_a_still_do_not_make_the_moving_cloud_coarser(
    density: CloudDensity, qtbot: QtBot
) -> None:
    density.stir()
    coarse = density.stride
    density.observe(8.0)
    qtbot.waitUntil(lambda: density.stride < coarse, timeout=5_000)
    for _ in range(20):
        density.observe(200.0)
    density.stir()
    assert density.stride == coarse


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
