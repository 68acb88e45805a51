"""Disparity brought to the frame's size as a tensor is what the host would have made of it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.devices.upsample import upsample_on_device
from models.frames import Float32
from models.upsample import upsample

ROUNDING = 2e-5
"""Of float32, as many times as large as edges are made steeper."""


def pictured(width: int, height: int) -> Float32:
    """Plateaus, slopes, an empty corner and some noise."""
    rng = np.random.default_rng(width * height)
    disparity = np.linspace(0.1, 0.6, height, dtype=np.float32)[:, None].repeat(width, 1)
    disparity[height // 3 : height // 2, width // 4 : width // 2] = 0.9
    disparity[: height // 4, -width // 4 :] = 0.0
    disparity += rng.random((height, width), np.float32) * 0.01 * (disparity > 0)
    return disparity


@pytest.mark.parametrize("before", [(40, 30), (64, 36), (3, 2), (1, 1), (5, 40)])
@pytest.mark.parametrize("factor", [1.0, 1.05, 1.2, 2.0, 3.7, 8.0])
def test_it_is_what_the_host_makes(before: tuple[int, int], factor: float) -> None:
    disparity = pictured(*before)
    size = round(before[0] * factor), round(before[1] * factor)
    on_device = upsample_on_device(torch.from_numpy(disparity), size).numpy()
    assert on_device.shape == (size[1], size[0])
    np.testing.assert_allclose(on_device, upsample(disparity, *size), atol=ROUNDING)


@pytest.mark.parametrize("size", [(300, 40), (50, 31), (40, 300)])
def test_sides_that_grow_differently_are_what_the_host_makes_too(size: tuple[int, int]) -> None:
    disparity = pictured(40, 30)
    on_device = upsample_on_device(torch.from_numpy(disparity), size).numpy()
    np.testing.assert_allclose(on_device, upsample(disparity, *size), atol=ROUNDING)


def test_edges_become_steep_rather_than_wide() -> None:
    step = torch.full((30, 40), 0.2)
    step[:, 19:] = 0.9
    restored = upsample_on_device(step, (160, 120))
    assert int(((restored > 0.25) & (restored < 0.85)).sum(dim=1).max()) <= 2


def test_what_shrinks_by_much_is_left_to_the_host() -> None:
    disparity = torch.rand(30, 40)
    assert upsample_on_device(disparity, (20, 15)) is disparity


def test_frames_too_large_for_the_device_are_left_to_the_host() -> None:
    disparity = torch.empty(288, 512, device="meta")
    assert upsample_on_device(disparity, (8192, 4608)) is disparity
    assert upsample_on_device(disparity, (3840, 2160)).shape == (2160, 3840)


def test_what_was_given_stays_as_it_was() -> None:
    disparity = torch.from_numpy(pictured(40, 30))
    before = disparity.clone()
    upsample_on_device(disparity, (160, 120))
    upsample_on_device(disparity, (42, 31))
    assert torch.equal(disparity, before)


def test_everything_stays_on_the_device() -> None:
    disparity = torch.empty(288, 512, device="meta")  # a tensor of the host's would raise
    restored = upsample_on_device(disparity, (2044, 1148))
    assert (restored.device.type, tuple(restored.shape)) == ("meta", (1148, 2044))
