"""What networks give of their inside, against plain NumPy or the modules one by one."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.depth_anything import DepthAnythingV2
from models.flashdepth import FlashDepth, FlashDepthConfig
from models.flashdepth.lite import FlashDepthLite, LiteConfig
from models.flashdepth.lite_light import HalfHold
from models.flashdepth.mamba2 import Mamba2Layer, TemporalModule
from models.flashdepth.vit import Block
from models.inside.probe import Inspectable, Intermediates, Part, Probe
from models.video_depth_anything import VideoDepthAnything
from tests.fixtures.flashdepth.fixture_weights import fill

Float64 = NDArray[np.float64]
Net = TypeVar("Net", bound=nn.Module)
EVERYTHING = Probe(frozenset(Part) - {Part.ALONE}, block=4)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def filled(net: Net) -> Net:
    fill(net)
    return net.eval().requires_grad_(False)


def frames(count: int, height: int, width: int, seed: int = 0) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    still = torch.randn(1, 3, height, width, generator=generator)
    return [
        still + 0.2 * torch.randn(1, 3, height, width, generator=generator) for _ in range(count)
    ]


def looked_into(net: Any, pictures: Sequence[Tensor]) -> tuple[Tensor, dict[Part, list[Tensor]]]:
    """Output and intermediate results of the last frame."""
    state: Any = None
    with torch.inference_mode():
        for picture in pictures:
            into = Intermediates(EVERYTHING)
            output, state = net.decode(net.encode(picture, into), state, temporal=True, into=into)
    return output, into.found


def outputs(net: Any, pictures: Sequence[Tensor]) -> Tensor:
    state: Any = None
    with torch.inference_mode():
        for picture in pictures:
            output, state = net.decode(net.encode(picture), state, temporal=True)
    return cast(Tensor, output)


@pytest.fixture(scope="module")
def small() -> FlashDepth:
    return filled(FlashDepth(FlashDepthConfig.small()))


@pytest.fixture(scope="module")
def light() -> FlashDepthLite:
    net = filled(FlashDepthLite(LiteConfig.second()))
    nn.init.normal_(cast(HalfHold, net.hold).change.weight, std=0.1)
    return net


NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[int, int], set[Part]]] = {
    "lite": (lambda: FlashDepthLite(LiteConfig.second()), (64, 96), {Part.ATTENTION}),
    "lite 1": (FlashDepthLite, (64, 96), {Part.ATTENTION}),
    "flashdepth": (lambda: FlashDepth(FlashDepthConfig.small()), (84, 112), {Part.GATE}),
    "per frame": (
        lambda: DepthAnythingV2("vits"),
        (70, 98),
        {Part.HALF_LIFE, Part.SHARE, Part.CORRECTION, Part.GATE, Part.ALONE},
    ),
    "video": (
        lambda: VideoDepthAnything("vits"),
        (56, 70),
        {Part.HALF_LIFE, Part.SHARE, Part.GATE},
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_gives_all_that_it_does_not_lack_and_its_output_stays(name: str) -> None:
    make, size, lacked = NETWORKS[name]
    net, pictures = filled(make()), frames(3, *size)
    assert isinstance(net, Inspectable)
    output, found = looked_into(net, pictures)
    assert set(net.lacks) == lacked
    assert set(found) == set(Part) - lacked - {Part.ALONE}
    assert torch.equal(output, outputs(net, pictures))
    assert all(reason.endswith(".") for reason in net.lacks.values())
    assert all(tensor.isfinite().all() for tensors in found.values() for tensor in tensors)


def softplus(x: Float64) -> Float64:
    return np.log1p(np.exp(x))


def silu(x: Float64) -> Float64:
    return x / (1 + np.exp(-x))


def plain_layer(
    layer: Mamba2Layer, tokens: Float64, state: Float64
) -> tuple[Float64, Float64, Float64, Float64]:
    """Past's and present's part of a layer's output, the state after it, and the log decay.

    tokens : (l, d). One token after the other, with two recurrences: one that begins with the
    state and gets nothing new, one that begins empty.
    """
    w = {k: v.double().numpy() for k, v in layer.state_dict().items()}
    e, n, h, p = layer.d_inner, layer.d_state, layer.heads, layer.headdim
    z, mixed, dt = np.split(tokens @ w["in_proj.weight"].T, [e, 2 * e + 2 * n], axis=1)
    padded = np.concatenate([np.zeros((layer.d_conv - 1, mixed.shape[1])), mixed])
    taps = w["conv1d.weight"][:, 0]  # (channels, d_conv)
    mixed = silu(
        np.stack([(padded[t : t + layer.d_conv].T * taps).sum(1) for t in range(len(tokens))])
        + w["conv1d.bias"]
    )
    x, b, c = np.split(mixed, [e, e + n], axis=1)
    x = x.reshape(-1, h, p)
    dt = softplus(dt + w["dt_bias"])
    log_decay = dt * -np.exp(w["A_log"])
    old, new = state.copy(), np.zeros_like(state)
    past, present = [], []
    for t in range(len(tokens)):
        decay = np.exp(log_decay[t])[:, None, None]
        old = old * decay
        new = new * decay + (dt[t][:, None] * x[t])[:, :, None] * b[t]
        past.append((old @ c[t]).ravel())
        present.append((new @ c[t] + w["D"][:, None] * x[t]).ravel())
    parts = np.stack([past, present])  # (2, l, e)
    gated = parts * silu(z)
    power = np.square(gated.sum(0)).mean(1, keepdims=True)
    gated = gated / np.sqrt(power + layer.norm.eps) * w["norm.weight"]
    out = gated @ w["out_proj.weight"].T
    return out[0], out[1], old + new, log_decay


def test_the_parts_of_a_mamba_layer_add_up_and_are_those_of_two_recurrences() -> None:
    layer = filled(Mamba2Layer(16, 2, 8, d_state=12))
    generator = torch.Generator().manual_seed(1)
    state: Tensor | None = None
    plain = np.zeros((layer.heads, layer.headdim, layer.d_state))
    for _ in range(3):
        tokens = torch.randn(1, 20, 16, generator=generator)
        into = Intermediates(Probe(frozenset({Part.SHARE, Part.HALF_LIFE})))
        out, state = layer(tokens, state, into)
        past, present, plain, log_decay = plain_layer(layer, tokens[0].double().numpy(), plain)
        np.testing.assert_allclose(past + present, out[0].numpy(), atol=1e-4)
        norms = np.linalg.norm([past, present], axis=-1)
        np.testing.assert_allclose(into.found[Part.SHARE][0][0].numpy(), norms, atol=1e-4)
        half_life = np.log(0.5) / log_decay.sum(0)
        np.testing.assert_allclose(
            into.found[Part.HALF_LIFE][0][0].numpy(), half_life, rtol=1e-4, atol=1e-4
        )
    assert norms[0].mean() > 0.1 * norms[1].mean()  # the past has a part that could be missed


def test_the_first_frame_has_no_past(small: FlashDepth) -> None:
    _, found = looked_into(small, frames(1, 84, 112))
    assert all((norms[:, 0] == 0).all() and (norms[:, 1] > 0).all() for norms in found[Part.SHARE])


def test_shares_lie_on_the_grid_of_the_memory(small: FlashDepth) -> None:
    _, found = looked_into(small, frames(2, 140, 280))
    layers = small.config.memory.layers
    assert [tuple(norms.shape) for norms in found[Part.SHARE]] == [(1, 2, 2, 4)] * layers
    assert [tuple(life.shape) for life in found[Part.HALF_LIFE]] == [(1, 8)] * layers


def test_correction_is_the_norm_of_what_the_temporal_module_adds(small: FlashDepth) -> None:
    pictures = frames(2, 84, 112)
    _, found = looked_into(small, pictures)
    module: TemporalModule = small.mamba
    with torch.inference_mode():
        paths = [small.encode(picture).path for picture in pictures]
        after = module(paths[1], module(paths[0])[1])[0]
    change = (after - paths[1])[0].double().numpy()
    expected = np.sqrt(np.square(change).sum(0))
    np.testing.assert_allclose(found[Part.CORRECTION][0][0].numpy(), expected, atol=1e-4)


def test_pyramid_is_the_norm_of_each_path(small: FlashDepth) -> None:
    (picture,) = frames(1, 84, 112)
    _, found = looked_into(small, [picture])
    head = small.depth_head
    with torch.inference_mode():
        levels = small.pyramid(picture)
        path = head.first_path(levels[3], (6, 8))
        paths = [path, head.next_path(3, path, levels)]
        path, _ = small.mamba(paths[1])
        paths.append(head.next_path(2, path, levels))
        paths.append(head.next_path(1, paths[2], levels))
    for norms, plain in zip(found[Part.PYRAMID], paths, strict=True):
        expected = np.sqrt(np.square(plain[0].double().numpy()).sum(0))
        np.testing.assert_allclose(norms[0].numpy(), expected, rtol=1e-4, atol=1e-4)


def test_attention_and_tokens_are_those_of_the_encoder(small: FlashDepth) -> None:
    (picture,) = frames(1, 70, 98)
    _, found = looked_into(small, [picture])
    vit = small.pretrained
    with torch.inference_mode():
        tokens = vit.patch_embed(picture)
        tokens = torch.cat([vit.cls_token, tokens], 1) + vit.positions(70, 98)
        for block in vit.blocks[: EVERYTHING.block]:
            tokens = block(tokens)
        chosen = cast(Block, vit.blocks[EVERYTHING.block])
        qkv = chosen.attn.qkv
        heads = chosen.attn.heads
        x = chosen.norm1(tokens)[0].double().numpy()
        projected = x @ qkv.weight.double().numpy().T + qkv.bias.double().numpy()
        expected = projected.reshape(len(x), 3, heads, -1).transpose(1, 2, 0, 3)
        for block in vit.blocks[EVERYTHING.block :]:
            tokens = block(tokens)
        last = vit.norm(tokens[:, 1:])
    for got, plain in zip(found[Part.ATTENTION], expected[:2], strict=True):
        np.testing.assert_allclose(got[0].numpy(), plain, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found[Part.TOKENS][0].flatten(1, 2), last, rtol=1e-4, atol=1e-4)


def test_a_block_beyond_the_last_is_the_last(small: FlashDepth) -> None:
    (picture,) = frames(1, 70, 98)
    with torch.inference_mode():
        queries = []
        for block in (11, 99):
            into = Intermediates(Probe(frozenset({Part.ATTENTION}), block))
            small.encode(picture, into)
            queries.append(into.found[Part.ATTENTION][0])
    assert torch.equal(*queries)


def test_the_gate_is_the_mean_of_what_the_short_memory_lets_through(light: FlashDepthLite) -> None:
    hold = cast(HalfHold, light.hold)
    width = hold.change.weight.shape[0]
    generator = torch.Generator().manual_seed(2)
    path, previous = torch.randn(2, 1, width, 8, 12, generator=generator)
    into = Intermediates(Probe(frozenset({Part.GATE})))
    hold(path, previous, into)
    both = np.concatenate([path[0].numpy(), previous[0].numpy()]).astype(np.float64)
    halves = both.reshape(2 * width, 4, 2, 6, 2).mean((2, 4))
    seen = np.maximum(plain_convolution(hold.look, halves), 0)
    gate = 1 / (1 + np.exp(-plain_convolution(hold.gate, seen)))
    np.testing.assert_allclose(into.found[Part.GATE][0][0].numpy(), gate.mean(0), atol=1e-4)


def plain_convolution(conv: nn.Conv2d, maps: Float64) -> Float64:
    """(c, h, w) -> (d, h, w) by a 3x3 convolution with zeros around."""
    weight = conv.weight.double().numpy()
    assert conv.bias is not None
    padded = np.pad(maps, ((0, 0), (1, 1), (1, 1)))
    height, width = maps.shape[1:]
    total = np.broadcast_to(conv.bias.double().numpy()[:, None, None], (len(weight), height, width))
    for i, j in np.ndindex(3, 3):
        window = padded[:, i : i + height, j : j + width]
        total = total + np.einsum("dc,chw->dhw", weight[:, :, i, j], window)
    return cast(Float64, total)
