"""Learning from a network: what it is asked, and pictures that nobody measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.errors import UsageError
from models.flashdepth import lite_weights as weights
from models.flashdepth.lite import FlashDepthLite, LiteConfig
from models.frames import Float32, UInt8
from models.opencv import cv2
from models.training import lite
from models.training.config import RealData, TrainConfig
from models.training.lite import LiteLearner
from models.training.merge import merge, move_encoder
from models.training.samples import Batch, read_picture, read_real, real_frames
from models.training.start import start_network
from models.training.stills import LARGEST_WIDTH, take
from models.training.teach import mean_answer, teach

SMALL = LiteConfig(width=8, head_width=8, temporal_layers=1, temporal_state=8, temporal_headdim=8)
SECOND = replace(
    LiteConfig.second(), width=8, fine_width=8, head_width=8, temporal_state=8, temporal_headdim=8
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LiteLearner:
    """A small network of the second design and a teacher of the first."""
    torch.manual_seed(0)
    path = tmp_path / "teacher.safetensors"
    weights.save(path, FlashDepthLite(SMALL).state_dict(), SMALL)
    monkeypatch.setattr(lite, "start_network", lambda _: FlashDepthLite(SECOND))
    config = TrainConfig(
        design=2, teacher=str(path), teacher_weight=1.0, teacher_everywhere=False,
        size=(64, 64), precision="float32", warmup=1, frozen_blocks=16, learning_rate=1e-2,
    )  # fmt: skip
    return LiteLearner(config)


def batch(*, unknown: int) -> Batch:
    """Two frames; the first `unknown` of them were not measured."""
    frames = torch.randint(0, 255, (2, 1, 64, 64, 3), dtype=torch.uint8)
    disparity = torch.rand(2, 1, 64, 64) + 0.5
    disparity[:unknown] = torch.nan
    return Batch(frames, disparity, None, None)


def test_the_teacher_is_asked_about_frames_whose_truth_has_gaps(run: LiteLearner) -> None:
    taught = run._taught(batch(unknown=1), with_memory=False)
    assert taught is not None
    assert bool(taught[0].isfinite().all())
    assert bool(taught[1].isnan().all())
    everything = replace(run.config, teacher_everywhere=True)
    run.config = everything
    taught = run._taught(batch(unknown=0), with_memory=False)
    assert taught is not None
    assert bool(taught.isfinite().all())


def test_a_mirrored_picture_has_the_mirrored_answer(run: LiteLearner) -> None:
    seen = batch(unknown=2)
    mirrored = seen._replace(frames=seen.frames.flip(3))
    straight, turned = run._taught(seen, False), run._taught(mirrored, False)
    assert straight is not None
    assert turned is not None
    torch.testing.assert_close(turned.flip(3), straight)


def test_frames_that_nobody_measured_are_learned_from_the_teacher_alone(run: LiteLearner) -> None:
    seen = batch(unknown=2)
    level, taught = (run.columns.index(name) for name in ("level", "teacher"))
    terms = [run.learn(seen) for _ in range(12)]
    assert float(terms[0][level]) == 0.0
    assert float(terms[-1][taught]) < float(terms[0][taught])


def test_weights_say_which_run_and_how_many_steps_made_them(
    run: LiteLearner, tmp_path: Path
) -> None:
    run.learn(batch(unknown=0))
    run.export(tmp_path)
    with weights.safe_open(tmp_path / weights.FILE_NAME, framework="pt") as stored:
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


def test_videos_and_photographs_become_a_folder_of_pictures_without_truth(tmp_path: Path) -> None:
    video, photograph, folder = tmp_path / "v.avi", tmp_path / "p.png", tmp_path / "stills"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 320))
    for level in range(0, 200, 20):
        writer.write(np.full((320, 640, 3), level, np.uint8))
    writer.release()
    cv2.imwrite(str(photograph), np.full((60, 80, 3), (10, 20, 200), np.uint8))
    assert take([video, photograph], folder, every=3) == 5
    found = real_frames(RealData(str(folder)))
    assert [path.stem for path in found] == ["000000", "000001", "000002", "000003", "000004"]
    clip = read_real(found[1])
    assert clip.rgb.shape == (1, LARGEST_WIDTH // 2, LARGEST_WIDTH, 3)
    assert abs(int(clip.rgb.mean()) - 60) < 4
    assert bool(np.isnan(clip.disparity).all())
    colour = read_real(found[4]).rgb[0, 30, 40].astype(int)
    assert np.abs(colour - (200, 20, 10)).max() < 8  # red first


def test_what_networks_say_about_a_picture_is_learned_as_its_truth(tmp_path: Path) -> None:
    folder = tmp_path / "taught"
    (folder / "rgb").mkdir(parents=True)
    for number in (4, 7):
        cv2.imwrite(str(folder / "rgb" / f"{number}.jpg"), np.full((24, 32, 3), 99, np.uint8))

    def slope(rgb: UInt8) -> Float32:
        return np.broadcast_to(np.arange(rgb.shape[1], dtype=np.float32), rgb.shape[:2])

    assert teach(folder, mean_answer([slope, slope])) == 2
    clip = read_real(folder / "rgb" / "7.jpg")
    assert clip.disparity.shape == (1, 24, 32)
    assert float(np.ptp(clip.disparity)) < 1e-3  # a slope and its mirror image level out


def test_networks_with_other_scales_count_alike() -> None:
    rows = np.linspace(0, 1, 24, dtype=np.float32)[:, None].repeat(32, 1)
    blank = np.zeros((24, 32, 3), np.uint8)
    one = mean_answer([lambda _: rows])(blank)
    both = mean_answer([lambda _: rows, lambda _: 50 * rows])(blank)
    np.testing.assert_allclose(one, both, rtol=1e-5)


def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "9.jpg").write_bytes(b"no picture")
    with pytest.raises(UsageError, match=r"9\.jpg"):
        read_picture(tmp_path / "9.jpg")


def test_a_mean_of_networks_takes_over_the_memories_of_another() -> None:
    first, second, donor = (FlashDepthLite(SECOND) for _ in range(3))
    parts = [network.state_dict() for network in (first, second, donor)]
    parts = [{name: value.clone() for name, value in part.items()} for part in parts]
    merged = merge([first, second], donor).state_dict()
    for name, value in merged.items():
        taken = name.startswith(("temporal.", "hold."))
        wanted = parts[2][name] if taken else (parts[0][name] + parts[1][name]) / 2
        torch.testing.assert_close(value, wanted)


def test_an_encoder_goes_part_of_the_way_to_other_weights_and_nothing_else_moves() -> None:
    network, other = FlashDepthLite(SECOND), FlashDepthLite(SECOND)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    move_encoder(network, other.encoder.state_dict(), 0.25)
    for name, value in network.state_dict().items():
        there = other.state_dict()[name]
        wanted = 0.75 * before[name] + 0.25 * there if name.startswith("encoder.") else before[name]
        torch.testing.assert_close(value, wanted)
