"""What panes of views say while there is nothing to show of a lane."""

from __future__ import annotations

from app.views.spec import why_nothing
from tests.support.recordings import make_result


def test_a_running_lane_without_a_measurement_is_not_called_off() -> None:
    result = make_result(0, lanes=("a",))
    assert why_nothing("a", result) == "Waiting for the next frame"
    assert why_nothing("b", result) == "This lane is off"
