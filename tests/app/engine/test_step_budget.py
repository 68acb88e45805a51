"""How long each step of the inference stage may take before it counts as stalled."""

from __future__ import annotations

import pytest

from app.engine.step_budget import WARM_UP_S, StepBudget
from app.engine.supervision import STALL_S


class _Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


def _warm(budget: StepBudget, size: tuple[int, int], *took_s: float) -> None:
    for seconds in took_s:
        budget.begin_frame(size)
        budget.predicted(seconds)
        budget.postprocessed(size, seconds)


def test_a_slow_model_gets_three_times_its_slowest_frame_and_the_silence_is_part_of_it() -> None:
    budget = StepBudget()
    _warm(budget, (320, 240), 0.2, 2.0, 0.1)
    assert budget.predict_s + STALL_S == pytest.approx(6.0)
    assert budget.postprocess_s + STALL_S == pytest.approx(6.0)


def test_a_quick_model_gets_no_more_than_any_stage() -> None:
    budget = StepBudget()
    _warm(budget, (320, 240), 0.1, 0.2)
    assert budget.predict_s == 0.0


def test_the_first_frame_of_another_size_may_take_what_its_pixels_may_cost() -> None:
    budget = StepBudget()
    assert budget.predict_s == WARM_UP_S  # nothing is known yet
    _warm(budget, (320, 240), 0.05)
    budget.begin_frame((320, 180))
    assert budget.predict_s == pytest.approx(5.15)
    budget.predicted(0.05)
    budget.begin_frame((640, 360))
    assert budget.predict_s == pytest.approx(5.0 + 0.15 * 16)


def test_the_first_frame_of_a_size_is_told_from_those_after_it(clock: _Clock) -> None:
    budget = StepBudget(clock)
    assert budget.warming_since_s is None
    budget.begin_frame((320, 240))
    clock.now_s += 3.0
    assert budget.warming_since_s == 100.0
    budget.predicted(3.0)
    assert budget.warming_since_s is None
    budget.begin_frame((320, 240))
    assert budget.warming_since_s is None
    budget.lanes_changed()
    budget.begin_frame((320, 240))
    assert budget.warming_since_s == 103.0 and budget.predict_s == WARM_UP_S


def test_a_device_warms_up_over_several_frames_of_every_size() -> None:
    budget = StepBudget()
    for size in ((320, 240), (640, 480)):
        for _ in range(3):
            budget.begin_frame(size, warm_up_frames=3)
            assert budget.warming_since_s is not None and budget.predict_s == WARM_UP_S
            budget.predicted(0.1)
        budget.begin_frame(size, warm_up_frames=3)
        assert budget.warming_since_s is None and budget.predict_s == 0.0


def test_frames_of_the_size_before_say_nothing_about_postprocessing() -> None:
    budget = StepBudget()
    _warm(budget, (320, 240), 0.1)
    budget.begin_frame((640, 480))
    budget.predicted(0.1)
    budget.postprocessed((320, 240), 30.0)
    assert budget.postprocess_s == pytest.approx(5.0 + 0.3 * 16)  # still that of a first frame


def test_what_is_left_for_postprocessing_runs_out(clock: _Clock) -> None:
    budget = StepBudget(clock)
    _warm(budget, (320, 240), 1.0)
    assert budget.postprocess_left_s == float("inf")  # nothing is being postprocessed
    budget.begin_postprocess()
    clock.now_s += 1.0
    assert budget.postprocess_left_s == pytest.approx(0.5)
    clock.now_s += 1.0
    assert budget.postprocess_left_s == 0.0
