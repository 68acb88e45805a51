"""Replaying through the pipeline: what was recorded is shown, and no network is asked."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

import numpy as np
import pytest

from app.core.results import FrameResult
from app.engine.orientation import oriented
from app.engine.pipeline import Pipeline, PipelineConfig
from app.sources.recording import RecordingSource
from models import registry
from models.frames import DepthMap, Frame, RecordedLane, Unit
from tests.support.fakes import CountingSession, ScriptedSource, fake_entry, make_frame
from tests.support.recordings import make_recording


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[CountingSession]:
    """The sessions that were opened; a registry of two fakes for the time of a test."""
    registry.entries()
    sessions: list[CountingSession] = []
    fakes = {name: fake_entry(name, sessions) for name in ("net", "other")}
    fakes["off"] = registry.find("off")
    monkeypatch.setattr(registry, "_ENTRIES", fakes)
    return sessions


def _recorded(value: float = 0.5) -> Frame:
    depth = DepthMap(np.full((12, 16), value, np.float32), Unit.RELATIVE, 0)
    return dataclasses.replace(make_frame(), recorded={"a": RecordedLane("gone-model", depth)})


def test_a_recorded_lane_is_shown_under_its_own_name_and_nothing_is_computed(
    made: list[CountingSession],
) -> None:
    pipeline = Pipeline()
    pipeline.configure(PipelineConfig("net", "other"))
    result = pipeline.step(_recorded())
    assert set(result.lanes) == {"a"}  # lane B was off when this was recorded
    assert result.lanes["a"].model == "gone-model"
    assert result.lanes["a"].compute_ms == 0
    assert result.lanes["a"].depth.disparity.max() == 0.5
    assert not result.failures
    assert [session.steps for session in made] == [0, 0]
    pipeline.close()


def test_a_recorded_lane_is_shown_where_the_model_cannot_be_opened_or_is_off(
    made: list[CountingSession],
) -> None:
    pipeline = Pipeline()
    pipeline.configure(PipelineConfig("off", "off"))
    assert set(pipeline.step(_recorded()).lanes) == {"a"}
    pipeline.close()


def test_configuring_anew_shows_the_recorded_lane_again(made: list[CountingSession]) -> None:
    pipeline = Pipeline()
    pipeline.configure(PipelineConfig("net", "other"))
    result = pipeline.step(_recorded())
    pipeline.configure(PipelineConfig("other", "net"))
    assert pipeline.refresh(result).lanes["a"].model == "gone-model"
    assert [session.steps for session in made] == [0] * len(made)
    pipeline.close()


def test_after_a_recording_the_networks_work_again(made: list[CountingSession]) -> None:
    pipeline = Pipeline()
    pipeline.configure(PipelineConfig("net", "other"))
    pipeline.step(_recorded())
    result = pipeline.step(make_frame(1, segment=1))
    assert set(result.lanes) == {"a", "b"}
    assert [session.steps for session in made] == [1, 1]
    pipeline.close()


def test_turning_the_picture_turns_the_recorded_lanes() -> None:
    frame = _recorded()
    assert frame.recorded is not None
    ramp = np.arange(192, dtype=np.float32).reshape(12, 16)
    lane = RecordedLane("net", DepthMap(ramp, Unit.RELATIVE, 0))
    turned = oriented(dataclasses.replace(frame, recorded={"a": lane}), mirror=True, rotate=90)
    assert turned.recorded is not None
    expected = np.rot90(ramp, -1)[:, ::-1]
    assert np.array_equal(turned.recorded["a"].depth.disparity, expected)


def test_a_recording_replays_what_the_pipeline_predicted(
    tmp_path: Path, made: list[CountingSession]
) -> None:
    pipeline = Pipeline()
    pipeline.configure(PipelineConfig("net", "other"))
    source = ScriptedSource(12)
    live: list[FrameResult] = []
    while isinstance(frame := source.read(1), Frame):
        live.append(pipeline.step(frame))
    make_recording(tmp_path, live)
    steps = [session.steps for session in made]
    with contextlib.closing(RecordingSource(tmp_path)) as recording:
        replayed = []
        while isinstance(frame := recording.read(1), Frame):
            replayed.append(pipeline.step(frame))
    assert len(replayed) == len(live) == 12
    for was, now in zip(live, replayed, strict=True):
        assert set(now.lanes) == set(was.lanes) == {"a", "b"}
        for name, lane in was.lanes.items():
            true, back = lane.depth.disparity, now.lanes[name].depth.disparity
            assert now.lanes[name].model == lane.model
            assert np.abs(back - true).max() <= (true.max() - true.min()) / 65_535
    assert [session.steps for session in made] == steps
    pipeline.close()
