"""Learning from a network: what it is asked, and pictures that nobody measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.flashdepth import lite_weights as weights
from models.flashdepth.lite import FlashDepthLite, LiteConfig
from models.opencv import cv2
from models.training import loop
from models.training.config import RealData, TrainConfig
from models.training.loop import Run
from models.training.samples import Batch, read_real, real_frames
from models.training.start import start_network
from models.training.stills import LARGEST_WIDTH, take

SMALL = LiteConfig(width=8, head_width=8, temporal_layers=1, temporal_state=8, temporal_headdim=8)
SECOND = replace(
    LiteConfig.second(), width=8, fine_width=8, head_width=8, temporal_state=8, temporal_headdim=8
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A small network of the second design and a teacher of the first."""
    torch.manual_seed(0)
    path = tmp_path / "teacher.safetensors"
    weights.save(path, FlashDepthLite(SMALL).state_dict(), SMALL)
    monkeypatch.setattr(loop, "start_network", lambda _: FlashDepthLite(SECOND))
    config = TrainConfig(
        design=2, teacher=str(path), teacher_weight=1.0, teacher_everywhere=False,
        size=(64, 64), precision="float32", warmup=1, frozen_blocks=16, learning_rate=1e-2,
    )  # fmt: skip
    return Run(config, tmp_path)


def batch(*, unknown: int) -> Batch:
    """Two frames; the first `unknown` of them were not measured."""
    frames = torch.randint(0, 255, (2, 1, 64, 64, 3), dtype=torch.uint8)
    disparity = torch.rand(2, 1, 64, 64) + 0.5
    disparity[:unknown] = torch.nan
    return Batch(frames, disparity, None, None)


def test_the_teacher_is_asked_about_frames_whose_truth_has_gaps(run: Run) -> None:
    taught = run._taught(batch(unknown=1), with_memory=False)
    assert taught is not None
    assert bool(taught[0].isfinite().all())
    assert bool(taught[1].isnan().all())
    everything = replace(run.config, teacher_everywhere=True)
    run.config = everything
    taught = run._taught(batch(unknown=0), with_memory=False)
    assert taught is not None
    assert bool(taught.isfinite().all())


def test_a_mirrored_picture_has_the_mirrored_answer(run: Run) -> None:
    seen = batch(unknown=2)
    mirrored = seen._replace(frames=seen.frames.flip(3))
    straight, turned = run._taught(seen, False), run._taught(mirrored, False)
    assert straight is not None
    assert turned is not None
    torch.testing.assert_close(turned.flip(3), straight)


def test_frames_that_nobody_measured_are_learned_from_the_teacher_alone(run: Run) -> None:
    seen = batch(unknown=2)
    terms = [run.learn(seen) for _ in range(12)]
    assert float(terms[0].level.detach()) == 0.0
    assert float(terms[-1].teacher.detach()) < float(terms[0].teacher.detach())


def test_weights_say_which_run_and_how_many_steps_made_them(run: Run) -> None:
    run.learn(batch(unknown=0))
    run.save()
    with weights.safe_open(run.folder / weights.FILE_NAME, framework="pt") as stored:
        notes = stored.metadata()
    assert (notes["version"], notes["run"], notes["steps"]) == ("2", run.config.name, "1")
    assert "commit" in notes


def test_a_run_of_the_second_design_starts_from_weights_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "first.safetensors"
    donor = FlashDepthLite()
    weights.save(path, donor.state_dict(), donor.config)
    network = start_network(TrainConfig(design=2, start=str(path)))
    assert network.config == LiteConfig.second()
    stem = donor.encoder.stem.weight.half().float()
    assert torch.equal(network.encoder.stem.weight, stem)


def test_a_video_becomes_a_folder_of_pictures_without_truth(tmp_path: Path) -> None:
    video, folder = tmp_path / "v.avi", tmp_path / "stills"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 320))
    for level in range(0, 200, 20):
        writer.write(np.full((320, 640, 3), level, np.uint8))
    writer.release()
    assert take(video, folder, every=3) == 4
    found = real_frames(RealData(str(folder)))
    assert [path.stem for path in found] == ["000000", "000003", "000006", "000009"]
    clip = read_real(found[1])
    assert clip.rgb.shape == (1, LARGEST_WIDTH // 2, LARGEST_WIDTH, 3)
    assert abs(int(clip.rgb.mean()) - 60) < 4
    assert bool(np.isnan(clip.disparity).all())
