"""What a draw costs is told, and the GUI thread hardly ever waits for a GPU."""

from __future__ import annotations

import pytest

from widgets import draw_timer
from widgets.draw_timer import WAITED_FOR_EVERY, DrawTimer


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    monkeypatch.setattr(draw_timer.gl, "glFinish", lambda: calls.append("finish"))
    return calls


def costs(timer: DrawTimer, draws: int) -> list[float | None]:
    found = []
    for _ in range(draws):
        timer.begin()
        found.append(timer.end())
    return found


def test_software_gl_is_waited_for_at_every_draw(waits: list[str]) -> None:
    assert all(cost is not None and cost > 0 for cost in costs(DrawTimer(True), 200))
    assert len(waits) == 200


def test_a_gpu_is_waited_for_at_one_draw_in_many(waits: list[str]) -> None:
    found = costs(DrawTimer(False), 3 * WAITED_FOR_EVERY)
    assert len(waits) == sum(cost is not None for cost in found) == 3
