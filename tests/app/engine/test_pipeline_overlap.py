"""Lanes whose device works by itself are all handed over before the first is waited for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from app.engine.pipeline import Pipeline, PipelineConfig
from models import registry
from models.errors import UserError
from models.estimator import EstimatorOptions, FrameMemo, Pending, Prediction
from models.frames import Frame
from models.registry import ModelEntry
from tests.support.fakes import CountingSession, make_frame


class _Later:
    def __init__(self, answer: Callable[[], Prediction]) -> None:
        self.result = answer

    def is_ready(self) -> bool:
        return True


class _OnDevice(CountingSession):
    """Computes when it is collected."""

    frames_in_flight = 2

    def __init__(self, name: str, heard: list[str], refuses: bool = False) -> None:
        super().__init__(frozenset({0}) if refuses else frozenset())
        self._name, self._heard, self._refuses = name, heard, refuses

    def submit(self, frame: Frame, memo: FrameMemo) -> Pending:
        self._heard.append(f"submit {self._name}")
        if self._refuses:
            raise UserError("refused")
        return _Later(partial(self._answer, frame, memo))

    def _answer(self, frame: Frame, memo: FrameMemo) -> Prediction:
        self._heard.append(f"result {self._name}")
        return self.predict(frame, memo)


class _OnHost(CountingSession):
    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self._heard = heard

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        self._heard.append("predict on the host")
        return super().predict(frame, memo)


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch, heard: list[str]) -> Pipeline:
    registry.entries()
    fakes = {"off": registry.find("off")}
    for name in ("x", "y", "refusing"):

        def opened(_: EstimatorOptions, name: str = name) -> _OnDevice:
            return _OnDevice(name, heard, name == "refusing")

        fakes[name] = ModelEntry(name, name, "A fake.", opened, lambda: None)
    fakes["host"] = ModelEntry("host", "host", "", lambda _: _OnHost(heard), lambda: None)
    monkeypatch.setattr(registry, "_ENTRIES", fakes)
    return Pipeline()


@pytest.fixture
def heard() -> list[str]:
    return []


def test_both_lanes_are_handed_over_before_either_is_waited_for(
    pipeline: Pipeline, heard: list[str]
) -> None:
    pipeline.configure(PipelineConfig("x", "y"))
    result = pipeline.step(make_frame())
    assert heard == ["submit x", "submit y", "result x", "result y"]
    assert set(result.lanes) == {"a", "b"}


def test_a_lane_that_cannot_be_handed_over_fails_alone(
    pipeline: Pipeline, heard: list[str]
) -> None:
    pipeline.configure(PipelineConfig("refusing", "y"))
    result = pipeline.step(make_frame())
    assert set(result.lanes) == {"b"}
    assert result.failures["a"] == "refused"
    assert pipeline.step(make_frame(1)).lanes["b"].fresh is False


def test_the_host_computes_its_lane_while_the_device_works_whichever_lane_it_is(
    pipeline: Pipeline, heard: list[str]
) -> None:
    pipeline.configure(PipelineConfig("host", "x"))
    assert pipeline.frames_in_flight == 1  # the host would only be asked a frame too early
    result = pipeline.step(make_frame())
    assert heard == ["submit x", "predict on the host", "result x"]
    assert list(result.lanes) == ["a", "b"]


def test_two_frames_are_in_flight_where_every_lane_is_on_a_device(pipeline: Pipeline) -> None:
    pipeline.configure(PipelineConfig("x", "y"))
    assert pipeline.frames_in_flight == 2
    pipeline.configure(PipelineConfig("x", "off"))
    assert pipeline.frames_in_flight == 2
    pipeline.configure(PipelineConfig("off", "off"))
    assert pipeline.frames_in_flight == 1
