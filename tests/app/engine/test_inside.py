"""What lanes are asked to give of their inside: only what is shown, and once for a frame."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from app.analysis.inside.analyst import RECORDED
from app.analysis.inside.request import InsideRequest
from app.analysis.request import AnalysisRequest
from app.core.results import FrameResult
from app.core.slots import LatestSlot
from app.engine.inference import InferenceLoop
from app.engine.pipeline import Pipeline, PipelineConfig
from models import registry
from models.errors import UserError
from models.estimator import EstimatorOptions, FrameMemo, Prediction
from models.frames import DepthMap, Frame, RecordedLane, Unit
from models.inside.probe import Inside, Part, Probe
from models.registry import ModelEntry
from tests.support.fakes import CountingSession, make_frame
from tests.support.waiting import attempts

TOKENS = np.random.default_rng(0).normal(size=(3, 4, 8)).astype(np.float32)


class Open(CountingSession):
    """Gives tokens and disparity without memory, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.probes: list[Probe] = []
        self.shared: list[Probe] = []
        self.inspected: list[tuple[int, Probe]] = []
        self.fails = False

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        self.probes.append(memo.probe)
        self.shared.append(memo.shared_probe)
        plain = super().predict(frame, memo)
        inside = self._inside(memo.probe) if memo.probe else None
        return Prediction(plain.disparity, Unit.RELATIVE, frame.index, frame.size, inside=inside)

    def inspect(self, frame: Frame, probe: Probe) -> Inside:
        self.inspected.append((frame.index, probe))
        if self.fails:
            raise UserError("no")
        return self._inside(probe)

    def _inside(self, probe: Probe) -> Inside:
        known = {Part.TOKENS: (TOKENS,), Part.ALONE: (np.ones((12, 16), np.float32),)}
        arrays = {part: array for part, array in known.items() if part in probe.parts}
        return Inside(arrays, {Part.GATE: "There is no gate."}, probe)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Open]:
    sessions: list[Open] = []

    def entry(name: str, twin: str = "") -> ModelEntry:
        def open_session(options: EstimatorOptions) -> Open:
            sessions.append(Open())
            return sessions[-1]

        return ModelEntry(
            name, name, "A fake.", open_session, lambda: None, temporal=bool(twin),
            network="" if twin or name == "other" else "net", without_memory=twin,
        )  # fmt: skip

    registry.entries()
    fakes = {"net": entry("net", "net-per-frame"), "net-per-frame": entry("net-per-frame")}
    fakes |= {"other": entry("other"), "off": registry.find("off")}
    monkeypatch.setattr(registry, "_ENTRIES", fakes)
    return sessions


def inside(a: str, b: str) -> AnalysisRequest:
    return AnalysisRequest(inside=InsideRequest(a, b))


def config(request: AnalysisRequest, b: str = "net-per-frame") -> PipelineConfig:
    return PipelineConfig("net", b, analysis=request)


def test_without_the_view_nobody_is_asked(made: list[Open]) -> None:
    pipeline = Pipeline()
    pipeline.configure(config(AnalysisRequest(flicker_window=5)))
    result = pipeline.step(make_frame())
    assert not any(probe for session in made for probe in session.probes + session.shared)
    assert not pipeline.wants_to_inspect(result)


def test_each_lane_is_asked_for_its_own_and_both_know_what_is_shared(made: list[Open]) -> None:
    pipeline = Pipeline()
    pipeline.configure(config(inside("tokens", "pyramid")))
    result = pipeline.step(make_frame())
    assert [session.probes[0].parts for session in made] == [{Part.TOKENS}, {Part.PYRAMID}]
    assert all(s.shared[0].parts == {Part.TOKENS, Part.PYRAMID} for s in made)
    assert result.analysis is not None
    assert result.analysis.inside["a"].overlay is not None
    assert "b" in result.analysis.inside_reasons


def test_what_is_saved_is_given_by_every_lane_without_a_view(made: list[Open]) -> None:
    pipeline = Pipeline()
    saved = Probe(frozenset({Part.TOKENS, Part.ALONE}))
    pipeline.configure(PipelineConfig("net", "other", saved=saved))
    result = pipeline.step(make_frame())
    assert all(session.probes == [saved] for session in made)
    assert result.lanes["a"].inside is not None
    assert set(result.lanes["a"].inside.named()) == {"tokens_0", "alone_0"}


def test_slow_parts_wait_for_a_pause_unless_the_other_lane_has_them(made: list[Open]) -> None:
    for other, is_live in (("net-per-frame", True), ("other", False)):
        made.clear()
        pipeline = Pipeline()
        pipeline.configure(config(inside("alone", "tokens"), other))
        result = pipeline.step(make_frame())
        assert (Part.ALONE in made[0].probes[0].parts) is is_live
        assert pipeline.wants_to_inspect(result) is not is_live


def test_looking_once_more_asks_only_the_lanes_that_have_more(made: list[Open]) -> None:
    pipeline = Pipeline()
    pipeline.configure(config(inside("change", "tokens"), "other"))
    first = pipeline.step(make_frame(5))
    result = pipeline.inspect(first)
    assert made[0].inspected == [(5, Probe(frozenset({Part.ALONE})))]
    assert not made[1].inspected
    assert not pipeline.wants_to_inspect(result)
    assert result.analysis is not None
    assert set(result.analysis.inside) == {"a", "b"}
    assert result.lanes["a"].depth is first.lanes["a"].depth


def test_what_a_network_lacks_is_not_asked_for_again(made: list[Open]) -> None:
    pipeline = Pipeline()
    pipeline.configure(config(inside("gate", "tokens"), "other"))
    result = pipeline.step(make_frame())
    assert not pipeline.wants_to_inspect(result)
    assert result.analysis is not None
    assert result.analysis.inside_reasons == {"a": "There is no gate."}


def test_a_network_that_cannot_be_looked_into_keeps_its_result(made: list[Open]) -> None:
    pipeline = Pipeline()
    pipeline.configure(config(inside("change", "tokens"), "other"))
    first = pipeline.step(make_frame())
    made[0].fails = True
    result = pipeline.inspect(first)
    assert result.lanes.keys() == first.lanes.keys()
    assert not pipeline.wants_to_inspect(result)
    assert result.analysis is not None
    assert "failed" in result.analysis.inside_reasons["a"]


def test_a_recording_says_that_it_has_no_inside(made: list[Open]) -> None:
    pipeline = Pipeline()
    pipeline.configure(config(inside("tokens", "tokens")))
    plain = make_frame()
    depth = DepthMap(np.ones((12, 16), np.float32), Unit.RELATIVE, 0)
    recorded = {"a": RecordedLane("net", depth)}
    frame = Frame(plain.rgb, 0, 0, plain.captured_ns, 0.0, recorded=recorded)
    first = pipeline.step(frame)
    for result in (first, pipeline.inspect(first)):
        assert result.analysis is not None
        assert result.analysis.inside_reasons == {"a": RECORDED}


@pytest.fixture
def loop(made: list[Open]) -> Iterator[tuple[InferenceLoop, LatestSlot[Frame], list[FrameResult]]]:
    frames: LatestSlot[Frame] = LatestSlot()
    results: LatestSlot[FrameResult] = LatestSlot()
    seen: list[FrameResult] = []

    def take() -> None:
        while (found := results.take(0.0)) is not None:
            seen.append(found)

    running = InferenceLoop(frames, results, take, Pipeline())
    thread = threading.Thread(target=running.run)
    thread.start()
    yield running, frames, seen
    running.stop()
    thread.join(10)
    assert not thread.is_alive()


def test_a_frame_that_stays_is_looked_into_once(
    made: list[Open], loop: tuple[InferenceLoop, LatestSlot[Frame], list[FrameResult]]
) -> None:
    running, frames, seen = loop
    running.configure(config(inside("alone", "similarity"), "other"))
    assert frames.put_when_free(make_frame(3), 30)
    for _ in attempts():
        if seen and seen[-1].analysis and seen[-1].analysis.inside.keys() == {"a", "b"}:
            break
    running.ask_at((0.9, 0.9))
    for _ in attempts():
        analysis = seen[-1].analysis
        if analysis is not None and analysis.inside_point == (0.9, 0.9):
            break
    assert made[0].inspected == [(3, Probe(frozenset({Part.ALONE})))]
    assert len(made[0].probes) == 1
