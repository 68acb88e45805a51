"""`bench --outputs` measures with real viewers and a camera that takes every picture."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.benchmark import outputs as bench
from app.benchmark.preloaded import preload, preloaded
from app.settings.settings import Settings
from tests.support.fakes import ScriptedSource
from tests.support.page import served
from tests.support.waiting import wait_until


def test_viewers_come_read_and_leave() -> None:
    with served() as (page, _):
        command = [sys.executable, "-m", "app.benchmark.viewers", page.address, "3"]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            wait_until(lambda: page.hub.viewers == 3)
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(20) == 0
        wait_until(lambda: page.hub.viewers == 0)


def test_each_case_is_measured_in_turns(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "ROUNDS", 1)
    settings = Settings(
        model_a="off",
        model_b="off",
        panes=("rgb",),
        pacing="every-frame",
        hint_seen=True,
        threads=1,
    )
    source = preloaded(preload(ScriptedSource(4)))
    figures = bench.measure_outputs(source, settings, 0.2, (640, 480), tmp_path)
    assert {f"outputs_{case}_share" for case in ("none", "page", "camera", "both")} <= set(figures)
    assert figures["outputs_none_cores"] == 0
    assert float(str(figures["outputs_camera_cores"])) > 0
