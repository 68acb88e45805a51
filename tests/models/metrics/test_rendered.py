"""The metrics on rendered clips, whose depth, flow and pose are exact."""

from itertools import pairwise

import numpy as np
import pytest

from models.flow import FlowEstimator, FlowPreset, warp
from models.metrics import (
    AccuracySums,
    AlignmentSums,
    FlowWarpedError,
    PosedDepth,
    ScaleDrift,
    StaticNoise,
    TemporalAlignmentError,
    boundary_f1,
    depth_from_disparity,
    warped_error,
)
from models.scenes import RenderedFrame, Renderer, random_scene

FRAMES = 8
FPS = 100.0  # slow motion, whatever the scenes do: true disparity hardly changes in a frame


@pytest.fixture(scope="module", params=["room", "street"])
def clip(request: pytest.FixtureRequest) -> list[RenderedFrame]:
    renderer = Renderer(240, 180, threads=1)
    scene = random_scene(3, request.param)
    return [renderer.render(scene, n / FPS, (n - 1) / FPS) for n in range(FRAMES)]


def _breathing(n: int, amplitude: float) -> float:
    return 1.0 + amplitude * (n % 2)


def _opw(clip: list[RenderedFrame], amplitude: float) -> FlowWarpedError:
    opw, last = FlowWarpedError(), None
    for n, frame in enumerate(clip):
        seen = (_breathing(n, amplitude) * frame.disparity).astype(np.float32)
        if last is None:
            opw.add(seen)
        else:
            warped = warp(last, frame.flow_to_previous)
            opw.add(seen, warped_error(warped, seen, frame.covisible.astype(np.float32)))
        last = seen
    return opw


def test_perfect_depth_hardly_flickers_under_true_flow(clip: list[RenderedFrame]) -> None:
    # What is left is the camera's own motion, which changes true disparity.
    assert _opw(clip, 0.0).value < 0.02


def test_planted_flicker_is_reported_in_proportion_under_true_flow(
    clip: list[RenderedFrame],
) -> None:
    opw = _opw(clip, 0.1)
    level = np.mean([f.disparity.mean() * 1.05 for f in clip])
    expected = 0.1 * level / 1.05 / opw.spread.deviation

    assert opw.value == pytest.approx(expected, rel=0.15)
    assert opw.value == pytest.approx(2 * _opw(clip, 0.05).value, rel=0.1)


def _views(clip: list[RenderedFrame], amplitude: float) -> list[PosedDepth]:
    return [
        PosedDepth(
            depth_from_disparity(np.float32(_breathing(n, amplitude)) * f.disparity),
            # Near enough that clipping at 70 m does not hide the breathing.
            np.where(f.depth_m < 50.0, f.depth_m, np.float32(np.nan)),
            f.camera_to_world,
            f.intrinsics,
        )
        for n, f in enumerate(clip)
    ]


def _tae(clip: list[RenderedFrame], amplitude: float) -> float:
    tae, views = TemporalAlignmentError(), _views(clip, amplitude)
    for previous, view in pairwise(views):
        tae.add(previous, view)
    return tae.value


def test_tae_of_perfect_depth_is_nearly_zero_and_of_breathing_depth_its_amplitude(
    clip: list[RenderedFrame],
) -> None:
    # 10 % there and 1 - 1/1.1 = 9.1 % back, halved and added: 9.5 %.
    assert _tae(clip, 0.0) < 0.2
    assert _tae(clip, 0.1) == pytest.approx(9.5, rel=0.1)


def test_perfect_disparity_up_to_scale_and_shift_is_perfectly_accurate(
    clip: list[RenderedFrame],
) -> None:
    seen = [3 * f.disparity + np.float32(0.7) for f in clip]
    sums, accuracy, drift = AlignmentSums(), AccuracySums(), ScaleDrift()
    for disparity, frame in zip(seen, clip, strict=True):
        sums.add(disparity, frame.disparity)
        drift.add(disparity, frame.disparity)
    alignment = sums.solve()
    for disparity, frame in zip(seen, clip, strict=True):
        depth = depth_from_disparity(alignment.apply(disparity))
        accuracy.add(depth, frame.depth_m)
        truth = depth_from_disparity(frame.disparity)
        assert boundary_f1(depth, truth) == pytest.approx(1.0, abs=0.01)

    assert accuracy.abs_rel < 1e-3
    assert accuracy.delta(1) == 1.0
    assert drift.value(alignment) < 1e-5


def test_planted_breathing_is_reported_as_scale_drift(clip: list[RenderedFrame]) -> None:
    sums, drift = AlignmentSums(), ScaleDrift()
    for n, frame in enumerate(clip):
        seen = np.float32(_breathing(n, 0.1)) * frame.disparity
        sums.add(seen, frame.disparity)
        drift.add(seen, frame.disparity)

    # s alternates between 1 and 1/1.1: standard deviation over mean is 4.76 %.
    assert drift.value(sums.solve()) == pytest.approx(0.0476, rel=0.15)


def test_planted_noise_is_reported_as_static_noise_in_proportion(
    clip: list[RenderedFrame],
) -> None:
    def noise(amplitude: float) -> float:
        rng, meter = np.random.default_rng(0), StaticNoise()
        still = clip[0].disparity
        for _ in range(40):
            wobble = 1 + amplitude * rng.standard_normal(still.shape, np.float32)
            meter.add(still * wobble)
        return meter.value

    assert noise(0.02) == pytest.approx(2.0, rel=0.1)
    assert noise(0.04) == pytest.approx(2 * noise(0.02), rel=0.05)


@pytest.mark.parametrize("preset", [FlowPreset.FAST, FlowPreset.MEDIUM])
def test_estimated_flow_is_the_true_flow_to_a_fraction_of_a_pixel(
    clip: list[RenderedFrame], preset: FlowPreset
) -> None:
    estimator = FlowEstimator(preset, short_side=180)
    for previous, frame in pairwise(clip):
        flow = estimator(previous.rgb, frame.rgb)
        seen = flow.valid & frame.covisible
        error = np.hypot(*np.moveaxis(flow.flow_to_previous - frame.flow_to_previous, -1, 0))

        assert np.median(error[seen]) < 0.3
        assert np.mean(error[seen] > 1.0) < 0.1
        assert seen.mean() > 0.75
