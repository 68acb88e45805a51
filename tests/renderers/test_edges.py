"""Depth edges over the picture."""

from __future__ import annotations

import numpy as np
import pytest

from models.geometry import Calibration
from renderers.edges import disparity_edges, edge_rgba


def by_logarithms(depth_m: np.ndarray, ratio: float) -> np.ndarray:
    """The contours as section 3.4 of Depth Pro (Bochkovskii et al. 2024) defines them."""
    edges = np.zeros(depth_m.shape, np.bool_)
    across = np.abs(np.log(depth_m[:, 1:] / depth_m[:, :-1])) > np.log(ratio)
    down = np.abs(np.log(depth_m[1:] / depth_m[:-1])) > np.log(ratio)
    edges[:, 1:] |= across
    edges[:, :-1] |= across
    edges[1:] |= down
    edges[:-1] |= down
    return edges


@pytest.mark.parametrize("ratio", [1.02, 1.1, 1.5])
def test_edges_are_those_of_the_depth(ratio: float) -> None:
    rng = np.random.default_rng(11)
    disparity = rng.uniform(0.2, 2.0, (60, 80)).astype(np.float32)
    disparity[10:20, 10:20] = np.nan
    calibration = Calibration(0.1, 0.9)
    expected = by_logarithms(calibration.depth_m(disparity), ratio)
    assert (disparity_edges(disparity, calibration, ratio) == expected).mean() > 0.9995


def test_a_step_is_marked_on_both_sides_and_flat_places_are_not() -> None:
    disparity = np.full((8, 8), 0.5, np.float32)
    disparity[:, 4:] = 1.0
    edges = disparity_edges(disparity, Calibration())
    assert edges[:, 3:5].all()
    assert edges.sum() == 16


def test_the_sky_is_an_edge_against_a_roof_but_not_against_itself() -> None:
    disparity = np.array([[1e-5, -1e-5, 0.0, 0.2]], np.float32)
    assert disparity_edges(disparity, Calibration()).tolist() == [[False, False, True, True]]


def test_the_overlay_has_the_colour_on_edges_alone() -> None:
    edges = np.zeros((4, 5), np.bool_)
    edges[1, 2] = True
    overlay = edge_rgba(edges, (9, 8, 7))
    assert overlay[1, 2].tolist() == [9, 8, 7, 255]
    assert overlay[..., 3].sum() == 255


def test_a_ratio_without_meaning_is_refused() -> None:
    with pytest.raises(ValueError):
        disparity_edges(np.ones((2, 2), np.float32), Calibration(), 1.0)
