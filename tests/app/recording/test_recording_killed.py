"""kill -9 at any moment: all but the last second opens and replays."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.support.killing import record_and_kill


@pytest.mark.parametrize("turn", range(3))
def test_all_but_the_last_second_survives_a_kill(tmp_path: Path, turn: int) -> None:
    after_s = random.Random(turn).uniform(0.8, 2.0)
    left = record_and_kill(tmp_path / "r", after_s)
    assert left.lost_s <= 1.0, left
    assert left.problems == ()
    assert left.replayed > 0


def test_all_but_the_last_second_survives_where_frames_are_rare(tmp_path: Path) -> None:
    left = record_and_kill(tmp_path / "r", 2.2, 1.5)
    assert left.lost_s <= 1.0, left
    assert left.replayed >= 2
