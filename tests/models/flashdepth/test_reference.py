"""Our networks equal the authors' on the same weights and clips, to rounding."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models.flashdepth import FlashDepth, FlashDepthConfig, TemporalState
from tests.fixtures.flashdepth.fixture_weights import fill, make_clip

FIXTURES = Path(__file__).parents[2] / "fixtures" / "flashdepth"
CONFIGS = {
    "s": FlashDepthConfig.small(),
    "l": FlashDepthConfig.large(),
    "full": FlashDepthConfig.full(),
}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for each other crawl on a machine that is busy with other tests."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@dataclasses.dataclass
class Reference:
    """One clip that the authors' code saw, and a network to show it to."""

    variant: str
    name: str
    arrays: dict[str, NDArray[Any]]
    case: dict[str, Any]
    net: FlashDepth

    def clip(self) -> torch.Tensor:
        c = self.case
        clip = make_clip(c["clip"], c["B"], c["T"], c["H"], c["W"])
        assert abs(clip.astype(np.float64).sum() - c["clip_sum"]) < 1e-3  # the same clip as theirs
        return torch.from_numpy(clip)

    def expected(self, name: str) -> NDArray[Any]:
        return self.arrays[f"{self.name}/{name}"]

    def run(self, frames: int | None = None) -> tuple[NDArray[Any], list[TemporalState]]:
        """(B, T, H, W) disparity of the clip in the network's precision, and all states."""
        clip = self.clip()[:, :frames].to(next(self.net.parameters()).dtype)
        outputs, states, state = [], [], None
        with torch.inference_mode():
            for t in range(clip.shape[1]):
                disparity, state = self.net(clip[:, t], state)
                outputs.append(disparity)
                assert state is not None
                states.append(state)
        return torch.stack(outputs, 1).numpy(), states


def _network(variant: str) -> FlashDepth:
    with torch.device("meta"):
        net = FlashDepth(CONFIGS[variant])
    net = net.to_empty(device="cpu")
    fill(net)
    return net.eval()


CLIPS = ["s/main", "s/sq518", pytest.param("l/main", marks=pytest.mark.slow), "full/main"]


@pytest.fixture(scope="module", params=CLIPS)
def reference(request: pytest.FixtureRequest) -> Iterator[Reference]:
    variant, name = request.param.split("/")
    with np.load(FIXTURES / f"reference_{variant}.npz") as file:
        arrays = {key: file[key] for key in file.files}
    case = json.loads(arrays["meta"].tobytes())["cases"][name]
    net = _network(variant)
    if variant == "full":
        net.config = dataclasses.replace(net.config, teacher_height=case["teacher_resolution"])
    yield Reference(variant, name, arrays, case, net)
    net.to_empty(device="meta")  # a gigabyte of weights outlives its use otherwise


def test_every_frame_equals_the_authors_output(reference: Reference) -> None:
    outputs, states = reference.run()
    stride = reference.case["out_stride"]
    difference = np.abs(outputs[:, :, ::stride, ::stride] - reference.expected("out"))
    assert difference.max() <= 2e-4
    for layer in (0, 3):
        key = f"{reference.name}/inter/ssm_state_{layer}/f1"
        if key in reference.arrays:
            strides = reference.case["inter"][f"ssm_state_{layer}/f1"]["stride"]
            seen = states[1].layers[layer][tuple(slice(None, None, s) for s in strides)].numpy()
            assert np.abs(seen - reference.arrays[key]).max() <= 1e-4


def test_a_reset_equals_a_fresh_start(reference: Reference) -> None:
    frame = reference.clip()[:, reference.case["reset_frame"]]
    with torch.inference_mode():
        disparity, _ = reference.net(frame, None)
    difference = np.abs(disparity[:, ::4, ::4].numpy() - reference.expected("out_reset"))
    assert difference.max() <= 2e-4


def test_the_first_frames_in_double_precision_equal_to_a_millionth(reference: Reference) -> None:
    slow = reference.name == "sq518" or reference.variant == "l"
    count = 1 if slow else 2
    reference.net.double()
    try:
        outputs, _ = reference.run(frames=count)
    finally:
        reference.net.float()
    difference = np.abs(outputs[:, :, ::8, ::8] - reference.expected("out_f64")[:, :count])
    assert difference.max() <= 1e-6
