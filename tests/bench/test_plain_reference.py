"""The benchmark compares like with like: the plain reference gives the same disparity."""

import pytest
import torch

from models.flashdepth import FlashDepth, FlashDepthConfig
from models.flashdepth.config import MemoryConfig
from tests.bench.plain_reference import plain_forward
from tests.fixtures.flashdepth.fixture_weights import fill

CONFIGS = {
    "memory on path 3": FlashDepthConfig.small(),
    "memory on path 1": FlashDepthConfig("vits", MemoryConfig(1, expand=4, headdim=32)),
    "hybrid": FlashDepthConfig("vits", MemoryConfig(3, 4, 32), "vits", teacher_height=56),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_plain_reference_gives_the_same_disparity(name: str) -> None:
    net = FlashDepth(CONFIGS[name]).eval()
    fill(net)
    generator = torch.Generator().manual_seed(0)
    state = plain_state = None
    with torch.inference_mode():
        for _ in range(2):
            frames = torch.randn(1, 3, 84, 112, generator=generator)
            ours, state = net(frames, state)
            plain, plain_state = plain_forward(net, frames, plain_state)
            torch.testing.assert_close(ours, plain, atol=1e-4, rtol=1e-4)
            alone, _ = net(frames, None, temporal=False)
            plain_alone, _ = plain_forward(net, frames, None, temporal=False)
            torch.testing.assert_close(alone, plain_alone, atol=1e-4, rtol=1e-4)
