"""`bench --simulate`: computed, said to be computed, and consistent with what is known."""

from __future__ import annotations

import pytest
import torch

from app import cli
from app.benchmark import simulate
from app.pipeline import PipelineConfig
from models.errors import UsageError
from models.estimator import EstimatorOptions
from models.flashdepth import FlashDepth, FlashDepthConfig
from models.preprocess import IMAGENET_14
from models.scheduling import Stage
from models.scheduling.costs import HARDWARE, Skeleton, network_costs

SOURCE = (640, 480)
LITE = PipelineConfig("flashdepth-lite", "flashdepth-lite-per-frame")


def test_operations_agree_with_those_counted_on_the_authors_network() -> None:
    with torch.device("meta"):
        network = FlashDepth(FlashDepthConfig.small()).eval().requires_grad_(False)
    skeleton = Skeleton(network, IMAGENET_14, autocast=True)
    encoder, decoder = network_costs(skeleton, (196, 140), HARDWARE["a100"], temporal=True)
    assert encoder.flops + decoder.flops == pytest.approx(8.7e9, rel=0.02)
    for cost in (encoder, decoder):
        assert cost.seconds >= cost.flops / HARDWARE["a100"].bfloat16_flops
        assert cost.seconds >= cost.moved_bytes / HARDWARE["a100"].memory_bytes * 0.999


def test_lanes_of_one_network_encode_once_and_memory_costs_something() -> None:
    planned = simulate.plan(LITE, SOURCE, HARDWARE["a100"])
    assert planned.networks == ("flashdepth-lite", "flashdepth-lite")
    assert sum(stage is Stage.ENCODE for stage, _ in planned.stages_s) == 1
    with_memory = planned.stages_s[Stage.DECODE, "lane 0"]
    assert with_memory > planned.stages_s[Stage.DECODE, "lane 1"]


def test_the_rehearsal_is_as_fast_as_its_busiest_stream() -> None:
    planned = simulate.plan(LITE, SOURCE, HARDWARE["rtx4090"])
    played, _ = simulate.play(planned)
    host_s = planned.show_s + planned.stages_s[Stage.FILL, ""]
    host_s += 2 * planned.stages_s[Stage.TAKE, ""]
    on_device_s = sum(
        seconds for (stage, _), seconds in planned.stages_s.items()
        if stage in (Stage.ENCODE, Stage.DECODE)
    )  # fmt: skip
    assert played.period_s >= max(host_s, on_device_s) * 0.999


def test_what_shrinks_travels_as_large_as_it_is_and_takes_the_host_longer() -> None:
    small = simulate.plan(LITE, SOURCE, HARDWARE["a100"])
    config = PipelineConfig(LITE.model_a, LITE.model_b, options=EstimatorOptions(input_size=1152))
    large = simulate.plan(config, SOURCE, HARDWARE["a100"])
    download = Stage.DOWNLOAD, "lane 0"
    assert small.stages_s[download] == 2 * 640 * 480 / HARDWARE["a100"].link_bytes
    assert large.stages_s[download] == 2 * 1536 * 1152 / HARDWARE["a100"].link_bytes
    assert large.show_s > small.show_s


def test_the_report_says_that_nothing_was_measured(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["bench", "--simulate", "a100", "--source-size", "640x480", "--b", "off"]
    assert cli.run([*arguments, "--a", "flashdepth-lite"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("SIMULATED, not measured: NVIDIA A100")
    assert "lower bounds" in said
    assert "at most" in said and "at least" in said
    streams = {line.split()[0] for line in said.splitlines() if "·" in line}
    assert streams == {"host", "upload", "compute", "download"}


def test_a_device_nobody_knows_and_lanes_without_networks_are_refused() -> None:
    with pytest.raises(UsageError, match="a100, h100, rtx4090"):
        simulate.hardware("abacus")
    nothing = PipelineConfig("off", "ground-truth")
    with pytest.raises(UsageError, match="No lane runs a network"):
        simulate.plan(nothing, SOURCE, HARDWARE["a100"])
