"""The stride that keeps drawing affordable."""

from __future__ import annotations

import pytest

from renderers.stride import STRIDES, StridePolicy, coarsest_stride, finer_stride


def settle(policy: StridePolicy, cost_at_one_ms: float, fixed_ms: float = 0.0) -> list[float]:
    """Strides taken over 200 draws whose cost goes as 1 / stride²."""
    taken = []
    for _ in range(200):
        policy.observe(fixed_ms + cost_at_one_ms / policy.stride**2)
        taken.append(policy.stride)
    return taken


@pytest.mark.parametrize(
    ("stride", "steps"), [(6.0, [3.0, 1.0]), (4.5, [2.0, 1.0]), (1.5, [1.0]), (1.0, [])]
)
def test_a_still_is_refined_to_every_pixel_in_few_steps(stride: float, steps: list[float]) -> None:
    taken: list[float] = []
    while (finer := finer_stride(taken[-1] if taken else stride)) is not None:
        taken.append(finer)
    assert taken == steps


@pytest.mark.parametrize("start", STRIDES)
@pytest.mark.parametrize("cost", [1.0, 30.0, 90.0, 650.0, 9000.0])
@pytest.mark.parametrize("fixed", [0.0, 4.0])
def test_every_start_settles_and_stays(start: float, cost: float, fixed: float) -> None:
    taken = settle(StridePolicy(start, budget_ms=20.0), cost, fixed)
    assert len(set(taken[100:])) == 1
    final = taken[-1]
    assert fixed + cost / final**2 <= 26.0 or final == STRIDES[-1]


def test_slow_drawing_goes_coarse_in_one_move() -> None:
    policy = StridePolicy(1, budget_ms=20.0)
    moves = [policy.observe(650.0) for _ in range(5)]
    assert moves == [False] * 4 + [True]
    assert policy.stride == 6


def test_a_single_slow_draw_changes_nothing() -> None:
    policy = StridePolicy(2, budget_ms=20.0)
    for cost in [15.0] * 6 + [400.0] + [15.0] * 6:
        assert not policy.observe(cost)


def test_drawing_within_the_band_is_left_alone() -> None:
    policy = StridePolicy(4, budget_ms=20.0)
    assert not any(policy.observe(cost) for cost in [18.0, 22.0, 25.0, 15.0, 12.0] * 5)


@pytest.mark.parametrize(
    ("size", "shown_px", "coarsest"),
    [
        ((640, 480), 0.69, 4),  # a pane among four
        ((640, 480), 1.5, 3),  # a large one
        ((2044, 1148), 0.27, 12),
        ((2044, 1148), 0.9, 8),
        ((64, 48), 6.0, 1),
        ((100_000, 100_000), 0.01, STRIDES[-1]),
    ],
)
def test_a_cloud_stays_a_cloud_however_long_a_draw_takes(
    size: tuple[int, int], shown_px: float, coarsest: float
) -> None:
    assert coarsest_stride(*size, shown_px) == coarsest
    policy = StridePolicy(1, 16.0, coarsest)
    for _ in range(50):
        policy.observe(1000.0)
    assert policy.stride == coarsest
