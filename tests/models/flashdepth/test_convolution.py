"""A convolution with what follows it: the same values whether oneDNN fuses them or not."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from models.flashdepth import convolution
from models.flashdepth.convolution import Then, convolve
from models.flashdepth.lite_encoder import LiteEncoder, SameConv


def case(dtype: torch.dtype = torch.float32) -> tuple[nn.Conv2d, Tensor, Tensor]:
    """A strided convolution of many channels, its input and something to add to its output."""
    generator = torch.Generator().manual_seed(4)
    conv = nn.Conv2d(24, 40, 3, 2, padding=1).requires_grad_(False)
    x = torch.randn(1, 24, 20, 28, generator=generator) * 3
    plus = torch.randn(1, 40, 10, 14, generator=generator) * 3
    last = torch.channels_last
    return (
        conv.to(dtype).to(memory_format=last),  # type: ignore[call-overload]
        x.to(dtype).contiguous(memory_format=last),
        plus.to(dtype).contiguous(memory_format=last),
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("then", list(Then))
@pytest.mark.parametrize("adds", [False, True])
def test_fused_and_plain_give_the_same(dtype: torch.dtype, then: Then, adds: bool) -> None:
    conv, x, plus = case(dtype)
    added = plus if adds else None
    with torch.inference_mode():
        fused = convolve(conv, x, then, added)
    plain = convolve(conv, x, then, added)  # where gradients are kept nothing is fused
    tolerance = 1e-5 if dtype is torch.float32 else 0.05
    torch.testing.assert_close(fused, plain, rtol=tolerance, atol=tolerance)


def test_activations_cut_off_what_they_should() -> None:
    conv, x, _ = case()
    with torch.inference_mode():
        raw = convolve(conv, 4 * x)
        assert float(raw.min()) < 0.0
        assert float(raw.max()) > 6.0
        assert float(convolve(conv, 4 * x, Then.RELU).min()) == 0.0
        assert float(convolve(conv, 4 * x, Then.RELU6).max()) == 6.0


def test_nothing_is_fused_where_the_operators_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise AttributeError("no such operator")

    convolution._served.cache_clear()
    monkeypatch.setattr(convolution, "_operators", missing)
    conv, x, plus = case()
    try:
        with torch.inference_mode():
            found = convolve(conv, x, Then.RELU, plus)
            torch.testing.assert_close(found, torch.relu(conv(x) + plus))
    finally:
        convolution._served.cache_clear()


def test_asking_what_fuses_draws_no_random_number() -> None:
    convolution._served.cache_clear()
    before = torch.get_rng_state()
    convolution._served()
    assert torch.equal(torch.get_rng_state(), before)


def test_gradients_flow_through_every_part() -> None:
    conv, x, plus = case()
    conv.requires_grad_(True)
    plus = plus.clone().requires_grad_(True)
    convolve(conv, x, Then.RELU, plus).sum().backward()
    for part in (conv.weight, conv.bias, plus):
        assert part is not None
        assert part.grad is not None
        assert float(part.grad.abs().sum()) > 0.0


@pytest.mark.parametrize("kernel", [3, 5])
@torch.inference_mode()
def test_a_widened_kernel_sees_the_same(kernel: int) -> None:
    conv = SameConv(6, 6, kernel, 2, groups=6)
    picture = torch.randn(1, 6, 32, 48)
    wanted = conv(picture)
    conv.widen()
    torch.testing.assert_close(conv(picture), wanted)
    conv.widen()  # a second time changes nothing
    torch.testing.assert_close(conv(picture), wanted)


@torch.inference_mode()
def test_a_widened_encoder_gives_the_same_features() -> None:
    encoder = LiteEncoder()
    picture = torch.randn(1, 3, 64, 96)
    wanted = encoder(picture)
    encoder.widen()
    for found, before in zip(encoder(picture), wanted, strict=True):
        torch.testing.assert_close(found, before, rtol=1e-4, atol=1e-4)
