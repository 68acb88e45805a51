"""Pictures of a batch exchange style in the encoder's early maps."""

from __future__ import annotations

import torch
from torch import Tensor

from models.flashdepth.lite_encoder import LiteEncoder
from models.training.style import StyleMixing, mixed_styles


def test_a_map_that_keeps_its_whole_share_stays() -> None:
    maps = torch.randn(3, 4, 6, 5)
    mixed = mixed_styles(maps, torch.ones(3), torch.tensor([1, 2, 0]))
    torch.testing.assert_close(mixed, maps)


def test_a_map_without_a_share_takes_mean_and_spread_of_its_donor_and_keeps_its_shapes() -> None:
    maps = torch.randn(2, 3, 8, 8) * torch.tensor([1.0, 4.0]).reshape(2, 1, 1, 1)
    mixed = mixed_styles(maps, torch.zeros(2), torch.tensor([1, 0]))
    torch.testing.assert_close(mixed.mean((2, 3)), maps.mean((2, 3)).flip(0))
    torch.testing.assert_close(mixed.std((2, 3)), maps.std((2, 3)).flip(0))
    torch.testing.assert_close(_normalised(mixed), _normalised(maps), atol=1e-4, rtol=1e-4)


def test_a_channel_that_is_constant_becomes_no_nan() -> None:
    maps = torch.zeros(2, 1, 4, 4)
    maps[1] = torch.randn(1, 4, 4)
    assert bool(mixed_styles(maps, torch.zeros(2), torch.tensor([1, 0])).isfinite().all())


def test_styles_mix_in_training_alone_and_in_their_share_of_batches() -> None:
    torch.manual_seed(0)
    encoder = LiteEncoder()
    pictures = torch.randn(2, 3, 64, 64)
    plain = encoder(pictures)[0]
    always = StyleMixing(encoder, 1.0)
    assert not torch.equal(always(lambda: encoder(pictures)[0]), plain)
    torch.testing.assert_close(encoder(pictures)[0], plain)


def test_without_a_share_nothing_is_drawn_from_the_generator() -> None:
    encoder = LiteEncoder()
    before = torch.get_rng_state()
    StyleMixing(encoder, 0.0)(lambda: encoder(torch.zeros(1, 3, 32, 32))[0])
    assert torch.equal(torch.get_rng_state(), before)


def _normalised(maps: Tensor) -> Tensor:
    return (maps - maps.mean((2, 3), keepdim=True)) / maps.std((2, 3), keepdim=True)
