"""The examples run, as a reader would run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.support.numbered_video import write_numbered_video
from tests.support.recordings import make_recording, make_result

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"


def _run(script: str, *words: object) -> list[str]:
    """The lines that an example prints; it must end well."""
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / script), *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "none"},
        capture_output=True, text=True, check=False, timeout=170,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_table_of_examples_lists_all_of_them() -> None:
    table = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for script in EXAMPLES.glob("*.py"):
        assert f"examples/{script.name}" in table
        assert script.name in Path(__file__).read_text(encoding="utf-8")


def test_a_video_becomes_an_array_of_disparity_per_frame(tmp_path: Path) -> None:
    clip = write_numbered_video(tmp_path / "clip.mp4", 3)
    _run("video_to_disparity.py", clip, tmp_path / "out")
    written = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in written] == ["000000.npy", "000001.npy", "000002.npy"]
    disparity = np.load(written[-1])
    assert (disparity.shape, disparity.dtype) == ((64, 160), np.float32)
    assert np.isfinite(disparity).all()


def test_an_estimator_of_ones_own_is_a_model_like_any_other(tmp_path: Path) -> None:
    clip = write_numbered_video(tmp_path / "clip.mp4", 4)
    out = tmp_path / "report"
    _run("own_estimator.py", "compare", clip, "--a", "off", "--b", "floor", "--out", out)
    lane = json.loads((out / "metrics.json").read_text(encoding="utf-8"))["lanes"]["b"]
    assert lane["model"] == "floor"
    assert 0.0 <= lane["flicker_opw"] < 1e-6


def test_a_plug_in_is_loaded_by_any_command(tmp_path: Path) -> None:
    clip = write_numbered_video(tmp_path / "clip.mp4", 3)
    _run("../main.py", "process", clip, "--out", tmp_path / "out", "--export", "npy",
         "--plugin", EXAMPLES / "torch_plugin.py", "--model", "brightness")  # fmt: skip
    assert len(list((tmp_path / "out" / "npy").iterdir())) == 3


def test_a_source_of_ones_own_goes_through_both_lanes() -> None:
    lines = _run("own_source.py", 3)
    assert [line.split()[0] for line in lines] == ["0", "1", "2"]
    assert all("a: " in line and "b: " in line for line in lines)


def test_a_recording_is_read_lane_by_lane(tmp_path: Path) -> None:
    make_recording(tmp_path / "recording", map(make_result, range(3)))
    first, *lines = _run("read_recording.py", tmp_path / "recording")
    assert "160 64" in first
    assert [line.split()[0] for line in lines] == ["0", "0", "1", "1", "2", "2"]
    assert "a net-a: " in lines[0]
    assert "b net-b: " in lines[1]
