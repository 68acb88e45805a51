"""Depth Anything V2: its sizes, its seam, what it refuses."""

import pytest
import torch

from models.depth_anything import DepthAnythingV2
from models.flashdepth.config import DecoderConfig


@pytest.mark.parametrize("encoder", ["vits", "vitb"])
def test_a_picture_becomes_disparity_of_its_size(encoder: str) -> None:
    torch.manual_seed(0)
    net = DepthAnythingV2(encoder).eval()  # type: ignore[arg-type]
    with torch.inference_mode():
        disparity = net(torch.randn(2, 3, 42, 70))
    assert disparity.shape == (2, 42, 70)
    assert disparity.min() >= 0


def test_pictures_of_a_batch_do_not_see_each_other() -> None:
    torch.manual_seed(0)
    net = DepthAnythingV2("vits").eval()
    frames = torch.randn(2, 3, 42, 70)
    with torch.inference_mode():
        both, alone = net(frames), net(frames[1:])
    torch.testing.assert_close(both[1:], alone, atol=1e-5, rtol=1e-5)


def test_it_streams_like_a_network_with_memory_but_keeps_none() -> None:
    net = DepthAnythingV2("vits").eval()
    frames = torch.randn(1, 3, 28, 28)
    with torch.inference_mode():
        disparity, state = net.decode(net.encode(frames), None, temporal=True)
        assert torch.equal(disparity, net(frames))
    assert state is None


def test_unknown_sizes_are_refused_with_the_known_ones() -> None:
    for make in (DepthAnythingV2, DecoderConfig.named):
        with pytest.raises(ValueError, match="vits, vitb, vitl"):
            make("vitg")  # type: ignore[operator]


def test_sides_that_are_no_multiples_are_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 14"):
        DepthAnythingV2("vits")(torch.zeros(1, 3, 30, 28))
