"""Turning a frame turns all that belongs to it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.orientation import oriented
from models.frames import Frame, GroundTruth
from models.geometry import Intrinsics, unproject
from tests.support.fakes import make_frame


def _frame() -> Frame:
    rng = np.random.default_rng(0)
    disparity = rng.random((12, 16), np.float32) + 0.1
    flow = rng.normal(size=(12, 16, 2)).astype(np.float32)
    truth = GroundTruth(disparity, flow, disparity > 0.5, np.eye(4))
    rgb = rng.integers(0, 255, (12, 16, 3), np.uint8)
    camera = Intrinsics(14.0, 15.0, 6.0, 7.0, 16, 12)
    return dataclasses.replace(make_frame(), rgb=rgb, truth=truth, intrinsics=camera)


def test_an_upright_frame_is_passed_on_untouched() -> None:
    frame = _frame()
    assert oriented(frame, mirror=False, rotate=0) is frame


@given(st.booleans(), st.sampled_from([0, 90, 180, 270]))
def test_turning_back_restores_everything(mirror: bool, rotate: int) -> None:
    frame = _frame()
    there = oriented(frame, mirror, rotate)
    # A mirrored turn is its own inverse; a plain one is undone by the rest of the circle.
    back = oriented(there, mirror, rotate if mirror else (360 - rotate) % 360)
    assert frame.truth and back.truth and back.truth.flow_to_previous is not None
    assert np.array_equal(back.rgb, frame.rgb)
    assert np.array_equal(back.truth.disparity, frame.truth.disparity)
    assert np.allclose(back.truth.flow_to_previous, frame.truth.flow_to_previous)
    assert back.intrinsics == frame.intrinsics


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("mirror", [False, True])
def test_distances_between_points_do_not_change(mirror: bool, rotate: int) -> None:
    frame = _frame()
    turned = oriented(frame, mirror, rotate)
    radii = []
    for seen in (frame, turned):
        assert seen.truth and seen.intrinsics
        points = unproject(1 / seen.truth.disparity, seen.intrinsics)
        radii.append(np.sort(np.linalg.norm(points, axis=-1).ravel()))
    assert np.allclose(*radii, rtol=1e-5)


def test_flow_follows_a_point_through_the_turn() -> None:
    frame = _frame()
    assert frame.truth
    flow = np.zeros((12, 16, 2), np.float32)
    flow[...] = (3, 1)  # was three pixels further right and one further down
    truth = dataclasses.replace(frame.truth, flow_to_previous=flow)
    turned = oriented(dataclasses.replace(frame, truth=truth), mirror=False, rotate=90)
    assert turned.truth and turned.truth.flow_to_previous is not None
    assert tuple(turned.truth.flow_to_previous[0, 0]) == (-1, 3)
