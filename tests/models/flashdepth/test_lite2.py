"""The second design of the bundled network: as small as it should be, and with the same manners."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from torch import Tensor

from models.estimators.lite import weights_path
from models.flashdepth import lite_weights
from models.flashdepth.lite import FlashDepthLite, LiteConfig
from models.flashdepth.lite_encoder import BLOCKS, FEATURE_WIDTHS, LiteEncoder
from models.training.shorten import coarsest, fit_coarsest
from models.training.start import warm_start
from tests.bench.bench_cpu import SECOND_WEIGHTS, gmac

SMALL = replace(LiteConfig.second(), width=16, fine_width=8, head_width=8, temporal_state=16)
LARGEST_GMAC = 1.5
MOST_OF_FIRST = 0.5
"""Arithmetic of a frame as a share of the first design's."""


def network(*, awake: bool = True) -> FlashDepthLite:
    """A small network with random weights; awake: its memory does something."""
    torch.manual_seed(1)
    made = FlashDepthLite(SMALL).eval()
    if awake:
        torch.nn.init.normal_(made.temporal.final_layer[1].weight, std=2.0)
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


def test_a_frame_takes_at_most_half_of_the_arithmetic_of_the_first_design() -> None:
    frame = torch.randn(1, 3, 288, 384)
    first, second = (
        gmac(FlashDepthLite(config).for_inference(torch.float32), frame)
        for config in (LiteConfig(), LiteConfig.second())
    )
    assert second <= LARGEST_GMAC
    assert second <= MOST_OF_FIRST * first


@torch.inference_mode()
@pytest.mark.parametrize("size", [(64, 96), (96, 160)])
def test_disparity_has_the_size_of_the_frame_and_is_never_negative(size: tuple[int, int]) -> None:
    disparity, state = network()(torch.randn(2, 3, *size) * 3, None)
    assert disparity.shape == (2, *size)
    assert disparity.dtype == torch.float32
    assert float(disparity.min()) >= 0.0
    assert state is not None
    assert state.held.shape == (2, SMALL.fine_width, size[0] // 4, size[1] // 4)


@torch.inference_mode()
def test_an_untrained_memory_equals_the_network_without_it_over_a_video() -> None:
    net, state = network(awake=False), None
    for frame in video(3):
        features = net.encode(frame)
        with_memory, state = net.decode(features, state)
        without, _ = net.decode(features, None, temporal=False)
        torch.testing.assert_close(with_memory, without, rtol=0, atol=1e-6)


@torch.inference_mode()
def test_both_memories_reach_the_next_frame() -> None:
    frames, net = video(2), network()
    _, state = net(frames[0], None)
    features = net.encode(frames[1])
    whole, _ = net.decode(features, state)
    for part in (state._replace(memory=None), state._replace(held=torch.zeros_like(state.held))):
        other, _ = net.decode(features, part)
        assert float((whole - other).abs().max()) > 1e-5


@torch.inference_mode()
def test_decoding_leaves_features_and_state_as_they_were() -> None:
    net, frames = network(), video(2)
    _, state = net(frames[0], None)
    features = net.encode(frames[1])
    values = (*features, *state.memory.layers, state.held)
    kept = [value.clone() for value in values]
    once, _ = net.decode(features, state)
    again, _ = net.decode(features, state)
    assert torch.equal(once, again)
    assert all(torch.equal(now, before) for now, before in zip(values, kept, strict=True))


@torch.inference_mode()
def test_a_video_from_its_start_again_equals_a_fresh_one() -> None:
    net, frames = network(), video(4)
    first = play(net, frames)
    assert torch.equal(first, play(net, frames))
    assert float((first[2] - play(net, frames[2:])[0]).abs().max()) > 1e-5


@torch.inference_mode()
def test_a_clip_in_two_halves_equals_the_whole_when_the_memory_is_handed_over() -> None:
    frames, net = video(6), network()
    features = [net.encode(part.flatten(0, 1)) for part in (frames[:3], frames[3:])]
    first, state = net.decode_clip(features[0], None, 3)
    second, _ = net.decode_clip(features[1], state, 3)
    whole = play(net, frames)
    torch.testing.assert_close(torch.cat([first[0], second[0]]), whole[:, 0], rtol=1e-4, atol=1e-4)


@torch.inference_mode()
def test_bfloat16_stays_near_float32_and_makes_no_staircase() -> None:
    frames = video(2)
    exact = play(network(), frames)
    made = network().for_inference(torch.bfloat16)
    rough = play(made, frames.bfloat16())
    assert rough.dtype == torch.float32
    assert float((rough - exact).abs().mean()) < 0.05 * float(exact.std() + 0.1)
    assert len(rough[0].unique()) > 0.2 * rough[0].numel()


def test_the_file_says_which_design_it_holds_and_how_it_was_trained(tmp_path: Path) -> None:
    path, net = tmp_path / "second.safetensors", network()
    lite_weights.save(path, net.state_dict(), SMALL, {"steps": "12"})
    with safe_open(path, framework="pt") as stored:
        notes = stored.metadata()
    assert (notes["version"], notes["steps"]) == ("2", "12")
    assert json.loads(notes["config"])["light"] is True
    loaded = lite_weights.load(path)
    assert loaded.config == SMALL
    for name, value in net.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], value.half().float(), rtol=0, atol=0)


def test_the_weights_in_training_fit_the_second_design_and_are_finite() -> None:
    net = lite_weights.load(SECOND_WEIGHTS)
    assert net.config == LiteConfig.second()
    for name, value in net.state_dict().items():
        assert bool(value.isfinite().all()), name


def test_the_weights_of_the_first_design_still_load_as_the_first() -> None:
    assert lite_weights.load(weights_path()).config == LiteConfig()


@torch.inference_mode()
def test_an_encoder_that_ends_earlier_gives_the_same_finer_maps() -> None:
    long, short = LiteEncoder(), LiteEncoder(BLOCKS - 2)
    short.load_state_dict({name: long.state_dict()[name] for name in short.state_dict()})
    frame = torch.randn(1, 3, 64, 64)
    for whole, ended in zip(long(frame)[:4], short(frame)[:4], strict=True):
        assert torch.equal(whole, ended)
    assert short(frame)[4].shape == (1, short.widths[4], 2, 2)
    assert short.widths != long.widths == FEATURE_WIDTHS


@torch.inference_mode()
def test_a_warm_start_takes_what_fits_and_leaves_the_memories_asleep() -> None:
    donor, net = lite_weights.load(weights_path()), FlashDepthLite(LiteConfig.second())
    taken = warm_start(net, donor)
    assert not any(name.startswith(("hold.", "temporal.final_layer.")) for name in taken)
    assert {"encoder.stem.weight", "project.1.weight", "fuse.2.unit.conv1.weight"} <= set(taken)
    frame = torch.randn(1, 3, 64, 64)
    for ours, theirs in zip(net.encoder(frame)[:4], donor.encoder(frame)[:4], strict=True):
        torch.testing.assert_close(ours, theirs)
    features = net.encode(frame)
    _, state = net.decode(features, None)
    remembered, _ = net.decode(features, state)
    alone, _ = net.decode(features, None, temporal=False)
    torch.testing.assert_close(remembered, alone, rtol=0, atol=1e-6)


@torch.inference_mode()
def test_a_shorter_encoder_s_coarsest_map_is_fitted_to_the_donor_s() -> None:
    torch.manual_seed(3)
    donor = FlashDepthLite(replace(SMALL, encoder_blocks=BLOCKS))
    net = FlashDepthLite(SMALL)
    warm_start(net, donor)
    pictures = [torch.randn(8, 3, 256, 256) for _ in range(8)]
    wanted = coarsest(donor, donor.encoder(pictures[0])[-1])
    before = coarsest(net, net.encoder(pictures[0])[-1])
    fit_coarsest(net, donor, pictures)
    after = coarsest(net, net.encoder(pictures[0])[-1])
    assert float((after - wanted).abs().mean()) < 0.5 * float((before - wanted).abs().mean())
