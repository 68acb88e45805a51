"""The command line: what it answers, where, and with which exit code."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from app import commands
from app.cli import COMMANDS, run
from app.export import npy
from models.opencv import cv2
from tests.support.numbered_video import write_numbered_video

_COMMANDS_FOLDER = Path(commands.__file__ or "").parent


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    write_numbered_video(path, 6)
    return path


def _refused(argv: Sequence[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and what was said on stderr, which must be one sentence."""
    try:
        code = run(argv)
    except SystemExit as stop:
        code = int(stop.code or 0)
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    assert "Traceback" not in said
    return code, said


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (["process"], "required"),
        (["--frobnicate"], "frobnicate"),
        (["process", "x", "--out", "y", "--export", "gif"], "npy, png16, mp4, ply, exr, glb"),
        (["process", "x", "--out", "y", "--stride", "0"], "above zero"),
        (["compare", "x", "--out", "y", "--ema-factor", "1"], "between 0 and 0.99"),
        (["--source-size", "wide"], "1280x720"),
        (["process", "x", "--out", "y", "--model", "flashdept-lite"], "flashdepth-lite"),
        (["process", "x", "--out", "y", "--device", "cuda:9"], "--device cpu"),
        (["--a", "flashdepht", "--quit-after", "1"], "flashdepth"),
        (["--screenshot", "picture.jpg"], "picture.png"),
        (["--view", "sideways"], "side, wipe, blink"),
        (["record", "--out", "y", "--view", "side"], "--view"),
        (["cameras", "--device", "cpu"], "--device"),
        (["process", "x", "--out", "y", "--b", "off"], "--b"),
        (["record", "--source", "rtsp://cam:abc/x", "--out", "y", "--seconds", "1"], "HOST:PORT"),
        (["--output", "tv"], "camera[:DEVICE]|page[:PORT]"),
        (["--output", "page:70000"], "page[:PORT]"),
        (["--output-content", "everything"], "rgbd"),
        (["--page-reach", "everybody"], "computer, network"),
    ],
)
def test_unusable_arguments_are_one_sentence_and_code_2(
    argv: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = _refused(argv, capsys)
    assert code == 2
    assert word in said


@pytest.mark.parametrize(
    ("command", "listed", "left_out"),
    [
        ("process", {"--device", "--source-size"}, {"--source", "--a", "--b"}),
        ("compare", {"--a", "--threads", "--ema-factor"}, {"--source"}),
        ("record", {"--source", "--a", "--device"}, set()),
        ("replay", {"--a", "--input-size"}, {"--source"}),
        ("bench", {"--source", "--b"}, set()),
        ("soak", {"--debug", "--seed"}, {"--source", "--a", "--device", "--threads"}),
        ("models", {"--debug"}, {"--device", "--input-size"}),
        ("train", {"--threads"}, {"--device", "--a"}),
    ],
)
def test_help_lists_what_a_command_makes_use_of_and_nothing_else(
    command: str, listed: set[str], left_out: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run([command, "--help"])
    words = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert listed <= words
    assert not left_out & words


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_answers_without_loading_what_only_the_work_needs(command: str) -> None:
    script = (
        "import atexit, sys; from app.cli import run; "
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr)); run(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command.split(), "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "usage: main.py" in done.stdout
    loaded = set(done.stderr.split())
    assert "app.cli" in loaded
    assert not {"cv2", "numpy", "torch", "PyQt6"} & loaded


def test_no_command_loads_the_toolkit_before_it_runs() -> None:
    modules = [f"app.commands.{path.stem}" for path in _COMMANDS_FOLDER.glob("[!_]*.py")]
    script = (
        "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]; "
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *modules], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert set(modules) <= loaded
    assert not {"PyQt6", "vispy", "pyqtgraph"} & loaded


def test_help_lists_every_command_and_each_has_its_module() -> None:
    described = {
        path.stem
        for path in _COMMANDS_FOLDER.glob("*.py")
        if "\ndef describe(" in path.read_text(encoding="utf-8")
    }
    assert described == {*COMMANDS, "window"}


def test_a_missing_file_is_one_sentence_and_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone.mp4"
    code, said = _refused(["process", str(gone), "--out", str(tmp_path / "out")], capsys)
    assert code == 1
    assert "gone.mp4" in said


def test_a_file_that_is_no_video_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("not a video at all\n" * 50)
    code, said = _refused(["process", str(text), "--out", str(tmp_path / "out")], capsys)
    assert code == 1
    assert "notes.mp4" in said


@pytest.mark.parametrize(
    ("source", "sentence"),
    [("synthetic", "that ends; record this one"), ("camera:0", "use record for a live source")],
)
def test_process_says_how_to_get_a_clip_from_a_source_without_an_end(
    source: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = _refused(["process", source, "--out", str(tmp_path / "out")], capsys)
    assert (code, sentence in said) == (2, True)
    assert ("live" in said) == (source != "synthetic")
    assert not (tmp_path / "out").exists()


def test_a_model_that_is_not_installed_says_how_to_get_it(
    tmp_path: Path, clip: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASHDEPTH_CACHE", str(tmp_path / "cache"))
    argv = ["process", str(clip), "--out", str(tmp_path / "out"), "--model", "flashdepth-s"]
    code, said = _refused(argv, capsys)
    assert code == 1
    assert "models pull flashdepth-s" in said


def test_process_writes_what_was_asked_for(
    tmp_path: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / "out"
    argv = ["process", str(clip), "--out", str(out), "--input-size", "64", "--threads", "1"]
    assert run([*argv, "--export", "npy,png16,mp4,ply", "--stride", "2"]) == 0
    assert capsys.readouterr().out.startswith("3 frames, ")
    disparity = np.load(out / "npy" / "000002.npy")
    assert (disparity.dtype, disparity.shape) == (np.float32, (64, 160))
    assert np.isfinite(disparity).all()
    assert sorted(p.name for p in (out / "npy").iterdir()) == [
        "000000.npy", "000002.npy", "000004.npy",
    ]  # fmt: skip
    values = cv2.imread(str(out / "png16" / "000002.png"), cv2.IMREAD_UNCHANGED)
    rows = (out / "png16" / "scale.csv").read_text().splitlines()
    frame, offset, scale = (float(v) for v in rows[2].split(","))
    assert frame == 2
    restored = offset + scale * values.astype(np.float64)
    assert np.abs(restored - disparity).max() <= scale * 0.51
    assert (out / "ply" / "000002.ply").read_bytes().startswith(b"ply\n")
    capture = cv2.VideoCapture(str(out / "disparity.mp4"))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 3
    capture.release()


def test_a_folder_with_content_is_refused_unless_forced(
    tmp_path: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "precious.txt").write_text("mine")
    argv = ["process", str(clip), "--out", str(out), "--input-size", "64", "--stride", "3"]
    code, said = _refused(argv, capsys)
    assert (code, "--force" in said) == (2, True)
    assert run([*argv, "--force"]) == 0
    assert (out / "precious.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_refused(
    tmp_path: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    argv = ["process", str(clip), "--out", str(tmp_path / "file" / "out")]
    code, said = _refused(argv, capsys)
    assert code == 2
    assert "Can't write to" in said


def test_a_full_disk_says_how_many_frames_are_complete(
    tmp_path: Path,
    clip: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save = np.save
    written: list[object] = []

    def fill_up(path: object, array: object) -> None:
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        written.append(path)
        save(path, array)  # type: ignore[arg-type]

    monkeypatch.setattr(npy.np, "save", fill_up)
    argv = ["process", str(clip), "--out", str(tmp_path / "out"), "--input-size", "64"]
    code, said = _refused(argv, capsys)
    assert code == 1
    assert "disk is full" in said
    assert "2 frames" in said


def test_no_display_points_to_process(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    code, said = _refused(["--reset"], capsys)
    assert code == 2
    assert "process" in said


def test_the_models_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "list"]) == 0
    listed = capsys.readouterr().out
    for name in ("flashdepth-lite", "flashdepth-l-per-frame", "depth-anything-v2-b", "off"):
        assert name in listed


def test_the_version_is_the_projects(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith("FlashDepth Live 0.")


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (["process", "x.mp4", "--out", "y", "--input-size", "100000"], "4096"),
        (["process", "x.mp4", "--out", "y", "--model", "off"], "nothing to write"),
        (["compare", "x.mp4", "--out", "y", "--frames", "1"], "at least two frames"),
        (["--source", "synthetic:abc", "--quit-after", "1"], "synthetic"),
        (["bench", "--no-window", "--compare", "gone.json"], "gone.json"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_starts(
    argv: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = _refused(argv, capsys)
    assert code == 2
    assert word in said


def test_compare_refuses_a_folder_with_content_unless_forced(
    tmp_path: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "precious.txt").write_text("mine")
    code, said = _refused(["compare", str(clip), "--out", str(out)], capsys)
    assert (code, "--force" in said) == (2, True)
    argv = ["compare", str(clip), "--out", str(out), "--force", "--input-size", "64"]
    assert run(argv) == 0
    assert {"report.html", "metrics.json", "metrics.csv"} <= {p.name for p in out.iterdir()}


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("~nosuchuser/clip.mp4", "home directory"),
        ("x" * 300, "name too long"),
        ("x" * 300 + "_%04d.png", "name too long"),
        ("a\0b.mp4", "null"),
        ("shot_%0999999999999d.png", "No picture matches"),
        (f"shot_%0{'9' * 3000}d.png", "too long"),
    ],
)
def test_names_that_no_file_can_have_are_one_sentence(
    source: str, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = _refused(["process", source, "--out", str(tmp_path / "out")], capsys)
    assert code in (1, 2)
    assert word in said
    assert len(said) < 300


@pytest.mark.parametrize("option", ["--stride", "--source-size", "--threads", "--input-size"])
@pytest.mark.parametrize("number", ["9" * 5000, "²", "-1", "1e9"])
def test_numbers_that_nobody_means_are_one_sentence(
    option: str, number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = _refused(["process", "x", "--out", str(tmp_path / "o"), option, number], capsys)
    assert code == 2
    assert len(said) < 300
    assert "invalid" not in said


def test_an_error_that_nobody_foresaw_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(arguments: object) -> int:
        raise TypeError("a\nb")

    monkeypatch.setattr("app.commands.cameras.run", fail)
    code, said = _refused(["cameras"], capsys)
    assert code == 1
    assert "(a b)" in said
    assert "--debug" in said
