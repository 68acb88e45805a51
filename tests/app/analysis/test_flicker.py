import dataclasses
import math

import numpy as np
import pytest

from app.analysis.flicker import FlickerMeter
from app.core.flicker_values import FlickerResult
from models.frames import Frame, GroundTruth
from models.opencv import cv2
from models.scenes import Renderer, random_scene

WIDTH, HEIGHT = 320, 240
STEP = 2  # pixels that the camera pans per frame
AMPLITUDE = 0.5
TOP, BOTTOM, LEFT, RIGHT = 80, 160, 140, 240


def _soft(seed: int, sigma: float) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 1, (HEIGHT, WIDTH + 200)).astype(np.float32)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), sigma), None, 0, 1, cv2.NORM_MINMAX)


PICTURE = np.repeat((255 * _soft(0, 3))[..., None], 3, axis=2).astype(np.uint8)
DISPARITY = 1 + 4 * _soft(1, 25)


def _frame(n: int, step: int = STEP, segment: int = 0, truth: bool = False) -> Frame:
    part = np.s_[:, n * step : n * step + WIDTH]
    known = None
    if truth:
        flow = np.zeros((HEIGHT, WIDTH, 2), np.float32)
        flow[..., 0] = step
        seen = np.ones((HEIGHT, WIDTH), bool)
        seen[:, -step:] = False
        known = GroundTruth(DISPARITY[part], flow, seen)
    return Frame(np.ascontiguousarray(PICTURE[part]), n, segment, 0, n / 25, truth=known)


def _steady(n: int, step: int = STEP) -> np.ndarray:
    return np.ascontiguousarray(DISPARITY[:, n * step : n * step + WIDTH])


def _flickering(n: int, step: int = STEP) -> np.ndarray:
    """Odd frames are nearer in a patch that sits on the scene and pans with it."""
    disparity = _steady(n, step)
    disparity[TOP:BOTTOM, LEFT - n * step : RIGHT - n * step] += AMPLITUDE * (n % 2)
    return disparity


def _run(meter: FlickerMeter, frames: int = 12, **kwargs: bool) -> list[FlickerResult]:
    return [
        meter.update(_frame(n, **kwargs), {"a": _steady(n), "b": _flickering(n)})
        for n in range(frames)
    ]


def _region(heat: np.ndarray, panned: int = 0) -> np.ndarray:
    """The planted patch, less a rim that resizing smears, at the heat map's size."""
    inside = np.zeros((HEIGHT, WIDTH), np.float32)
    inside[TOP + 6 : BOTTOM - 6, LEFT + 6 - panned : RIGHT - 6 - panned] = 1
    return cv2.resize(inside, heat.shape[::-1], interpolation=cv2.INTER_AREA) == 1


@pytest.mark.parametrize("true_flow", [True, False])
def test_planted_flicker_is_reported_in_its_lane_with_its_amplitude(true_flow: bool) -> None:
    meter = FlickerMeter(12, true_flow=true_flow, half_life_frames=None)
    last = _run(meter, truth=true_flow)[-1]
    assert last.true_flow is true_flow
    # Every pair differs by the amplitude inside the region, by nothing elsewhere.
    share = 80 * 100 / (WIDTH * HEIGHT)
    seen = np.stack([_flickering(n) for n in range(12)])
    unit = np.mean(np.abs(seen - np.median(seen)))

    assert last.lanes["b"].error == pytest.approx(AMPLITUDE * share, rel=0.15)
    assert last.lanes["b"].flicker == pytest.approx(AMPLITUDE * share / unit, rel=0.15)
    assert last.lanes["b"].recent == pytest.approx(AMPLITUDE * share / unit, rel=0.15)
    assert last.lanes["a"].flicker < 0.1 * last.lanes["b"].flicker


def test_the_heat_map_shows_planted_flicker_where_it_is() -> None:
    last = _run(FlickerMeter(12, half_life_frames=None))[-1]
    heat = last.lanes["b"].heat
    inside = _region(heat, panned=11 * STEP)
    near = cv2.dilate(inside.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    seen = np.stack([_flickering(n) for n in range(12)])
    unit = np.mean(np.abs(seen - np.median(seen)))

    assert np.median(heat[inside]) == pytest.approx(AMPLITUDE / unit, rel=0.15)
    assert np.nanpercentile(heat[~near], 99) < 0.1 * AMPLITUDE / unit
    assert np.nanmax(last.lanes["a"].heat) < 0.2 * AMPLITUDE / unit


def test_flicker_in_one_frame_shows_for_as_long_as_the_window_says() -> None:
    def after(window: int) -> float:
        meter = FlickerMeter(window)
        heat = []
        for n in range(12):
            shown = _flickering(n, 0) if n == 5 else _steady(n, 0)
            heat.append(meter.update(_frame(n, step=0), {"a": shown}).lanes["a"].heat)
        patch = _region(heat[6])
        return float(np.median(heat[11][patch] / heat[6][patch]))

    assert after(1) == pytest.approx(0.0, abs=1e-3)
    assert after(6) == pytest.approx((5 / 7) ** 5, rel=0.05)
    assert after(60) == pytest.approx((59 / 61) ** 5, rel=0.05)


def test_the_heat_moves_with_what_flickered() -> None:
    meter = FlickerMeter(30, true_flow=True)
    peak = []
    for n in range(15):
        disparity = _steady(n, 4)
        if n == 3:
            disparity[100:120, 200:220] += 3
        heat = meter.update(_frame(n, step=4, truth=True), {"a": disparity}).lanes["a"].heat
        if n >= 4:
            peak.append(int(np.nanargmax(np.mean(heat[50:60, :150], axis=0))))
    # Ten frames of four pixels each, at half size, to the left.
    assert peak[0] - peak[-1] == pytest.approx(20, abs=3)


def test_planted_breathing_is_reported_as_scale_and_level() -> None:
    meter = FlickerMeter(half_life_frames=None)
    meter.update(_frame(0, step=0), {"a": _steady(0, 0), "b": _steady(0, 0)})
    unit = float(np.mean(np.abs(_steady(0, 0) - np.median(_steady(0, 0)))))
    middle = float(np.median(_steady(0, 0)))
    grown = 1.05 * (_steady(1, 0) - middle) + middle
    lanes = meter.update(
        _frame(1, step=0), {"a": grown, "b": _steady(1, 0) + np.float32(0.2)}
    ).lanes

    assert lanes["a"].scale == pytest.approx(1.05, abs=0.002)
    assert lanes["a"].shift == pytest.approx(0.0, abs=0.01)
    assert lanes["b"].scale == pytest.approx(1.0, abs=0.002)
    assert lanes["b"].shift == pytest.approx(0.2 / unit, rel=0.05)


def test_the_first_frame_has_nothing_to_compare_with() -> None:
    result = FlickerMeter().update(_frame(0), {"a": _steady(0)})

    lane = result.lanes["a"]
    assert not result.paired
    assert not result.still
    assert all(math.isnan(x) for x in (lane.error, lane.flicker, lane.scale, lane.shift))
    assert np.isnan(lane.heat).all()
    assert lane.valid == 0.0


@pytest.mark.parametrize("how", ["segment", "cut", "size", "gap", "backwards"])
def test_a_break_in_continuity_is_not_flicker(how: str) -> None:
    meter = FlickerMeter()
    _run(meter, 3)
    frame, disparity, cut = _frame(3), 5 * _flickering(7), False
    if how == "segment":
        frame = _frame(3, segment=1)
    elif how == "cut":
        cut = True
    elif how == "size":
        frame = Frame(np.ascontiguousarray(frame.rgb[:200]), 3, 0, 0, 0.1)
        disparity = np.ascontiguousarray(disparity[:200])
    else:
        frame = dataclasses.replace(_frame(3), index={"gap": 200, "backwards": 1}[how])

    result = meter.update(frame, {"a": disparity}, cut=cut)

    assert not result.paired
    assert math.isnan(result.lanes["a"].flicker)
    assert math.isnan(result.lanes["a"].recent)
    reasons = {"cut": "cut", "gap": "frames skipped"}
    assert result.lanes["a"].missing == reasons.get(how, "warming up")


@pytest.mark.parametrize("apart", [12, 40, 80])
def test_frames_that_a_slow_lane_skips_leave_it_measured(apart: int) -> None:
    meter = FlickerMeter()
    for n in range(4):
        frame = dataclasses.replace(_frame(n), index=n * apart)
        result = meter.update(frame, {"a": _steady(n)})
    assert result.gap == apart
    assert math.isfinite(result.lanes["a"].flicker)
    assert result.lanes["a"].missing == ""


def test_a_scene_counts_as_still_only_where_nothing_in_it_moves() -> None:
    still, moving = FlickerMeter(), FlickerMeter()
    for n in range(3):
        rgb = _frame(0).rgb.copy()
        quiet = still.update(Frame(rgb, n, 0, 0, n / 25), {"a": _steady(0)})
        rgb = rgb.copy()
        rgb[60:120, 100 + 8 * n : 160 + 8 * n] = PICTURE[:60, :60] // 2
        busy = moving.update(Frame(rgb, n, 0, 0, n / 25), {"a": _steady(0)})
    assert quiet.still
    assert quiet.scene_still
    assert busy.still  # the camera does not move
    assert not busy.scene_still


def test_a_lane_whose_memory_was_reset_is_left_out_and_the_other_is_not() -> None:
    meter = FlickerMeter()
    _run(meter, 3)
    lanes = meter.update(_frame(3), {"a": _steady(3), "b": 2 * _steady(3)}, restarted=("b",)).lanes

    assert lanes["a"].flicker < 0.05
    assert math.isnan(lanes["b"].flicker)


def test_a_lane_that_was_away_starts_anew() -> None:
    meter = FlickerMeter()
    _run(meter, 3)
    meter.update(_frame(3), {"a": _steady(3)})
    lanes = meter.update(_frame(4), {"a": _steady(4), "b": _steady(4)}).lanes

    assert math.isfinite(lanes["a"].flicker)
    assert math.isnan(lanes["b"].flicker)


def test_a_lane_that_was_away_for_a_frame_keeps_its_scale_when_frames_are_gone_through_again() -> (
    None
):
    meter = FlickerMeter()
    history = []
    for n in range(8):
        seen = {"a": _flickering(n)} | ({} if n == 3 else {"b": _flickering(n)})
        meter.update(_frame(n), seen)
        history.append(meter.reduced(_frame(n), seen))
    again = meter.replay(history).lanes["b"]
    assert np.isfinite(again.recent)
    assert np.isfinite(again.heat).any()


def test_flow_is_computed_once_for_both_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    meter, calls = FlickerMeter(), []
    between = meter._flow.between
    monkeypatch.setattr(meter._flow, "between", lambda *a: calls.append(1) or between(*a))

    _run(meter, 4)

    assert len(calls) == 3


def test_motion_is_told_in_pixels_of_the_source() -> None:
    moving, still = FlickerMeter(), FlickerMeter()
    results = [(moving.update(_frame(n), {}), still.update(_frame(n, step=0), {})) for n in (0, 1)]

    assert results[1][0].motion_px == pytest.approx(STEP, abs=0.4)
    assert not results[1][0].still
    assert results[1][1].still


def test_unknown_disparity_is_neither_compared_nor_shown() -> None:
    meter = FlickerMeter()
    for n in (0, 1):
        disparity = _steady(n, 0)
        disparity[:120] = np.nan
        lane = meter.update(_frame(n, step=0), {"a": disparity}).lanes["a"]

    assert np.isnan(lane.heat[:58]).all()
    assert lane.valid == pytest.approx(0.5, abs=0.02)
    assert lane.flicker == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize("frames", [0, 61])
def test_a_window_outside_its_limits_is_refused(frames: int) -> None:
    with pytest.raises(ValueError, match="1 to 60"):
        FlickerMeter(frames)


def test_memory_does_not_grow_with_the_stream() -> None:
    import tracemalloc

    meter = FlickerMeter(60)
    disparity = np.ones((48, 64), np.float32)
    rgb = np.zeros((48, 64, 3), np.uint8)

    def feed(start: int, stop: int) -> int:
        for n in range(start, stop):
            meter.update(Frame(rgb, n, 0, 0, n / 25), {"a": disparity})
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        early, late = feed(0, 50), feed(50, 200)
    finally:
        tracemalloc.stop()
    assert late - early < 50_000


def test_flicker_planted_in_a_rendered_clip_is_shown_where_and_when_it_is() -> None:
    renderer, scene = Renderer(320, 240, threads=1), random_scene(3, "room")
    meter = FlickerMeter(1)
    heat, flicker = [], []
    for n in range(8):
        shot = renderer.render(scene, n / 100)
        shown = shot.disparity.copy()
        if n == 5:
            shown[100:160, 60:140] += 3 * np.mean(np.abs(shown - np.median(shown)))
        lane = meter.update(Frame(shot.rgb, n, 0, 0, n / 25), {"a": shown}).lanes["a"]
        heat.append(lane.heat)
        flicker.append(lane.flicker)

    # Seen when it comes and when it goes, and at no other time.
    assert set(np.argsort(flicker[1:])[-2:] + 1) == {5, 6}
    assert max(flicker[1:5] + flicker[7:]) < 0.25 * flicker[5]
    # The map is half as large as the picture.
    inside = np.zeros(heat[5].shape, bool)
    inside[52:78, 32:68] = True
    around = cv2.dilate(inside.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0
    assert np.nanmedian(heat[5][inside]) > 10 * np.nanpercentile(heat[5][~around], 95)
