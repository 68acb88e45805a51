"""The command `evaluate`: its arguments, what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from app import cli
from models.opencv import cv2
from tests.app.evaluation.conftest import PLUGIN
from tests.app.evaluation.grey_model import FATAL
from tests.app.evaluation.mini import rgbd, sintel
from tests.support.waiting import PATIENCE_S, attempts

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _threads_as_before() -> Iterator[None]:
    """The command sets the threads of the process."""
    before = torch.get_num_threads(), cv2.getNumThreads()
    yield
    torch.set_num_threads(before[0])
    cv2.setNumThreads(before[1])


def arguments(*data: str, out: Path, models: str = "ground-truth") -> list[str]:
    given = [word for one in data for word in ("--data", one)]
    return ["evaluate", *given, "--models", models, "--out", str(out)]


def test_it_says_how_much_was_measured_and_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rgbd(tmp_path / "room")
    words = arguments(f"rgbd={tmp_path / 'room'}", out=tmp_path / "out")

    assert cli.run(words) == 0
    assert "1 of 1 measured, 0 before" in capsys.readouterr().out
    assert cli.run([*words, "--protocol", "flashdepth"]) == 0
    assert "1 of 1 measured, 1 before" in capsys.readouterr().out
    (line,) = (tmp_path / "out/results.jsonl").read_text().splitlines()
    told = json.loads(line)
    assert (told["data"], told["clip"], told["model"]) == ("rgbd", "room", "ground-truth")
    assert (told["frames"], told["protocol"]) == (4, "flashdepth")
    assert {"absrel", "delta1", "boundary_f1", "tae", "opw", "fps"} <= told.keys()


@pytest.mark.parametrize(
    "words",
    [
        ["--data", "davis=x"],
        ["--data", "sintel"],
        ["--data", "rgbd={empty}"],
        ["--data", "rgbd={room}", "--models", "flashdepht-lite"],
        ["--data", "rgbd={room}", "--models", "off"],
        ["--data", "rgbd={room}", "--protocol", "metric"],
        ["--data", "rgbd={room}", "--workers", "0"],
        ["--data", "rgbd={room}", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1"],
    ],
)
def test_unusable_arguments_are_one_sentence_before_any_work(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rgbd(tmp_path / "room")
    (tmp_path / "empty").mkdir()
    given = [one.format(empty=tmp_path / "empty", room=tmp_path / "room") for one in words]
    models = [] if "--models" in given else ["--models", "ground-truth"]
    try:
        code = cli.run(["evaluate", *given, *models, "--out", str(tmp_path / "out")])
    except SystemExit as error:
        code = error.code

    assert code == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_broken_clip_is_told_and_the_others_are_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("kitchen", "office"):
        rgbd(tmp_path / name)
    (tmp_path / "office/depth/000001.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    rooms = [f"rgbd={tmp_path / name}" for name in ("kitchen", "office")]

    assert cli.run(arguments(*rooms, out=tmp_path / "out")) == 0
    said = capsys.readouterr()
    assert said.err.startswith("rgbd/office, ground-truth: depth/000001.png ")
    assert "1 of 2 measured" in said.out
    assert cli.run(arguments(rooms[1], out=tmp_path / "other")) == 1


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_killed_at_once_it_goes_on_with_two_processes(tmp_path: Path) -> None:
    sintel(tmp_path / "sintel")
    fatal, out = tmp_path / "fatal", tmp_path / "out"
    words = arguments(f"sintel={tmp_path / 'sintel'}", out=out, models="ground-truth,grey")
    command = [sys.executable, "main.py", *words, "--plugin", str(PLUGIN), "--device", "cpu"]
    first = subprocess.Popen(command, cwd=ROOT, env=os.environ | {FATAL: str(fatal)})
    try:
        for _ in attempts(0.05, most_s=600.0):  # a process of its own that loads torch
            if fatal.exists() or first.poll() is not None:
                break
    finally:
        first.kill()
        assert first.wait(PATIENCE_S) == -signal.SIGKILL
    assert len((out / "results.jsonl").read_text().splitlines()) == 2
    again = subprocess.run(
        [*command, "--workers", "2"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "4 of 4 measured, 2 before" in again.stdout
    assert again.stderr == ""
    assert not [path for path in out.iterdir() if path.name.startswith("evaluate-")]
