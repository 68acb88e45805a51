"""What panes of views say while there is nothing to show of a lane."""

from __future__ import annotations

import numpy as np

from app.settings.settings import Settings
from app.views.spec import why_nothing
from app.views.table import find
from tests.support.recordings import make_result
from widgets.pane_content import Nothing

TABLE = np.zeros((256, 3), np.uint8)
WAITS = Nothing("Waiting for the next frame")


def test_a_running_lane_without_a_measurement_is_not_called_off() -> None:
    result = make_result(0, lanes=("a",))
    assert why_nothing("a", result) == WAITS.reason
    assert why_nothing("b", result) == "This lane is off"


def test_a_picture_made_of_lanes_that_run_is_waited_for() -> None:
    result = make_result(0, lanes=("a", "b"))
    for key in ("stereo", "difference"):
        assert list(find(key).fill(result, Settings(view=key), TABLE).values()) == [WAITS]
    alone = make_result(0, lanes=("a",))
    (content,) = find("difference").fill(alone, Settings(view="difference"), TABLE).values()
    assert content == Nothing("The difference needs both lanes; turn the other one on")
