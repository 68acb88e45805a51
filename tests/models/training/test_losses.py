"""What training minimises: the right gradients, and no reward for saying nothing."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.training.losses import (
    clip_loss,
    gradient_term,
    shape_term,
    target_scale,
    temporal_term,
)

KNOWN = torch.ones(1, 1, 8, 8, dtype=torch.bool)


def ramp(frames: int = 1) -> Tensor:
    """(1, frames, 16, 16) disparity that grows to the right."""
    return torch.linspace(0.2, 2.0, 16).expand(1, frames, 16, 16).clone()


def test_the_scale_of_a_target_follows_the_unit_of_its_disparity() -> None:
    torch.testing.assert_close(target_scale(ramp() * 7), target_scale(ramp()) * 7)


def test_the_scale_of_a_target_ignores_unknown_pixels() -> None:
    holes = torch.cat([ramp(), torch.full((1, 1, 16, 4), torch.nan)], -1)
    torch.testing.assert_close(target_scale(holes), target_scale(ramp()))


def test_a_clip_gets_one_scale_for_all_its_frames() -> None:
    clip = torch.cat([ramp(), ramp() * 3], 1)
    assert target_scale(clip).shape == (1, 1, 1, 1)


def test_the_truth_itself_costs_nothing() -> None:
    truth = ramp(2)
    flow = torch.zeros(1, 2, 16, 16, 2)
    seen = torch.ones(1, 2, 16, 16, dtype=torch.bool)
    terms = clip_loss(truth / target_scale(truth), truth, flow, seen)
    for term in (terms.level, terms.shape, terms.gradient, terms.temporal):
        assert float(term) == pytest.approx(0.0, abs=1e-5)


def test_unknown_pixels_pull_at_nothing() -> None:
    truth = ramp()
    truth[..., :5] = torch.nan
    predicted = torch.zeros_like(truth).requires_grad_()
    terms = clip_loss(predicted, truth)
    (terms.level + terms.shape + terms.gradient).backward()
    assert predicted.grad is not None
    assert float(predicted.grad[..., :5].abs().max()) == 0.0
    assert float(predicted.grad[..., 6:].abs().min()) > 0.0


def test_a_constant_answer_is_pulled_towards_the_truth_everywhere() -> None:
    """The trap: a loss that normalises the prediction has no slope at a constant."""
    truth = ramp()
    target = truth / target_scale(truth)
    predicted = torch.full_like(truth, float(target.mean())).requires_grad_()
    terms = clip_loss(predicted, truth)
    (terms.level + terms.shape + terms.gradient).backward()
    assert predicted.grad is not None
    near, far = predicted.grad[..., -1], predicted.grad[..., 0]
    assert float(near.max()) < 0.0 < float(far.min())


def test_a_short_descent_from_a_constant_reaches_the_shape_of_the_truth() -> None:
    truth = ramp()
    target = truth / target_scale(truth)
    predicted = torch.full_like(truth, float(target.mean())).requires_grad_()
    descent = torch.optim.Adam([predicted], lr=0.05)
    for _ in range(80):
        descent.zero_grad()
        terms = clip_loss(predicted, truth)
        (terms.level + terms.shape).backward()
        descent.step()
    assert float((predicted.detach() - target).abs().mean()) < 0.1


def test_the_shape_term_forgives_a_constant_and_nothing_else() -> None:
    error = torch.full((1, 1, 8, 8), 3.0)
    assert float(shape_term(error, KNOWN)) == pytest.approx(0.0, abs=1e-6)
    error[..., 4:] = 1.0
    assert float(shape_term(error, KNOWN)) == pytest.approx(1.0)


def test_the_gradient_term_sees_steps_but_not_levels() -> None:
    assert float(gradient_term(torch.full((1, 1, 8, 8), 3.0), KNOWN)) == pytest.approx(0.0)
    error = torch.zeros(1, 1, 8, 8)
    error[..., 4:] = 1.0
    # A step lies between one of 7 pairs of columns, then 1 of 3, then the only one; eighths have
    # no neighbours.
    assert float(gradient_term(error, KNOWN)) == pytest.approx(1 / 7 + 1 / 3 + 1.0, rel=1e-5)


def moving_error() -> tuple[Tensor, Tensor, Tensor]:
    """An error that sits on a surface which moves two pixels to the right."""
    first = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(4))
    second = torch.roll(first, 2, dims=-1)
    flow = torch.zeros(1, 2, 8, 8, 2)
    flow[..., 0] = -2.0
    covisible = torch.ones(1, 2, 8, 8, dtype=torch.bool)
    covisible[..., :2] = False
    return torch.cat([first, second], 1), flow, covisible


def test_an_error_that_travels_with_its_surface_is_steady() -> None:
    error, flow, covisible = moving_error()
    known = torch.ones_like(error, dtype=torch.bool)
    assert float(temporal_term(error, known, flow, covisible)) == pytest.approx(0.0, abs=1e-5)


def test_an_error_that_stays_behind_is_not_steady() -> None:
    error, flow, covisible = moving_error()
    known = torch.ones_like(error, dtype=torch.bool)
    stuck = error[:, :1].expand(1, 2, 8, 8)
    assert float(temporal_term(stuck, known, flow, covisible)) > 0.1


def test_the_temporal_term_leaves_out_what_was_hidden_before() -> None:
    error, flow, covisible = moving_error()
    known = torch.ones_like(error, dtype=torch.bool)
    error[:, 1, :, :2] = 9.0
    assert float(temporal_term(error, known, flow, covisible)) == pytest.approx(0.0, abs=1e-5)


def test_what_the_teacher_says_counts_where_it_was_asked() -> None:
    truth = torch.rand(2, 1, 32, 32) + 0.5
    predicted = torch.rand(2, 1, 32, 32)
    taught = predicted.clone()
    assert float(clip_loss(predicted, truth, teacher=taught).teacher) == 0.0
    taught[0] += torch.rand(1, 32, 32)
    whole = float(clip_loss(predicted, truth, teacher=taught).teacher)
    taught[1] = torch.nan  # it was right there, which is what a missing answer counts as
    torch.testing.assert_close(float(clip_loss(predicted, truth, teacher=taught).teacher), whole)
    assert float(clip_loss(predicted, truth).teacher) == 0.0
