"""What the window painted last comes ready to be painted, and nothing else does."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.results import Breaks, FrameResult, LaneResult
from app.engine.in_flight import InFlightFrame
from app.engine.lanes import LanePrediction
from app.engine.pipeline import Pipeline
from app.engine.postprocess import Postprocessor, PredictedFrame
from app.engine.prescale import ViewportPrescaler, ViewportRequest
from models.frames import DepthMap, Unit
from renderers import colormap
from renderers.prescale import Part, Prescaler
from tests.support.fakes import make_frame

SIZE = (64, 48)
WHOLE = Part(0, 0, *SIZE, 32, 24)
TABLE = colormap.table(colormap.COLORMAPS[0])


def lane(level: int) -> LaneResult:
    depth = DepthMap(np.full(SIZE[::-1], 0.5, np.float32), Unit.RELATIVE, 0)
    return LaneResult("fake", depth, np.full(SIZE[::-1], level, np.uint8), (0, 1), 1.0, False)


def finished(viewport_request: ViewportRequest) -> tuple[Postprocessor, FrameResult]:
    postprocessor = Postprocessor(lambda: 0, Breaks())
    postprocessor.viewport_request = viewport_request
    ramp = np.linspace(0.1, 0.9, SIZE[0], dtype=np.float32)[None].repeat(SIZE[1], 0)
    depth = DepthMap(ramp, Unit.RELATIVE, 0)
    lanes = {"a": LanePrediction("flashdepth-lite", depth)}
    in_flight = InFlightFrame(make_frame(size=SIZE))
    return postprocessor, postprocessor.run(PredictedFrame(in_flight, lanes, 0, 0))


def test_pictures_come_as_the_pane_would_have_made_them() -> None:
    frame = make_frame(3, size=SIZE)
    part = Part(8.5, 4, 32, 24, 40, 30)
    viewport_request = ViewportRequest({"rgb": (WHOLE,), "a": (part,)}, TABLE)
    prescaled = ViewportPrescaler().fit(viewport_request, frame, {"a": lane(90)})
    assert prescaled["rgb"][0].shows(WHOLE, None)
    assert prescaled["a"][0].shows(part, TABLE)
    np.testing.assert_array_equal(prescaled["rgb"][0].pixels, Prescaler().rgb(frame.rgb, WHOLE))
    assert (prescaled["a"][0].pixels[..., 2::-1] == TABLE[90]).all()


def test_what_no_pane_painted_is_not_made() -> None:
    lanes = {"a": lane(90), "b": lane(20)}
    assert set(
        ViewportPrescaler().fit(
            ViewportRequest({"b": (WHOLE,)}, TABLE), make_frame(size=SIZE), lanes
        )
    ) == {"b"}
    assert (
        ViewportPrescaler().fit(
            ViewportRequest({"a": (WHOLE,)}, None), make_frame(size=SIZE), lanes
        )
        == {}
    )


def test_a_lane_without_a_result_is_left_out() -> None:
    assert (
        ViewportPrescaler().fit(ViewportRequest({"a": (WHOLE,)}, TABLE), make_frame(size=SIZE), {})
        == {}
    )


def test_a_request_for_larger_frames_is_ignored_until_the_window_makes_another() -> None:
    assert ViewportPrescaler().fit(
        ViewportRequest({"rgb": (WHOLE,)}), make_frame(size=(32, 24)), {}
    ) == {"rgb": ()}


def test_two_windows_get_theirs_and_what_both_paint_once() -> None:
    other = Part(0, 0, *SIZE, 50, 40)
    main = ViewportRequest({"rgb": (WHOLE,), "a": (WHOLE,)}, TABLE)
    both = main.merged_with(ViewportRequest({"rgb": (WHOLE,), "a": (other,), "b": (other,)}, TABLE))
    prescaled = ViewportPrescaler().fit(both, make_frame(size=SIZE), {"a": lane(90), "b": lane(20)})
    assert {layer: [made.part for made in all_made] for layer, all_made in prescaled.items()} == {
        "rgb": [WHOLE],
        "a": [WHOLE, other],
        "b": [other],
    }
    assert prescaled["a"][0].pixels.shape != prescaled["a"][1].pixels.shape


def test_a_picture_on_screen_is_not_written_over_by_the_next() -> None:
    fitting, viewport_request = (
        ViewportPrescaler(),
        ViewportRequest({"rgb": (WHOLE,), "a": (WHOLE,)}, TABLE),
    )
    first = fitting.fit(viewport_request, make_frame(0, size=SIZE), {"a": lane(10)})
    kept = {layer: prescaled.pixels.copy() for layer, (prescaled,) in first.items()}
    fitting.fit(viewport_request, make_frame(200, size=SIZE), {"a": lane(250)})
    for layer, (prescaled,) in first.items():
        np.testing.assert_array_equal(prescaled.pixels, kept[layer])


def test_a_result_carries_what_was_ordered_and_again_when_it_is_renewed() -> None:
    postprocessor, result = finished(ViewportRequest({"a": (WHOLE,)}, TABLE))
    assert result.prescaled["a"][0].shows(WHOLE, TABLE)
    postprocessor.viewport_request = ViewportRequest(
        {"a": (WHOLE,)}, colormap.table(colormap.COLORMAPS[1])
    )
    lanes = {"a": LanePrediction("flashdepth-lite", result.lanes["a"].depth)}
    again = postprocessor.renew(result, lanes, {})
    assert (again.prescaled["a"][0].pixels != result.prescaled["a"][0].pixels).any()
    assert postprocessor.settle(again).prescaled is again.prescaled


def test_a_picture_that_cannot_be_made_costs_no_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Prescaler, "levels", fails)
    _, result = finished(ViewportRequest({"a": (WHOLE,)}, TABLE))
    assert result.prescaled == {}
    assert set(result.lanes) == {"a"}


def test_the_next_pipeline_has_the_viewport_request_of_the_one_that_hung() -> None:
    pipeline = Pipeline()
    pipeline.postprocessor.viewport_request = viewport_request = ViewportRequest({"rgb": (WHOLE,)})
    assert pipeline.make_replacement().postprocessor.viewport_request is viewport_request
