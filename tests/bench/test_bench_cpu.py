"""The pieces of the CPU benchmark do what its numbers say; nothing here is timed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import torch

from models.devices import openvino
from models.flashdepth.lite import FlashDepthLite, LiteConfig
from tests.bench import bench_cpu


def test_contenders_take_turns_and_the_first_rounds_do_not_count() -> None:
    called: list[str] = []
    works = {name: (lambda name=name: called.append(name)) for name in ("a", "b")}
    times = bench_cpu.in_turns(works, 2)
    assert called == ["a", "b"] * (bench_cpu.WARM_UP + 2)
    assert all(len(t.process) == len(t.wall) == 2 for t in times.values())


def test_a_speedup_compares_the_times_of_one_round_with_each_other() -> None:
    assert bench_cpu.speedup([10.0, 40.0, 30.0], [5.0, 20.0, 10.0]) == 2.0


def test_what_the_fused_operators_do_is_counted_too() -> None:
    network = FlashDepthLite(LiteConfig.second()).for_inference(torch.float32)
    frame = torch.randn(1, 3, 64, 64).contiguous(memory_format=torch.channels_last)
    with_memory = bench_cpu.gmac(network, frame)
    without = bench_cpu.gmac(network, frame, temporal=False)
    share = 64 * 64 / (384 * 288)
    assert 0.8 * share < without < with_memory < 1.5 * share


def test_the_cpu_s_features_are_named(tmp_path: Path) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text("flags : fpu avx2 sse avx512f\n")
    assert bench_cpu.cpu_features(info) == ["avx2", "avx512f"]
    assert bench_cpu.cpu_features(tmp_path / "missing")


def test_the_numbers_are_flat_and_the_ratios_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cpu.json"
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)
    monkeypatch.setattr(openvino, "is_installed", lambda: False)  # compiling takes seconds
    monkeypatch.setattr(sys, "argv", ["x", "--size", "64x64", "--rounds", "1", "--json", str(path)])
    bench_cpu.main()
    numbers = json.loads(path.read_text())
    assert {"speedup_torch", "speedup_best", "gmac", "speedup_torch_per_frame"} <= set(numbers)
    assert all(isinstance(value, float) for value in numbers.values())
    assert "times faster" in capsys.readouterr().out.splitlines()[1]
