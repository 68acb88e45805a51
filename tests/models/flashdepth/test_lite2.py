"""What is new in the second design: its size, and its start from the first.

What both designs promise is in test_lite.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import safe_open

from models.estimators.lite import weights_path
from models.flashdepth import lite_weights
from models.flashdepth.lite import FlashDepthLite, LiteConfig
from models.flashdepth.lite_encoder import BLOCKS, FEATURE_WIDTHS, LiteEncoder
from models.training.shorten import coarsest, fit_coarsest
from models.training.start import warm_start
from tests.bench.bench_cpu import gmac

SMALL = replace(LiteConfig.second(), width=16, fine_width=8, head_width=8, temporal_state=16)
LARGEST_GMAC = 1.5
MOST_OF_FIRST = 0.5
"""Arithmetic of a frame as a share of the first design's."""


def test_a_frame_takes_at_most_half_of_the_arithmetic_of_the_first_design() -> None:
    frame = torch.randn(1, 3, 288, 384)
    first, second = (
        gmac(FlashDepthLite(config).for_inference(torch.float32), frame)
        for config in (LiteConfig(), LiteConfig.second())
    )
    assert second <= LARGEST_GMAC
    assert second <= MOST_OF_FIRST * first


def test_the_file_says_which_design_it_holds_and_how_it_was_trained(tmp_path: Path) -> None:
    path, net = tmp_path / "second.safetensors", FlashDepthLite(SMALL)
    lite_weights.save(path, net.state_dict(), SMALL, {"steps": "12"})
    with safe_open(path, framework="pt") as stored:
        notes = stored.metadata()
    assert (notes["version"], notes["steps"]) == ("2", "12")
    assert json.loads(notes["config"])["light"] is True
    loaded = lite_weights.load(path)
    assert loaded.config == SMALL
    for name, value in net.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], value.half().float(), rtol=0, atol=0)


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
    donor, net = (
        lite_weights.load(weights_path("flashdepth-lite-1")),
        FlashDepthLite(LiteConfig.second()),
    )
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
