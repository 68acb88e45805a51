"""Which frames a clip has, how they are scaled and cropped, and what that does to their truth."""

from __future__ import annotations

import numpy as np
import pytest

from models.training.paper import clips


def numbers(entry: int, count: int, stride: int = 1, seed: int = 0) -> list[int]:
    return clips.frame_numbers(entry, count, stride, 5, np.random.default_rng(seed))


def test_a_clip_begins_or_ends_at_its_frame_with_equal_chance() -> None:
    drawn = [numbers(20, 100, 2, seed) for seed in range(400)]
    forward = sum(d == [20, 22, 24, 26, 28] for d in drawn)
    backward = sum(d == [12, 14, 16, 18, 20] for d in drawn)
    assert forward + backward == 400
    assert 150 < forward < 250


def test_at_the_ends_of_a_shot_only_one_direction_is_left() -> None:
    assert {tuple(numbers(1, 100, 2, seed)) for seed in range(20)} == {(1, 3, 5, 7, 9)}
    assert {tuple(numbers(99, 100, 2, seed)) for seed in range(20)} == {(91, 93, 95, 97, 99)}


@pytest.mark.parametrize(
    ("entry", "count", "stride", "expected"),
    [
        (2, 4, 1, [0, 1, 2, 3, 3]),  # four frames, the last one repeated
        (3, 7, 2, [1, 3, 5, 5, 5]),
        (0, 1, 1, [0, 0, 0, 0, 0]),
        (3, 8, 2, [1, 3, 5, 7, 7]),
    ],
)
def test_a_shot_that_is_too_short_is_filled_up(
    entry: int, count: int, stride: int, expected: list[int]
) -> None:
    assert numbers(entry, count, stride) == expected


@pytest.mark.parametrize(
    ("size", "scale", "steps"),
    [
        ((1920, 1080), 0.5, [(960, 540), (920, 518)]),  # MVS-Synth, Spring
        ((1280, 720), 0.75, [(960, 540), (920, 518)]),  # Dynamic Replica
        ((960, 540), 1.0, [(920, 518)]),  # PointOdyssey
        ((640, 480), 1.0, [(690, 518)]),  # TartanAir
    ],
)
def test_stage_1_scales_frames_as_the_released_code(
    size: clips.Size, scale: float, steps: list[clips.Size]
) -> None:
    assert clips.resize_steps(size, scale, "cover", (518, 518)) == steps


def test_stage_2_only_enlarges() -> None:
    assert clips.resize_steps((1920, 1080), 1.0, "enlarge", (1918, 1078)) == []
    assert clips.resize_steps((960, 540), 1.0, "enlarge", (1918, 1078)) == [(1918, 1078)]


def test_crops_lie_inside_and_reach_every_place() -> None:
    rng = np.random.default_rng(0)
    drawn = {clips.corner((1920, 1080), (1918, 1078), "random", rng) for _ in range(200)}
    assert drawn == {(x, y) for x in range(3) for y in range(3)}
    assert clips.corner((920, 518), (518, 518), "centre", rng) == (201, 0)


def test_an_unknown_tenth_of_an_area_changes_no_target() -> None:
    fine = np.full((20, 20), 0.5, np.float32)
    fine[:, ::10] = np.nan  # one column in ten
    apart = clips.resized_target(fine, [(2, 2)], mask_apart=True)
    np.testing.assert_allclose(apart, 0.5, rtol=1e-6)
    released = clips.resized_target(fine, [(2, 2)], mask_apart=False)
    np.testing.assert_allclose(released, 0.35, rtol=1e-5)  # wrong, and used


def test_a_mostly_unknown_area_is_unknown_and_the_sky_stays_zero() -> None:
    fine = np.zeros((10, 10), np.float32)
    fine[:, :6] = np.nan
    for apart in (True, False):
        reduced = clips.resized_target(fine, [(1, 1)], mask_apart=apart)
        assert np.isnan(reduced).all()
    sky = clips.resized_target(np.zeros((10, 10), np.float32), [(5, 5)], mask_apart=True)
    assert np.array_equal(sky, np.zeros((5, 5), np.float32))


def test_a_cubic_kernel_does_not_leave_the_range() -> None:
    edge = np.zeros((20, 20, 3), np.uint8)
    edge[:, 10:] = 255
    scaled = clips.resized_picture(edge, [(55, 55)])
    assert scaled.shape == (55, 55, 3)
    assert (float(scaled.min()), float(scaled.max())) == (0.0, 1.0)
