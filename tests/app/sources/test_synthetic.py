"""The built-in scene as a source."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from app.sources.synthetic import SyntheticSource
from models.frames import Frame


@pytest.fixture
def source() -> Iterator[SyntheticSource]:
    opened = SyntheticSource(seed=3, size=(96, 64), with_flow=True, threads=1)
    yield opened
    opened.close()


def _next(source: SyntheticSource) -> Frame:
    reading = source.read(1.0)
    assert isinstance(reading, Frame)
    return reading


def test_a_frame_is_the_same_whenever_it_is_asked_for(source: SyntheticSource) -> None:
    frames = [_next(source) for _ in range(4)]
    source.seek(2)
    again = _next(source)
    assert np.array_equal(again.rgb, frames[2].rgb)
    assert again.index == 2
    assert again.segment != frames[2].segment


def test_the_first_frame_of_a_segment_has_no_flow_and_the_next_has(
    source: SyntheticSource,
) -> None:
    assert [_has_flow(_next(source)) for _ in range(2)] == [False, True]
    source.seek(7)
    assert [_has_flow(_next(source)) for _ in range(2)] == [False, True]


def test_frames_can_be_left_out_without_a_break(source: SyntheticSource) -> None:
    first = _next(source)
    source.skip_to(0.5)
    skipped = _next(source)
    assert (skipped.index, skipped.segment, skipped.shot) == (12, first.segment, first.shot)
    assert _has_flow(skipped)
    source.skip_to(0.1)
    assert _next(source).index == 13


def _has_flow(frame: Frame) -> bool:
    return frame.truth is not None and frame.truth.flow_to_previous is not None


def test_disparity_is_the_inverse_of_distance_and_zero_in_the_sky(source: SyntheticSource) -> None:
    truth = _next(source).truth
    assert truth is not None
    assert np.isfinite(truth.disparity).all()
    assert (truth.disparity >= 0).all()
    assert truth.disparity.std() > 0


def test_the_scene_never_ends_and_closing_twice_is_fine(source: SyntheticSource) -> None:
    assert source.info.frame_count is None
    source.seek(1_000_000)
    assert _next(source).index == 1_000_000
    source.close()
    assert source.read(0.1) is None
