"""The pace of the engine: frames over the time they took, not over the time measured."""

from __future__ import annotations

import pytest

from app.benchmark.headless import WARM_UP, engine_pace, rate
from app.engine.pipeline import PipelineConfig
from models import registry
from tests.support.fakes import CountingSession, fake_entry, make_frame


def test_a_rate_does_not_depend_on_when_the_measurement_began_and_ended() -> None:
    assert rate([10.0, 10.1, 10.2, 10.3]) == pytest.approx(10.0)
    assert rate([10.04, 10.14, 10.24]) == pytest.approx(10.0)


@pytest.mark.parametrize("times_s", [[], [3.0]])
def test_what_happened_once_has_no_rate(times_s: list[float]) -> None:
    assert rate(times_s) == 0.0


def test_a_round_shorter_than_a_frame_still_measures_one(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[CountingSession] = []
    entries = {"fake": fake_entry("fake", made), "off": fake_entry("off", [])}
    monkeypatch.setattr(registry, "find", entries.__getitem__)
    frames = [make_frame(index) for index in range(3)]
    pace = engine_pace(frames, PipelineConfig("fake", "off"), 0.0)
    assert pace.fps > 0
    assert made[0].steps > WARM_UP
    assert set(pace.stages_ms) >= {"wait", "net", "display"}
