"""A training run: resumable to the bit, and it ends with weights that load."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.errors import CheckpointError, UsageError
from models.flashdepth import lite_weights as weights
from models.flashdepth.lite import FlashDepthLite, LiteConfig
from models.training import lite, loop, render
from models.training.clip import Clip
from models.training.command import run
from models.training.config import DataConfig, TrainConfig, read_config
from models.training.lite import VALIDATION, LiteLearner, rate_factor, train
from models.training.loop import CURVE

SMALL = LiteConfig(width=8, head_width=8, temporal_layers=1, temporal_state=8, temporal_headdim=8)


def drawn(index: int, size: tuple[int, int], frames: int) -> Clip:
    """A ramp with a box in front of it."""
    rng = np.random.default_rng(index)
    width, height = size
    disparity = np.broadcast_to(
        np.linspace(0.1, 1.0, height, dtype=np.float32)[:, None], (frames, height, width)
    ).copy()
    left = int(rng.integers(4, width - 20))
    disparity[:, 8:24, left : left + 16] = 2.0
    rgb = rng.integers(0, 90, (frames, height, width, 3)).astype(np.uint8)
    rgb[:, 8:24, left : left + 16] += 120
    flow = np.zeros((frames, height, width, 2), np.float32)
    covisible = np.ones((frames, height, width), np.bool_)
    return Clip(rgb, disparity, flow, covisible)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainConfig:
    def small_network(_: TrainConfig) -> FlashDepthLite:
        return FlashDepthLite(SMALL)

    monkeypatch.setattr(render, "render_clip", drawn)
    monkeypatch.setattr(lite, "start_network", small_network)
    data = DataConfig(
        cache=str(tmp_path / "cache"), render_size=(64, 64), scenes=4, frames=2, workers=0
    )
    return TrainConfig(
        steps=4,
        batch=2,
        size=(32, 32),
        warmup=2,
        log_every=1,
        validate_every=100,
        save_every=2,
        validation_scenes=2,
        clip_length=2,
        temporal_rate=1e-3,
        temporal_weight=0.5,
        memory_off_share=0.5,
        data=data,
    )


class PowerCutError(Exception):
    pass


def test_a_run_that_was_cut_off_ends_with_the_same_bits(
    config: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(config, tmp_path / "whole", resume=False)

    learn = LiteLearner.learn

    def until_the_third(self: LiteLearner, batch: object) -> object:
        if self.step == 3:
            raise PowerCutError
        return learn(self, batch)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(LiteLearner, "learn", until_the_third)
        with pytest.raises(PowerCutError):
            train(config, tmp_path / "cut", resume=False)
    train(config, tmp_path / "cut", resume=True)

    one = torch.load(tmp_path / "whole" / loop.CHECKPOINT, weights_only=True)
    other = torch.load(tmp_path / "cut" / loop.CHECKPOINT, weights_only=True)
    assert one["step"] == other["step"] == 4
    for part in ("network", "average"):
        for name, value in one[part].items():
            assert torch.equal(value, other[part][name]), name


def test_the_curve_of_a_resumed_run_has_every_step_once(
    config: TrainConfig, tmp_path: Path
) -> None:
    train(replace(config, steps=4), tmp_path, resume=False)
    curve = tmp_path / CURVE
    lines = curve.read_text().splitlines()
    (tmp_path / CURVE).write_text("\n".join([*lines, "5,9,9,9,9,9,9"]) + "\n")
    with loop.Curve(curve, LiteLearner.columns, 4):
        pass
    with curve.open(newline="") as file:
        assert [int(row["step"]) for row in csv.DictReader(file)] == [1, 2, 3, 4]


def test_a_run_is_not_overwritten_by_accident(config: TrainConfig, tmp_path: Path) -> None:
    train(config, tmp_path, resume=False)
    with pytest.raises(UsageError, match="another folder"):
        train(config, tmp_path, resume=False)


def test_a_run_is_not_resumed_with_another_configuration(
    config: TrainConfig, tmp_path: Path
) -> None:
    train(config, tmp_path, resume=False)
    with pytest.raises(UsageError, match="another configuration"):
        train(replace(config, batch=1), tmp_path, resume=True)


def test_a_run_ends_with_a_validation_a_sheet_and_weights_that_load(
    config: TrainConfig, tmp_path: Path
) -> None:
    report = train(config, tmp_path, resume=False)
    assert report is not None
    assert 0.0 < report.rendered.absrel < 2.0
    assert (tmp_path / VALIDATION).read_text().count("\n") == 1
    assert (tmp_path / "sheet-000004.png").exists()
    assert weights.load(tmp_path / weights.FILE_NAME).config == SMALL


def test_a_few_steps_on_one_batch_lower_the_loss(config: TrainConfig, tmp_path: Path) -> None:
    made = LiteLearner(replace(config, warmup=0, steps=200, learning_rate=3e-3))
    batch = lite.Batches(config)[0]
    losses = [float(made.learn(batch)[0]) for _ in range(25)]
    assert losses[-1] < 0.8 * losses[0]


def test_the_average_follows_the_weights_slowly(config: TrainConfig, tmp_path: Path) -> None:
    made = LiteLearner(config)
    start = made.average["head.out.bias"].clone()
    made.learn(lite.Batches(config)[0])
    moved = made.network.state_dict()["head.out.bias"] - start
    followed = made.average["head.out.bias"] - start
    assert float(moved.abs().max()) > 0.0
    torch.testing.assert_close(followed, moved * (1 - 2 / 11), rtol=1e-3, atol=1e-7)


def test_the_rate_rises_and_then_falls() -> None:
    config = TrainConfig(steps=100, warmup=10)
    rates = [rate_factor(step, config) for step in range(100)]
    assert rates.index(max(rates)) == 9
    assert rates[0] < 0.2
    assert 0.02 <= rates[-1] < 0.03


def test_the_memory_is_off_for_the_stated_share_of_steps(
    config: TrainConfig, tmp_path: Path
) -> None:
    made = LiteLearner(replace(config, memory_off_share=0.25))
    off = 0
    for made.step in range(40):
        off += made._memory_off()
    assert off == 10


def test_a_run_can_start_from_the_mean_of_two(tmp_path: Path) -> None:
    networks = [FlashDepthLite(SMALL), FlashDepthLite(SMALL)]
    paths = []
    for number, network in enumerate(networks):
        paths.append(str(tmp_path / f"{number}.safetensors"))
        weights.save(Path(paths[-1]), network.state_dict(), SMALL)
    mean = lite.start_network(TrainConfig(start=tuple(paths))).state_dict()
    one, other = (network.state_dict() for network in networks)
    for name, value in mean.items():
        torch.testing.assert_close(value, (one[name] + other[name]) / 2, rtol=1e-2, atol=1e-3)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    weights.save(path, FlashDepthLite(SMALL).state_dict(), LiteConfig(width=16))
    with pytest.raises(CheckpointError, match="reinstall the app"):
        weights.load(path)


def test_the_command_reads_a_config_and_writes_where_it_is_told(
    config: TrainConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(
        "steps = 1\nbatch = 1\nsize = [32, 32]\nvalidation_scenes = 1\n"
        f'[data]\ncache = "{config.data.cache}"\nrender_size = [64, 64]\nscenes = 2\nworkers = 0\n'
    )
    run(path, tmp_path / "out")
    assert "delta1" in capsys.readouterr().out
    assert (tmp_path / "out" / weights.FILE_NAME).exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [("stepz = 3", "stepz"), ("size = [30, 32]", "multiples of 32"), ("a = = 1", "TOML")],
)
def test_a_config_that_cannot_be_used_is_refused_in_one_sentence(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        read_config(path)
