"""Video Depth Anything equals the authors' streaming network on the same weights and clips."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models.video_depth_anything import VideoDepthAnything, VideoState
from tests.fixtures.flashdepth.fixture_weights import make_clip, make_tensor

FIXTURES = Path(__file__).parents[2] / "fixtures" / "video_depth_anything"


def weights(key: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The value that the reference run gave that entry: noise, and real sinusoids for `pe`."""
    if key.endswith("pos_encoder.pe"):
        place = np.arange(shape[1], dtype=np.float64)[:, None]
        rate = np.exp(np.arange(0, shape[2], 2) * (-math.log(10_000.0) / shape[2]))
        table = np.empty(shape)
        table[0, :, 0::2], table[0, :, 1::2] = np.sin(place * rate), np.cos(place * rate)
        return table.astype(np.float32)
    gain = 1.7 if key.endswith(("to_q.weight", "to_k.weight")) else 1.0
    tensor: NDArray[np.float32] = make_tensor(key, shape, "vda-public") * np.float32(gain)
    return tensor


def network(encoder: Any) -> VideoDepthAnything:
    """The network with the reference weights."""
    with torch.device("meta"):
        net = VideoDepthAnything(encoder)
    net = net.to_empty(device="cpu")
    with torch.no_grad():
        for key, tensor in net.state_dict().items():
            tensor.copy_(torch.from_numpy(weights(key, tuple(tensor.shape))))
    return net.eval()


class Reference:
    """Clips that the authors' network saw, and ours to show them to."""

    def __init__(self, encoder: str) -> None:
        with np.load(FIXTURES / f"fixture_vda_{encoder}_public.npz") as file:
            self.arrays: dict[str, NDArray[Any]] = {key: file[key] for key in file.files}
        self.cases: dict[str, Any] = json.loads(self.arrays["meta"].tobytes())["cases"]
        self.net = network(encoder)

    def clip(self, name: str) -> torch.Tensor:
        case = self.cases[name]
        clip = make_clip(case["clip"], case["B"], case["T"], case["H"], case["W"])
        assert abs(clip.astype(np.float64).sum() - case["clip_sum"]) < 1e-2
        return torch.from_numpy(clip)

    def run(self, name: str, frames: int | None = None) -> dict[int, NDArray[np.float32]]:
        """(b, H, W) output by frame number, for the frames that the reference kept."""
        clip = self.clip(name)[:, :frames].to(next(self.net.parameters()).dtype)
        kept, state = {}, None
        with torch.inference_mode():
            for n in range(clip.shape[1]):
                output, state = self.net(clip[:, n], state)
                if n in self.cases[name]["frames"]:
                    kept[n] = output.numpy()
        return kept


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for each other crawl on a machine that is busy with other tests."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


ENCODERS = ["vits", "vitb", pytest.param("vitl", marks=pytest.mark.slow)]


@pytest.fixture(scope="module", params=ENCODERS)
def reference(request: pytest.FixtureRequest) -> Iterator[Reference]:
    found = Reference(request.param)
    yield found
    found.net.to_empty(device="meta")


@pytest.fixture(scope="module")
def small() -> Reference:
    return Reference("vits")


@pytest.mark.parametrize("encoder", ["vits", "vitb", "vitl"])
def test_the_published_checkpoints_keys_and_shapes_are_exactly_ours(encoder: Any) -> None:
    with torch.device("meta"):
        ours = {key: tuple(t.shape) for key, t in VideoDepthAnything(encoder).state_dict().items()}
    lines = (FIXTURES / f"keys_vda_{encoder}.txt").read_text().splitlines()
    rows = [line.split("\t") for line in lines if line]
    assert ours == {key: tuple(map(int, shape.split("x"))) for key, shape, *_ in rows}


def test_every_frame_equals_the_authors_output(reference: Reference) -> None:
    for name, case in reference.cases.items():
        stride, outputs = case["out_stride"], reference.run(name)
        expected = reference.arrays[f"{name}/out"]
        assert list(outputs) == case["frames"]
        for at, n in enumerate(case["frames"]):
            difference = np.abs(outputs[n][:, ::stride, ::stride] - expected[:, at])
            assert difference.max() <= 2e-4 * case["out_std"], (name, n)


def test_a_reset_equals_a_fresh_start(reference: Reference) -> None:
    for name, case in reference.cases.items():
        frame, stride = reference.clip(name)[:, case["reset_frame"]], case["out_stride"]
        with torch.inference_mode():
            output, state = reference.net(frame, None)
            alone, untouched = reference.net(frame, state, temporal=False)
        expected = reference.arrays[f"{name}/out_reset"]
        difference = np.abs(output[:, ::stride, ::stride].numpy() - expected)
        assert difference.max() <= 2e-4 * case["out_std"]
        assert torch.equal(alone, output) and untouched is state


def test_double_precision_equals_theirs_to_a_millionth(small: Reference) -> None:
    small.net.double()
    try:
        outputs = small.run("long", frames=14)
    finally:
        small.net.float()
    expected = small.arrays["long/out_f64"]
    for at, n in enumerate(small.cases["long"]["f64_frames"]):
        if n in outputs:
            assert np.abs(outputs[n][:, ::8, ::8] - expected[:, at]).max() <= 1e-6


def test_a_state_is_a_value_that_may_be_continued_twice(small: Reference) -> None:
    clip, state = small.clip("portrait"), None
    with torch.inference_mode():
        for n in range(4):
            _, state = small.net(clip[:, n], state)
        first, _ = small.net(clip[:, 4], state)
        small.net(clip[:, 9], state)
        second, _ = small.net(clip[:, 4], state)
    assert torch.equal(first, second)


def _held(state: VideoState) -> int:
    """Bytes of the distinct tensors that a state keeps alive."""
    entries = (state.first, *state.recent)
    tensors = [t for entry in entries for one in entry for t in (one.keys, one.values)]
    storages = [tensor.untyped_storage() for tensor in tensors]
    return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())


def test_memory_grows_for_42_frames_and_never_again(small: Reference) -> None:
    frame = small.clip("batch")[:1, 0, :, :56, :56]
    state, held = None, []
    with torch.inference_mode():
        for _ in range(90):
            _, state = small.net(frame, state)
            assert state is not None
            held.append(_held(state))
    assert held[41] == 42 * held[0]
    assert set(held[41:]) == {held[41]}


def test_a_video_keeps_its_size(small: Reference) -> None:
    clip = small.clip("batch")
    with torch.inference_mode():
        _, state = small.net(clip[:, 0], None)
        with pytest.raises(ValueError):
            small.net(clip[:, 1, :, :56], state)
