import math

import numpy as np
import pytest

from models.geometry import Intrinsics
from models.metrics import PosedDepth, TemporalAlignmentError, reprojection_abs_rel

CAMERA = Intrinsics.from_fov(60.0, 64, 48)


def _pose(x: float = 0.0, z: float = 0.0) -> np.ndarray:
    pose = np.eye(4)
    pose[0, 3], pose[2, 3] = x, z
    return pose


def _wall(distance: float, pose: np.ndarray, factor: float = 1.0) -> PosedDepth:
    """A camera that looks straight at a wall `distance` from the origin."""
    truth = np.full((48, 64), distance - pose[2, 3], np.float32)
    return PosedDepth(np.float32(factor) * truth, truth, pose, CAMERA)


def test_perfect_depth_of_a_still_world_has_no_error() -> None:
    far, near = _wall(5.0, _pose()), _wall(5.0, _pose(x=0.3, z=1.0))

    assert reprojection_abs_rel(far, near) == pytest.approx(0.0, abs=1e-6)
    assert reprojection_abs_rel(near, far) == pytest.approx(0.0, abs=1e-6)


def test_tae_matches_a_case_done_by_hand() -> None:
    # Same camera, depth 5 and 5.5: |5 - 5.5| / 5.5 there and |5.5 - 5| / 5 back.
    tae = TemporalAlignmentError()
    share = tae.add(_wall(5.0, _pose()), _wall(5.0, _pose(), factor=1.1))

    assert share == pytest.approx(100 / 2 * (0.5 / 5.5 + 0.5 / 5.0), rel=1e-5)
    assert tae.value == pytest.approx(share)


def test_a_scale_that_is_wrong_all_the_time_shows_as_the_camera_moves() -> None:
    # Depth is doubled throughout: 10 m carried 1 m forwards gives 9 m, the other view says 8 m.
    found = reprojection_abs_rel(_wall(5, _pose(), 2.0), _wall(5, _pose(z=1.0), 2.0))

    assert found == pytest.approx(1 / 8, rel=1e-5)


def test_hidden_pixels_are_left_out() -> None:
    view, other = _wall(5.0, _pose()), _wall(5.0, _pose())
    hand = other.truth_m.copy()
    hand[10:30, 10:30] = 1.0  # hides the wall in the second frame
    other = PosedDepth(hand, hand, other.camera_to_world, CAMERA)

    assert reprojection_abs_rel(view, other) == pytest.approx(0.0, abs=1e-6)


def test_views_that_share_nothing_have_no_error_to_tell() -> None:
    tae = TemporalAlignmentError()
    share = tae.add(_wall(5.0, _pose()), _wall(5.0, _pose(x=100.0)))

    assert math.isnan(share)
    assert math.isnan(tae.value)
    assert tae.pairs == 0


def test_unknown_depth_is_left_out() -> None:
    view = _wall(5.0, _pose())
    holes = view.depth_m.copy()
    holes[::2] = np.nan
    view = PosedDepth(holes, view.truth_m, view.camera_to_world, CAMERA)

    assert reprojection_abs_rel(view, _wall(5.0, _pose())) == pytest.approx(0.0, abs=1e-6)
