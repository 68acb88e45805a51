"""Which clips a step learns from: sets in turn, each frame once, in one process or several."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.errors import UsageError
from models.training import render
from models.training.clip import Clip
from models.training.paper import batches
from models.training.paper.batches import Batches
from models.training.paper.config import Crop, DataEntry, PaperConfig, read_config
from models.training.paper.processes import Processes
from models.training.paper.sets import SETS

SCENES, FRAMES = 4, 6
CPU = torch.device("cpu")


def numbered(index: int, size: tuple[int, int], frames: int) -> Clip:
    """Inverse depth says which scene it is, and which frame."""
    width, height = size
    rgb = np.zeros((frames, height, width, 3), np.uint8)
    disparity = np.empty((frames, height, width), np.float32)
    for number in range(frames):
        disparity[number] = 100 * index + number + 1
        rgb[number] = 10 * number
    return Clip(rgb, disparity)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PaperConfig:
    monkeypatch.setattr(render, "render_clip", numbered)
    data = tuple(
        DataEntry("rendered", str(tmp_path / name), scenes=SCENES, frames=FRAMES, size=(84, 70))
        for name in ("one", "two")
    )
    return PaperConfig("run", clips=4, clip_length=3, size=(70, 70), steps=48, data=data)


def test_a_batch_is_normalised_frames_with_inverse_depth(config: PaperConfig) -> None:
    batch = Batches(config)[0]
    assert batch.frames.shape == (4, 3, 3, 70, 70)
    assert batch.inverse_depth.shape == (4, 3, 70, 70)
    first = batch.inverse_depth[0, 0, 0, 0].item()
    grey = 10 * ((first - 1) % 100) / 255
    expected = (torch.tensor(grey) - batches.MEAN[0]) / batches.DEVIATION[0]
    torch.testing.assert_close(batch.frames[0, 0, 0], expected.expand(70, 70).float())


def test_sets_take_turns_and_every_frame_is_the_entry_of_a_clip_once_a_pass(
    config: PaperConfig,
) -> None:
    made = Batches(replace(config, clip_length=1))
    seen: Counter[float] = Counter()
    for step in range(0, 2 * SCENES * FRAMES // 4, 2):  # one pass through the first set
        seen.update(made[step].inverse_depth[:, 0, 0, 0].tolist())
    assert seen == {100 * s + f + 1: 1 for s in range(SCENES) for f in range(FRAMES)}
    orders = [
        [made[step + turn].inverse_depth[:, 0, 0, 0].tolist() for step in range(0, 12, 2)]
        for turn in (0, 1, 12)
    ]
    assert orders[0] != orders[1]  # the other set
    assert orders[0] != orders[2]  # the next pass


def test_two_processes_share_what_one_with_twice_the_batch_sees(config: PaperConfig) -> None:
    alone = Batches(replace(config, clips=4))[5]
    halves = [Batches(replace(config, clips=2), Processes(rank, 2, CPU))[5] for rank in range(2)]
    for whole, parts in zip(alone, zip(*halves, strict=True), strict=True):
        assert torch.equal(whole, torch.cat(parts))


def test_a_step_is_the_same_again(config: PaperConfig) -> None:
    for one, other in zip(Batches(config)[7], Batches(config)[7], strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize(("crop", "moves"), [("random", False), ("random-each-frame", True)])
def test_a_crop_is_drawn_for_a_clip_or_for_its_frames(
    crop: Crop, moves: bool, config: PaperConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def columns(index: int, size: tuple[int, int], frames: int) -> Clip:
        clip = numbered(index, size, frames)
        return replace(clip, disparity=np.broadcast_to(np.arange(84.0), (frames, 70, 84)))

    monkeypatch.setattr(render, "render_clip", columns)
    made = Batches(replace(config, crop=crop, fit="enlarge"))
    lefts = torch.cat([made[step].inverse_depth[:, :, 0, 0] for step in range(4)])
    assert bool((lefts != lefts[:, :1]).any()) == moves
    assert len(lefts[:, 0].unique()) > 3


def test_fewer_frames_than_clips_in_a_step_are_refused(config: PaperConfig) -> None:
    with pytest.raises(UsageError, match="smaller batch"):
        Batches(replace(config, clips=40))


@pytest.mark.parametrize("name", ["paper-stage1-s", "paper-stage1-l", "paper-stage2"])
def test_the_papers_runs_are_read_and_use_sets_that_exist(name: str) -> None:
    config = read_config(Path("resources/training") / f"{name}.toml")
    assert config.name == name
    assert {entry.set for entry in config.data} <= {entry.key for entry in SETS}
    assert config.clips * config.clip_length == 20


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("size = [520, 518]", "multiples of 14"),
        ('crop = "left"', "crop in .* must be one of"),
        ("clips = 0", "at least 1"),
        ('variant = "flashdepth"', "without a teacher"),
        ("colour = 1", "unknown key 'colour'"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_one_sentence(
    line: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "run.toml"
    path.write_text(f'{line}\n[[data]]\nset = "spring"\nroot = "x"\n')
    with pytest.raises(UsageError, match=message):
        read_config(path)


def test_a_configuration_without_data_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('kind = "paper"\n')
    with pytest.raises(UsageError, match=r"\[\[data\]\]"):
        read_config(path)
