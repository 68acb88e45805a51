"""The pipeline: lanes, resets, the shared range, and failures that stay in their lane."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from app.analysis.request import AnalysisRequest
from app.core.results import Analysis, Breaks
from app.engine.pipeline import Pipeline, PipelineConfig
from models import registry
from models.errors import CheckpointError
from models.estimator import EstimatorOptions, FrameMemo, Prediction
from models.frames import Frame
from models.registry import ModelEntry
from renderers.display_range import RangeSettings
from tests.support.fakes import CountingSession, fake_entry, make_frame


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[CountingSession]:
    """The sessions that were opened; a registry of fakes for the time of a test."""
    registry.entries()
    sessions: list[CountingSession] = []
    fakes = {
        "net": fake_entry("net", sessions, temporal=True, twin="net-per-frame"),
        "net-per-frame": fake_entry("net-per-frame", sessions, network="net"),
        "other": fake_entry("other", sessions),
    }
    fakes["off"] = registry.find("off")
    monkeypatch.setattr(registry, "_ENTRIES", fakes)
    return sessions


def _pipeline(**changes: object) -> Pipeline:
    pipeline = Pipeline()
    config = PipelineConfig("net", "net-per-frame")
    pipeline.configure(dataclasses.replace(config, **changes))  # type: ignore[arg-type]
    return pipeline


def test_memory_runs_on_within_a_segment_and_starts_anew_in_the_next(
    made: list[CountingSession],
) -> None:
    pipeline = _pipeline()
    results = [pipeline.step(make_frame(i, segment)) for i, segment in enumerate((0, 0, 0, 1, 1))]
    assert [r.lanes["a"].fresh for r in results] == [True, False, False, True, False]
    assert made[0].memory == 2


def test_a_cut_resets_and_is_reported(made: list[CountingSession]) -> None:
    pipeline = _pipeline()
    results = [
        pipeline.step(dataclasses.replace(make_frame(i), shot=shot))
        for i, shot in enumerate([0] * 12 + [1] * 3)
    ]
    assert [i for i, r in enumerate(results) if r.cut] == [12]
    assert results[12].lanes["a"].fresh


def test_breaks_are_counted_so_that_a_missed_result_takes_none_along(
    made: list[CountingSession],
) -> None:
    pipeline = _pipeline()

    def step(index: int, shot: int = 0) -> Breaks:
        return pipeline.step(dataclasses.replace(make_frame(index), shot=shot)).breaks

    first = step(0)
    assert step(1) == first
    pipeline.reset()  # R
    step(2)  # nobody looks at this one
    after = step(3)
    assert after == Breaks(first.cuts, first.resets + 1)
    config = PipelineConfig("net", "net-per-frame", memory=False)
    pipeline.configure(config)  # M opens another lane
    assert step(4) == Breaks(first.cuts, first.resets + 2)
    for index in range(5, 16):
        step(index)
    assert step(16, shot=1) == Breaks(first.cuts + 1, first.resets + 2)
    assert pipeline.make_replacement().step(make_frame(17)).breaks.cuts == first.cuts + 1


def test_lanes_of_one_network_share_the_range(made: list[CountingSession]) -> None:
    pipeline = _pipeline()
    pipeline.step(make_frame(0))
    pipeline.reset()
    result = pipeline.step(make_frame(1))
    assert result.lanes["a"].display_range == result.lanes["b"].display_range


def test_lanes_of_different_networks_keep_their_own_range(made: list[CountingSession]) -> None:
    pipeline = _pipeline(model_b="other")
    for index in range(3):
        made[1].memory = 50 * (index + 1)
        result = pipeline.step(make_frame(index))
    assert result.lanes["a"].display_range[1] < result.lanes["b"].display_range[0]


def test_a_lane_that_is_off_is_absent(made: list[CountingSession]) -> None:
    result = _pipeline(model_b="off").step(make_frame())
    assert set(result.lanes) == {"a"}
    assert result.failures == {}


def test_a_lane_without_weights_says_why_and_the_other_goes_on(
    made: list[CountingSession],
) -> None:
    def refuse(options: EstimatorOptions) -> CountingSession:
        raise CheckpointError("other is not installed; pull it.")

    registry._ENTRIES["other"] = ModelEntry("other", "o", "", refuse, lambda: "no")
    result = _pipeline(model_b="other").step(make_frame())
    assert set(result.lanes) == {"a"}
    assert result.failures == {"b": "other is not installed; pull it."}


def test_a_frame_that_fails_costs_only_that_frame(made: list[CountingSession]) -> None:
    pipeline = _pipeline()
    made[0].fail_on = frozenset({1})
    results = [pipeline.step(make_frame(i)) for i in range(4)]
    assert [("a" in r.lanes, "b" in r.lanes) for r in results] == [
        (True, True), (False, True), (True, True), (True, True),
    ]  # fmt: skip
    assert results[2].lanes["a"].fresh


def test_an_unforeseen_error_is_a_sentence_too(
    made: list[CountingSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise RuntimeError("CUDA error: out of memory")

    pipeline = _pipeline()
    monkeypatch.setattr(made[0], "predict", explode)
    result = pipeline.step(make_frame())
    assert "ran out of memory" in result.failures["a"]
    assert "b" in result.lanes


def test_turning_memory_off_uses_the_twin_and_keeps_the_other_lane(
    made: list[CountingSession],
) -> None:
    pipeline = _pipeline()
    first = pipeline.step(make_frame(0))
    pipeline.configure(PipelineConfig("net", "net-per-frame", memory=False))
    again = pipeline.refresh(first)
    assert again.lanes["a"].model == "net-per-frame"
    assert again.lanes["b"].depth is first.lanes["b"].depth
    assert made[0].closed
    assert made[1].steps == 1


def test_every_session_is_closed_at_the_end(made: list[CountingSession]) -> None:
    pipeline = _pipeline()
    pipeline.step(make_frame())
    pipeline.close()
    assert [session.closed for session in made] == [True, True]


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("net", "net-per-frame"),
        ("net+ema", "net-per-frame+ema"),
        ("net-per-frame", "net-per-frame"),
        ("other", "other"),
    ],
)
def test_the_twin_without_memory(made: list[CountingSession], name: str, twin: str) -> None:
    assert registry.without_memory(name) == twin
    assert registry.family(name) == registry.family(twin)


def test_a_lane_that_could_not_open_is_tried_again_only_when_asked(
    made: list[CountingSession],
) -> None:
    tries: list[int] = []

    def refuse(options: EstimatorOptions) -> CountingSession:
        tries.append(1)
        raise CheckpointError("not installed")

    registry._ENTRIES["other"] = ModelEntry("other", "o", "", refuse, lambda: "no")
    pipeline = _pipeline(model_b="other")
    config = PipelineConfig("net", "other")
    pipeline.configure(dataclasses.replace(config, display_range=RangeSettings(fixed=(0.0, 9.0))))
    assert len(tries) == 1
    assert not pipeline.will_open(config)
    pipeline.configure(dataclasses.replace(config, attempt=1))
    assert len(tries) == 2


def test_a_lane_that_cannot_be_shown_costs_neither_the_other_nor_the_frame(
    made: list[CountingSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = _pipeline()
    pipeline.step(make_frame(0))
    predict = made[1].predict

    def odd(frame: Frame, memo: FrameMemo) -> Prediction:
        depth = predict(frame, memo)
        return dataclasses.replace(depth, disparity=np.full((2, 3, 4, 5), 1.0, np.float32))

    monkeypatch.setattr(made[1], "predict", odd)
    result = pipeline.step(make_frame(1))
    assert list(result.lanes) == ["a"]
    assert result.failures == {
        "b": "The output of net-per-frame cannot be shown; see the log for details."
    }


def test_the_memory_switch_marks_the_slice_and_another_network_begins_it_anew(
    made: list[CountingSession],
) -> None:
    pipeline, commands = Pipeline(), AnalysisRequest(scan_line=0.5)
    config = PipelineConfig("net", "other", analysis=commands)

    def lines(index: int, **changes: object) -> Analysis:
        pipeline.configure(dataclasses.replace(config, **changes))  # type: ignore[arg-type]
        found = pipeline.step(make_frame(index)).analysis
        assert found is not None
        return found

    for index in range(3):
        lines(index)
    found = lines(3, memory=False)
    assert found.slice_frames == {"a": 4, "b": 4}
    assert found.slice_breaks == {"a": ((0, "reset"),), "b": ()}
    assert lines(4, model_a="other").slice_frames == {"a": 1, "b": 5}
