"""Training of the paper's networks: where it starts, what it learns, that it can be interrupted."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from models.depth_anything import DepthAnythingV2
from models.errors import UsageError, UserError
from models.flashdepth import FlashDepth, FlashDepthConfig
from models.training import loop, render
from models.training.clip import Clip
from models.training.paper import learner as learning
from models.training.paper.batches import Batches, ClipBatch
from models.training.paper.config import DataEntry, PaperConfig, Rates
from models.training.paper.learner import ClipNetwork, PaperLearner, clip_errors, rate_factor
from models.training.paper.start import keep_blocks, start_network, whole_state
from tests.fixtures.flashdepth.fixture_weights import fill

BLOCKS = (2, 5, 8, 11)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def drawn(index: int, size: tuple[int, int], frames: int) -> Clip:
    """A ramp with a box in front of it, which moves."""
    rng = np.random.default_rng(index)
    width, height = size
    ramp = np.linspace(0.1, 1.0, height, dtype=np.float32)[:, None]
    disparity = np.broadcast_to(ramp, (frames, height, width)).copy()
    rgb = rng.integers(0, 90, (frames, height, width, 3)).astype(np.uint8)
    left = int(rng.integers(4, width - 40))
    for number in range(frames):
        part = slice(left + number, left + number + 24)
        disparity[number, 8:40, part] = 2.0
        rgb[number, 8:40, part] += 120
    return Clip(rgb, disparity)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PaperConfig:
    monkeypatch.setattr(render, "render_clip", drawn)
    data = DataEntry("rendered", str(tmp_path / "pool"), scenes=4, frames=4, size=(84, 70))
    return PaperConfig(
        "run",
        start="scratch",
        blocks=BLOCKS,
        steps=4,
        clips=2,
        clip_length=2,
        size=(84, 70),
        rates=Rates(encoder=2e-4, decoder=2e-4, temporal=1e-3),
        warmup=2,
        workers=0,
        log_every=1,
        save_every=2,
        validate_every=100,
        data=(data,),
    )


def batch(config: PaperConfig) -> ClipBatch:
    return Batches(config)[0]


@pytest.fixture(scope="module")
def donor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of Depth Anything V2 S, made up."""
    network = DepthAnythingV2("vits")
    fill(network)
    path = tmp_path_factory.mktemp("donor") / "vits.safetensors"
    safetensors.torch.save_file(network.state_dict(), path)
    return path


def test_at_step_0_stage_1_gives_what_depth_anything_gives(donor: Path) -> None:
    network = start_network(PaperConfig("run", start=str(donor)))
    whole = DepthAnythingV2("vits")
    whole.load_state_dict(safetensors.torch.load_file(donor))
    frames = torch.randn(1, 3, 3, 70, 84, generator=torch.Generator().manual_seed(1))
    clips = ClipNetwork(network, is_temporal=True, recompute=False)
    with torch.no_grad():
        expected = torch.stack([whole(frame) for frame in frames.unbind(1)], 1)
        torch.testing.assert_close(clips(frames), expected)
    assert float(expected.std()) > 0


def test_a_clip_is_the_network_frame_by_frame_with_its_state() -> None:
    network = FlashDepth(FlashDepthConfig.small())
    fill(network)
    keep_blocks(network, BLOCKS)
    frames = torch.randn(2, 3, 3, 70, 84, generator=torch.Generator().manual_seed(1))
    state, expected = None, []
    with torch.no_grad():
        for frame in frames.unbind(1):
            answer, state = network(frame, state)
            expected.append(answer)
        clips = ClipNetwork(network, is_temporal=True, recompute=False)
        torch.testing.assert_close(clips(frames), torch.stack(expected, 1))


def test_weights_without_the_other_blocks_load_into_the_published_network(
    config: PaperConfig, tmp_path: Path
) -> None:
    made = PaperLearner(config)
    made.learn(batch(config))
    made.export(tmp_path)
    published = FlashDepth(FlashDepthConfig.small())
    published.load_state_dict(
        safetensors.torch.load_file(tmp_path / "flashdepth-s.safetensors"), strict=True
    )
    frames = torch.randn(1, 3, 70, 84, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        torch.testing.assert_close(published(frames)[0], made.network(frames)[0])
    assert float(published(frames)[0].detach().std()) > 0


def test_a_run_can_start_from_weights_that_lack_blocks(config: PaperConfig, tmp_path: Path) -> None:
    made = PaperLearner(config)
    made.export(tmp_path)
    again = start_network(replace(config, start=str(tmp_path / "flashdepth-s.safetensors")))
    for name, value in whole_state(again, BLOCKS).items():
        assert torch.equal(value, whole_state(made.network, BLOCKS)[name]), name


def test_blocks_must_feed_the_decoder_at_four_places() -> None:
    network = FlashDepth(FlashDepthConfig.small())
    for blocks in ((0, 1, 2, 3), (11, 8, 5, 2), (2, 5, 8)):
        with pytest.raises(UsageError, match="blocks must"):
            keep_blocks(network, blocks)


def test_the_loss_is_the_mean_error_in_hundredths_over_known_pixels() -> None:
    predicted = torch.tensor([[[[100.0, 30.0, 7.0]]]])
    truth = torch.tensor([[[[0.9, 0.0, torch.nan]]]])
    errors, known = clip_errors(predicted, truth)
    assert (errors.item(), known.item()) == (pytest.approx(10.0 + 30.0), 2)


def test_a_batch_without_truth_changes_nothing(config: PaperConfig) -> None:
    made = PaperLearner(replace(config, rates=Rates(0.0, 0.0, 1e-3)))
    blind = batch(config)
    blind.inverse_depth.fill_(torch.nan)
    (loss,) = made.learn(blind)
    assert loss.item() == 0.0
    assert all(bool(value.isfinite().all()) for value in made.network.state_dict().values())


def test_a_few_steps_lower_the_loss_and_frozen_parts_stay(config: PaperConfig) -> None:
    made = PaperLearner(
        replace(config, warmup=1, rates=Rates(encoder=0.0, decoder=1e-3, temporal=1e-3))
    )
    before = {k: v.clone() for k, v in made.network.pretrained.state_dict().items()}
    losses = [made.learn(batch(config))[0].item() for _ in range(8)]
    assert losses[-1] < 0.9 * losses[0]
    for name, value in made.network.pretrained.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert float(made.network.mamba.state_dict()["final_layer.1.weight"].abs().max()) > 0


def test_without_memory_the_temporal_module_learns_nothing(config: PaperConfig) -> None:
    made = PaperLearner(replace(config, is_temporal=False))
    before = {k: v.clone() for k, v in made.network.mamba.state_dict().items()}
    made.learn(batch(config))
    for name, value in made.network.mamba.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_recomputed_activations_give_the_same_gradients(config: PaperConfig) -> None:
    steps = []
    for recompute in (False, True):
        made = PaperLearner(replace(config, recompute=recompute))
        (loss,) = made.learn(batch(config))
        gradients = {n: p.grad for n, p in made.network.named_parameters() if p.grad is not None}
        steps.append((loss, gradients))
    (loss, stored), (again, recomputed) = steps
    torch.testing.assert_close(again, loss)
    assert stored.keys() == recomputed.keys()
    for name, gradient in stored.items():
        torch.testing.assert_close(recomputed[name], gradient, msg=name)


def saved_bytes(network: FlashDepth, length: int, recompute: bool) -> int:
    """What autograd keeps of a clip for the backward pass."""
    kept: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.data_ptr()] = tensor.nbytes
        return tensor

    clips = ClipNetwork(network, is_temporal=True, recompute=recompute)
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        alive = clips(torch.zeros(1, length, 3, 70, 84))
    assert alive.requires_grad
    return sum(kept.values())


def test_a_longer_clip_stores_little_more_with_recomputed_activations(
    config: PaperConfig,
) -> None:
    network = start_network(config)
    grown = [
        saved_bytes(network, 6, recompute) - saved_bytes(network, 2, recompute)
        for recompute in (False, True)
    ]
    assert 0 < grown[1] < 0.3 * grown[0]


def test_the_rate_rises_to_its_peak_and_stays() -> None:
    rates = [rate_factor(step, 1000) for step in (0, 500, 999, 1000, 60000)]
    assert rates[0] == pytest.approx(1e-4)
    assert rates[1] == pytest.approx(1e-4 + (1 - 1e-4) * 500 / 999)
    assert rates[2:] == [1.0, 1.0, 1.0]
    assert rate_factor(0, 1) == 1.0


class PowerCutError(Exception):
    pass


def test_a_run_that_was_cut_off_ends_with_the_same_bits(
    config: PaperConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(name: str, *, resume: bool) -> None:
        schedule = loop.Schedule(4, 1, 2, 100)
        loop.train(PaperLearner(config), Batches(config), schedule, tmp_path / name, resume=resume)

    run("whole", resume=False)
    learn = PaperLearner.learn

    def until_the_third(self: PaperLearner, given: ClipBatch) -> tuple[torch.Tensor, ...]:
        if self.step == 3:
            raise PowerCutError
        return learn(self, given)

    with monkeypatch.context() as patch:
        patch.setattr(PaperLearner, "learn", until_the_third)
        with pytest.raises(PowerCutError):
            run("cut", resume=False)
    run("cut", resume=True)
    one, other = (
        safetensors.torch.load_file(tmp_path / name / "flashdepth-s.safetensors")
        for name in ("whole", "cut")
    )
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


def test_weights_of_another_network_are_refused(donor: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="another network"):
        start_network(PaperConfig("run", variant="flashdepth-l", start=str(donor)))
    part = tmp_path / "part.safetensors"
    tensors = safetensors.torch.load_file(donor)
    del tensors["pretrained.norm.weight"]
    safetensors.torch.save_file(tensors, part)
    with pytest.raises(UserError, match=r"lacks pretrained\.norm\.weight"):
        start_network(PaperConfig("run", start=str(part)))
    with pytest.raises(UsageError, match="no weights"):
        start_network(PaperConfig("run", start="nothing"))


def test_the_hybrids_teacher_gets_no_rate() -> None:
    with torch.device("meta"):
        network = FlashDepth(FlashDepthConfig.full())
    network.teacher_model.requires_grad_(False)
    config = PaperConfig("run", variant="flashdepth", teacher="x")
    groups = list(learning._groups(network, config))
    assert [group["peak"] for group in groups] == [5e-6, 5e-5, 1e-4, 1e-4]
    learnt = {id(p) for group in groups for p in group["params"]}  # type: ignore[attr-defined]
    taught = {id(p) for p in network.teacher_model.parameters()}
    assert not learnt & taught
    assert len(learnt) + len(taught) == len(list(network.parameters()))


TWO = """
kind = "paper"
start = "scratch"
blocks = [2, 5, 8, 11]
steps = 2
clips = {clips}
clip_length = 2
size = [84, 70]
warmup = 1
workers = 0
log_every = 1
save_every = 2
validate_every = 100
[[data]]
set = "rendered"
root = "{pool}"
scenes = 4
frames = 2
size = [84, 70]
"""


def losses(folder: Path) -> list[float]:
    with (folder / loop.CURVE).open(newline="") as file:
        return [float(row["loss"]) for row in csv.DictReader(file)]


def test_two_processes_learn_what_one_learns_from_twice_the_batch(tmp_path: Path) -> None:
    pool = tmp_path / "pool"
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
    for clips, launcher in ((2, [sys.executable]), (1, [*launch, "2"])):
        path = tmp_path / f"{clips}.toml"
        path.write_text(TWO.format(clips=clips, pool=pool))
        out = tmp_path / f"run{clips}"
        command = [*launcher, "main.py", "train", str(path), "--out", str(out)]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, done.stderr
    alone, together = losses(tmp_path / "run2"), losses(tmp_path / "run1")
    assert alone[1] != alone[0]
    np.testing.assert_allclose(together, alone, rtol=1e-4)
