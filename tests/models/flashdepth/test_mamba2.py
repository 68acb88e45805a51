"""The chunked scan equals the recurrence it stands for, and memory is handed over exactly."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from models.flashdepth.mamba2 import Mamba2Layer, TemporalModule, TemporalState, chunked_scan


def sequential_scan(
    x: Tensor, log_decay: Tensor, b: Tensor, c: Tensor, state: Tensor
) -> tuple[Tensor, Tensor]:
    """Equations (1) and (2), one token after the other."""
    y = []
    for t in range(x.shape[1]):
        kept = state * log_decay[:, t].exp()[..., None, None]
        state = kept + torch.einsum("bhp,bn->bhpn", x[:, t], b[:, t])
        y.append(torch.einsum("bhpn,bn->bhp", state, c[:, t]))
    return torch.stack(y, 1), state


def random_scan(seed: int, batch: int, length: int, heads: int, width: int, n: int) -> list[Tensor]:
    g = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=g, dtype=torch.float64)

    decay = -torch.rand(batch, length, heads, generator=g, dtype=torch.float64) * 4
    return [
        normal(batch, length, heads, width),
        decay,
        normal(batch, length, n),
        normal(batch, length, n),
        normal(batch, heads, width, n),
    ]


def randomised(module: torch.nn.Module) -> torch.nn.Module:
    """Every parameter off its starting point, so that zero layers act too."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=generator)
    return module


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    batch=st.integers(1, 3),
    length=st.integers(1, 40),
    heads=st.integers(1, 4),
    width=st.integers(1, 5),
    n=st.integers(1, 6),
    chunk=st.integers(1, 17),
)
def test_the_chunked_scan_equals_the_recurrence(
    seed: int, batch: int, length: int, heads: int, width: int, n: int, chunk: int
) -> None:
    args = random_scan(seed, batch, length, heads, width, n)
    y, state = chunked_scan(*args, chunk=chunk)
    expected_y, expected_state = sequential_scan(*args)
    torch.testing.assert_close(y, expected_y, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(state, expected_state, rtol=1e-10, atol=1e-10)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31), length=st.integers(2, 40), data=st.data())
def test_cutting_a_sequence_anywhere_changes_nothing(
    seed: int, length: int, data: st.DataObject
) -> None:
    x, decay, b, c, state = random_scan(seed, 2, length, 2, 3, 4)
    cut = data.draw(st.integers(1, length - 1))
    whole, last = chunked_scan(x, decay, b, c, state, chunk=8)
    first, between = chunked_scan(x[:, :cut], decay[:, :cut], b[:, :cut], c[:, :cut], state)
    second, end = chunked_scan(x[:, cut:], decay[:, cut:], b[:, cut:], c[:, cut:], between)
    torch.testing.assert_close(torch.cat([first, second], 1), whole, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(end, last, rtol=1e-10, atol=1e-10)


def test_steep_decay_gives_no_nan_in_float32() -> None:
    x, _, b, c, state = (t.float() for t in random_scan(1, 1, 200, 2, 3, 4))
    decay = torch.full((1, 200, 2), -40.0)
    y, after = chunked_scan(x, decay, b, c, state)
    assert y.isfinite().all()
    assert after.isfinite().all()


def test_a_layer_equals_its_definition_token_by_token() -> None:
    layer = randomised(Mamba2Layer(12, expand=2, headdim=8, d_state=6)).double()
    assert isinstance(layer, Mamba2Layer)
    tokens = torch.randn(2, 70, 12, dtype=torch.float64)
    state = torch.randn(2, 3, 8, 6, dtype=torch.float64)
    with torch.no_grad():
        out, after = layer(tokens, state)
        z, mixed, dt = layer.in_proj(tokens).split([24, 36, 3], -1)
        convolved = layer.conv1d.bias.expand(2, 70, -1).clone()
        for k in range(4):
            past = torch.zeros_like(mixed)
            past[:, 3 - k :] = mixed[:, : 70 - (3 - k)]
            convolved += layer.conv1d.weight[:, 0, k] * past
        x, b, c = torch.nn.functional.silu(convolved).split([24, 6, 6], -1)
        x = x.unflatten(-1, (3, 8))
        dt = torch.nn.functional.softplus(dt + layer.dt_bias)
        rate = -layer.A_log.float().exp()
        y, expected_after = sequential_scan(x * dt[..., None], dt * rate, b, c, state)
        y = (y + layer.D[:, None] * x).flatten(2) * torch.nn.functional.silu(z)
        y = y / (y.square().mean(-1, keepdim=True) + 1e-5).sqrt() * layer.norm.weight
        expected = layer.out_proj(y)
    torch.testing.assert_close(out, expected, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(after, expected_after, rtol=1e-9, atol=1e-9)


def test_the_convolution_sees_nothing_of_the_frame_before() -> None:
    layer = randomised(Mamba2Layer(8, expand=2, headdim=8, d_state=4))
    tokens = torch.randn(1, 6, 8)
    _, state = layer(torch.randn(1, 6, 8), None)
    after_one, _ = layer(tokens, state)
    after_other, _ = layer(tokens, state.clone())
    fresh, _ = layer(tokens, torch.zeros_like(state))
    start, _ = layer(tokens, None)
    assert torch.equal(after_one, after_other)
    assert torch.equal(fresh, start)
    assert not torch.allclose(after_one, start)


def test_an_untrained_module_changes_nothing_but_remembers() -> None:
    module = TemporalModule(16, layers=2, headdim=16, d_state=8)
    path = torch.randn(2, 16, 20, 30)
    out, state = module(path)
    assert torch.equal(out, path)
    assert [tuple(layer.shape) for layer in state.layers] == [(2, 4, 16, 8)] * 2
    assert all(layer.abs().max() > 0 for layer in state.layers)


def test_memory_is_a_value_that_fits_every_picture_size() -> None:
    module = randomised(TemporalModule(16, layers=2, headdim=16, d_state=8)).eval()
    first, second = torch.randn(1, 16, 20, 30), torch.randn(1, 16, 44, 21)
    with torch.no_grad():
        _, state = module(first)
        kept = [layer.clone() for layer in state.layers]
        once, _ = module(second, state)
        again, _ = module(second, state)
        forgotten, _ = module(second)
    assert torch.equal(once, again)
    assert all(torch.equal(a, b) for a, b in zip(kept, state.layers, strict=True))
    assert not torch.allclose(once, forgotten)


def test_gradients_flow_through_the_carried_state() -> None:
    module = randomised(TemporalModule(8, layers=2, headdim=8, d_state=4))
    first = torch.randn(1, 8, 20, 20, requires_grad=True)
    _, state = module(first)
    out, _ = module(torch.randn(1, 8, 20, 20), state)
    out.square().sum().backward()
    assert first.grad is not None
    assert first.grad.isfinite().all()
    assert first.grad.abs().max() > 0
    assert all(p.grad is not None and p.grad.isfinite().all() for p in module.parameters())


def test_a_detached_state_stops_the_gradient() -> None:
    module = randomised(TemporalModule(8, layers=1, headdim=8, d_state=4))
    first = torch.randn(1, 8, 20, 20, requires_grad=True)
    _, state = module(first)
    out, _ = module(torch.randn(1, 8, 20, 20), state.detach())
    out.sum().backward()
    assert first.grad is None


def test_the_state_stays_float32_under_autocast() -> None:
    module = randomised(TemporalModule(16, layers=2, headdim=16, d_state=8)).eval()
    path = torch.randn(1, 16, 30, 30)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        state: TemporalState | None = None
        for _ in range(3):
            _, state = module(path.bfloat16(), state)
    assert state is not None
    assert {layer.dtype for layer in state.layers} == {torch.float32}


def test_parameters_are_named_as_in_the_released_weights() -> None:
    names = set(TemporalModule(64).state_dict())
    assert len(names) == 66
    assert {"blocks.0.3.mamba.conv1d.weight", "final_layer.1.bias"} <= names


def test_heads_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="heads of 7"):
        Mamba2Layer(16, expand=2, headdim=7)
