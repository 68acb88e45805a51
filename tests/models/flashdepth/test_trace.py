"""Without a GPU at hand: the networks keep to one device and trace whole at the paper's size."""

import pytest
import torch
from torch import Tensor, nn

from models.flashdepth import FlashDepth, FlashDepthConfig, TemporalState

CONFIGS = {
    "s": FlashDepthConfig.small(),
    "l": FlashDepthConfig.large(),
    "full": FlashDepthConfig.full(),
}
WIDTH, HEIGHT = 2044, 1148


class Step(nn.Module):
    """One frame of a stream, with plain tensors in and out."""

    def __init__(self, net: FlashDepth) -> None:
        super().__init__()
        self.net = net

    def forward(self, frames: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        disparity, after = self.net(frames, TemporalState(state))
        return disparity, *after.layers


def state_of(net: FlashDepth, device: str) -> tuple[Tensor, ...]:
    memory = net.config.memory
    heads = net.mamba.blocks[0][0].mamba.heads
    shape = (1, heads, memory.headdim, memory.d_state)
    return tuple(torch.empty(shape, device=device) for _ in range(memory.layers))


@pytest.fixture(params=CONFIGS)
def net(request: pytest.FixtureRequest) -> FlashDepth:
    with torch.device("meta"):
        return FlashDepth(CONFIGS[request.param]).eval().requires_grad_(False)


def test_no_frame_leaves_the_device_it_is_on(net: FlashDepth) -> None:
    """Mixing "meta" with another device raises, as mixing "cuda" with the CPU would."""
    frames = torch.empty(1, 3, HEIGHT, WIDTH, device="meta")
    state: TemporalState | None = None
    for _ in range(2):
        disparity, state = net(frames, state)
        assert disparity.shape == (1, HEIGHT, WIDTH)
        assert state is not None
        assert {disparity.device.type, *(s.device.type for s in state.layers)} == {"meta"}


def test_a_frame_traces_whole_at_the_size_of_the_paper(net: FlashDepth) -> None:
    frames = torch.empty(1, 3, HEIGHT, WIDTH, device="meta")
    program = torch.export.export(Step(net), (frames, state_of(net, "meta")))
    values = [node.meta.get("val") for node in program.graph.nodes]
    devices = {value.device.type for value in values if isinstance(value, Tensor)}
    assert devices == {"meta"}
    outputs = [node.meta["val"].shape for node in program.graph.output_node().args[0]]
    assert outputs[0] == (1, HEIGHT, WIDTH)
    assert len(outputs) == 1 + net.config.memory.layers
