"""What is inside the networks, saved as arrays by `process`, `record` and the recorder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.cli import run
from app.recording import folder as folder_of
from app.recording.format import inside_name
from app.recording.recorder import RecorderOptions
from app.recording.writer import Content
from models.inside.probe import Part
from tests.support.numbered_video import write_numbered_video
from tests.support.recordings import make_recording, make_result

EXAMPLES = Path(__file__).parents[3] / "examples"
SMALL = ("--input-size", "64", "--threads", "1", "--device", "cpu")
LACKING = {Part.ATTENTION}
"""Of flashdepth-lite."""


def parts(path: Path) -> set[str]:
    with np.load(path, allow_pickle=False) as saved:
        assert all(saved[name].dtype == np.float32 for name in saved.files)
        assert all(np.isfinite(saved[name]).all() for name in saved.files)
        return {name.rsplit("_", 1)[0] for name in saved.files}


def test_process_saves_all_that_a_network_gives(tmp_path: Path) -> None:
    clip = write_numbered_video(tmp_path / "clip.mp4", 3)
    out = tmp_path / "out"
    assert run(["process", str(clip), "--out", str(out), "--export", "npy,inside", *SMALL]) == 0
    files = sorted((out / "inside").iterdir())
    assert [path.name for path in files] == [f"{number:06d}.npz" for number in range(3)]
    assert parts(files[0]) == set(Part) - LACKING - {Part.GATE}  # the first frame has no past
    assert parts(files[2]) == set(Part) - LACKING
    with np.load(files[2]) as saved:
        assert len({saved[f"pyramid_{path}"].shape for path in range(4)}) > 1
        with_memory = np.load(out / "npy" / "000002.npy")
        assert not np.array_equal(saved["alone_0"], with_memory)


def test_a_model_without_an_inside_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = write_numbered_video(tmp_path / "clip.mp4", 2)
    model = ("--plugin", str(EXAMPLES / "torch_plugin.py"), "--model", "brightness")
    out = str(tmp_path / "out")
    assert run(["process", str(clip), "--out", out, "--export", "inside", *model, *SMALL]) != 0
    assert "gives nothing of its inside" in capsys.readouterr().err


def test_a_recording_holds_them_by_frame_and_lane_if_asked(tmp_path: Path) -> None:
    for asked in (False, True):
        folder = tmp_path / str(asked)
        make_recording(
            folder,
            [make_result(number) for number in range(3)],
            RecorderOptions(Content(composite=False, inside=asked)),
        )
        names = {inside_name(number, lane) for number in range(3) for lane in "ab"}
        assert {path.name for path in folder.glob("*.npz")} == (names if asked else set())
    with np.load(folder / inside_name(2, "b")) as saved:
        assert (saved["gate_0"] == 2).all()
    folder_of.clear(folder)
    assert not list(folder.glob("*.npz"))
