"""Both designs of the bundled network: shapes, purity of their memory, and the encoder."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from models.flashdepth.lite import PICTURE, FlashDepthLite, LiteConfig
from models.flashdepth.lite_blocks import spread
from models.flashdepth.lite_encoder import (
    BATCH_NORM_EPS,
    FEATURE_STRIDES,
    FEATURE_WIDTHS,
    PIXEL_MEAN,
    PIXEL_SCALE,
    LiteEncoder,
    SameConv,
    fold_imagenet_weights,
)

FIRST = LiteConfig(width=16, head_width=8, temporal_layers=2, temporal_state=16)
SECOND = replace(LiteConfig.second(), width=16, fine_width=8, head_width=8, temporal_state=16)
AWAKE = {1: 20.0, 2: 2.0}
"""Standard deviation of random weights with which a design's long memory does something."""


@pytest.fixture(params=[FIRST, SECOND], ids=["first", "second"])
def config(request: pytest.FixtureRequest) -> LiteConfig:
    """Small sizes of each design."""
    return request.param


def network(config: LiteConfig, *, awake: bool = True) -> FlashDepthLite:
    """A network with random weights; awake: its memory does something."""
    torch.manual_seed(1)
    made = FlashDepthLite(config).eval()
    if awake:
        last = made.temporal.final_layer[1]
        torch.nn.init.normal_(last.weight, std=AWAKE[config.version])
        torch.nn.init.normal_(made.hold.change.weight, std=0.3)
    return made


def video(frames: int, height: int = 64, width: int = 96) -> Tensor:
    return torch.randn(frames, 1, 3, height, width, generator=torch.Generator().manual_seed(2))


def play(net: FlashDepthLite, frames: Tensor) -> Tensor:
    state, seen = None, []
    for frame in frames:
        disparity, state = net(frame, state)
        seen.append(disparity)
    return torch.stack(seen)


@torch.inference_mode()
@pytest.mark.parametrize("size", [(64, 96), (96, 160)])
def test_disparity_has_the_size_of_the_frame_and_is_never_negative(
    config: LiteConfig, size: tuple[int, int]
) -> None:
    disparity, state = network(config)(torch.randn(2, 3, *size) * 3, None)
    assert disparity.shape == (2, *size)
    assert disparity.dtype == torch.float32
    assert float(disparity.min()) >= 0.0
    assert state is not None
    width = config.fine_width or config.width
    assert state.held.shape == (2, width, size[0] // 4, size[1] // 4)


def test_training_sees_values_below_zero_so_that_no_pixel_is_without_a_gradient(
    config: LiteConfig,
) -> None:
    net = network(config).train()
    with torch.no_grad():
        net.head.out.bias.fill_(-5.0)
    disparity, _ = net(torch.randn(1, 3, 64, 64), None)
    assert float(disparity.detach().max()) < 0.0
    disparity.sum().backward()
    assert float(net.head.out.bias.grad.abs().min()) > 0.0


@torch.inference_mode()
def test_sides_that_are_no_multiples_of_32_are_refused(config: LiteConfig) -> None:
    with pytest.raises(ValueError, match="multiples of 32"):
        network(config)(torch.randn(1, 3, 64, 80), None)


@torch.inference_mode()
def test_an_untrained_memory_changes_nothing_over_a_video(config: LiteConfig) -> None:
    net, state = network(config, awake=False), None
    for frame in video(3):
        features = net.encode(frame)
        with_memory, state = net.decode(features, state)
        without, _ = net.decode(features, None, temporal=False)
        torch.testing.assert_close(with_memory, without, rtol=0, atol=1e-6)


@torch.inference_mode()
def test_both_memories_reach_the_next_frame(config: LiteConfig) -> None:
    frames, net = video(2), network(config)
    _, state = net(frames[0], None)
    features = net.encode(frames[1])
    whole, _ = net.decode(features, state)
    for part in (
        state._replace(memory=None),
        state._replace(held=torch.zeros_like(state.held)),
    ):
        other, _ = net.decode(features, part)
        assert float((whole - other).abs().max()) > 1e-5


@torch.inference_mode()
def test_a_video_from_its_start_again_equals_a_fresh_one(config: LiteConfig) -> None:
    net, frames = network(config), video(4)
    first = play(net, frames)
    assert torch.equal(first, play(net, frames))
    assert float((first[2] - play(net, frames[2:])[0]).abs().max()) > 1e-5


@torch.inference_mode()
def test_a_clip_in_two_halves_equals_the_whole_when_the_memory_is_handed_over(
    config: LiteConfig,
) -> None:
    frames, net = video(6), network(config)
    features = [net.encode(part.flatten(0, 1)) for part in (frames[:3], frames[3:])]
    first, state = net.decode_clip(features[0], None, 3)
    second, _ = net.decode_clip(features[1], state, 3)
    whole = play(net, frames)
    torch.testing.assert_close(torch.cat([first[0], second[0]]), whole[:, 0], rtol=1e-4, atol=1e-4)


@torch.inference_mode()
def test_decoding_leaves_features_and_state_as_they_were(config: LiteConfig) -> None:
    net = network(config)
    frames = video(2)
    _, state = net(frames[0], None)
    features = net.encode(frames[1])
    values = (*state.memory.layers, state.held)
    kept = [f.clone() for f in features], [s.clone() for s in values]
    once, _ = net.decode(features, state)
    again, _ = net.decode(features, state)
    torch.testing.assert_close(once, again, rtol=0, atol=0)
    for now, before in zip((*features, *values), (*kept[0], *kept[1]), strict=True):
        assert torch.equal(now, before)


@torch.inference_mode()
def test_what_is_made_of_the_encoder_alone_is_made_once_for_all_lanes(config: LiteConfig) -> None:
    net, made = network(config), []
    steps = (getattr(step, "skip_unit", None) for step in net.fuse)
    shared = [net.head.skip, *(unit for unit in steps if unit is not None)]
    for part in shared:
        part.register_forward_hook(lambda part, *_: made.append(part))
    _, state = net(video(1)[0], None)
    made.clear()
    with torch.no_grad():
        features = net.encode(video(1)[0])
        assert sorted(map(id, made)) == sorted(map(id, shared))
        net.decode(features, state)
        net.decode(features, None, temporal=False)
    assert len(made) == len(shared)


def test_a_frame_that_follows_stays_channels_last_all_the_way(config: LiteConfig) -> None:
    net = network(config).for_inference(torch.float32)
    seen: list[Tensor] = []
    net.hold.register_forward_pre_hook(lambda _, given: seen.extend(given[:2]))
    frame = video(1)[0].contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        _, state = net(frame, None)
        net(frame, state)
    assert len(seen) == 2
    assert torch.cat(seen, 1).is_contiguous(memory_format=torch.channels_last)


def test_cells_become_the_pixels_that_pixel_shuffle_makes_of_them() -> None:
    cells = torch.randn(2, 4, 5, 7)
    assert torch.equal(spread(cells), F.pixel_shuffle(cells, 2).squeeze(1))


def test_decoding_without_memory_hands_the_state_through(config: LiteConfig) -> None:
    net = network(config)
    _, state = net(video(1)[0], None)
    _, after = net.decode(net.encode(video(1)[0]), state, temporal=False)
    assert after is state


@torch.inference_mode()
def test_inference_in_bfloat16_stays_near_float32(config: LiteConfig) -> None:
    frame = torch.randn(1, 3, 64, 64)
    exact, _ = network(config)(frame, None)
    made = network(config).for_inference(torch.bfloat16)
    rough, state = made(frame.bfloat16(), None)
    assert rough.dtype == torch.float32
    assert all(layer.dtype == torch.float32 for layer in state.memory.layers)
    assert float((rough - exact).abs().mean()) < 0.05 * float(exact.std() + 0.1)


@torch.inference_mode()
def test_bfloat16_makes_no_staircase_of_disparity(config: LiteConfig) -> None:
    made = network(config).for_inference(torch.bfloat16)
    disparity, _ = made(torch.randn(1, 3, 64, 96).bfloat16(), None)
    assert len(disparity.unique()) > 0.2 * disparity.numel()


@torch.inference_mode()
def test_features_have_the_stated_widths_and_strides() -> None:
    features = LiteEncoder()(torch.randn(1, 3, 64, 128))
    for feature, width, stride in zip(features, FEATURE_WIDTHS, FEATURE_STRIDES, strict=True):
        assert feature.shape == (1, width, 64 // stride, 128 // stride)


@torch.inference_mode()
def test_an_even_stride_pads_right_and_below_first() -> None:
    conv = SameConv(1, 1, 3, 2)
    torch.nn.init.ones_(conv.weight)
    torch.nn.init.zeros_(conv.bias)
    seen = conv(torch.ones(1, 1, 4, 4))[0, 0]
    assert seen.tolist() == [[9.0, 6.0], [6.0, 4.0]]


def test_frozen_blocks_get_no_gradient_and_the_others_do(config: LiteConfig) -> None:
    net = network(config).train()
    net.encoder.freeze(11)
    disparity, _ = net(torch.randn(1, 3, 64, 64), None)
    disparity.sum().backward()
    trained = {name for name, p in net.encoder.named_parameters() if p.grad is not None}
    assert trained
    assert all(int(name.split(".")[1]) >= 11 for name in trained)
    assert not any(".filter." in name for name in trained)


@torch.inference_mode()
def test_folding_a_batch_norm_into_its_convolution_changes_no_output() -> None:
    published = _published(torch.Generator().manual_seed(3))
    encoder = LiteEncoder().eval()
    encoder.load_state_dict(fold_imagenet_weights(published))
    picture = torch.randn(1, 3, 32, 32)
    folded = F.relu6(encoder.stem(picture))
    raw = F.conv2d(F.pad(picture, (0, 1, 0, 1)), published["_conv_stem.weight"], stride=2)
    normed = F.batch_norm(
        raw,
        published["_bn0.running_mean"],
        published["_bn0.running_var"],
        published["_bn0.weight"],
        published["_bn0.bias"],
        eps=BATCH_NORM_EPS,
    )
    torch.testing.assert_close(folded, F.relu6(normed), rtol=1e-4, atol=1e-4)


def _published(generator: torch.Generator) -> dict[str, Tensor]:
    """Random weights under the published names."""
    names: dict[str, Tensor] = {}

    def layer(conv: str, norm: str, like: SameConv) -> None:
        width = like.weight.shape[0]
        names[f"{conv}.weight"] = torch.randn(like.weight.shape, generator=generator)
        names[f"{norm}.weight"] = torch.rand(width, generator=generator) + 0.5
        names[f"{norm}.bias"] = torch.randn(width, generator=generator)
        names[f"{norm}.running_mean"] = torch.randn(width, generator=generator)
        names[f"{norm}.running_var"] = torch.rand(width, generator=generator) + 0.1

    encoder = LiteEncoder()
    layer("_conv_stem", "_bn0", encoder.stem)
    for index, block in enumerate(encoder.blocks):
        prefix = f"_blocks.{index}"
        if block.expand is not None:
            layer(f"{prefix}._expand_conv", f"{prefix}._bn0", block.expand)
        layer(f"{prefix}._depthwise_conv", f"{prefix}._bn1", block.filter)
        layer(f"{prefix}._project_conv", f"{prefix}._bn2", block.project)
    return names


def test_pictures_are_normalised_and_sized_as_the_encoder_was_trained() -> None:
    assert PICTURE.mean == (PIXEL_MEAN / 255,) * 3
    assert PICTURE.deviation == (PIXEL_SCALE / 255,) * 3
    assert PICTURE.multiple == FEATURE_STRIDES[-1]
