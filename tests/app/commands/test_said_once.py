"""What was changed or left out on the way is said by the commands, once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app import cli
from tests.app.media.test_pictures_of_videos import ten_bit_grey, write_video
from tests.app.sources.test_images import plain, save

SMALL = ("--input-size", "64")


def hdr_video(path: Path) -> Path:
    return write_video(path, [ten_bit_grey(0.5)] * 3, "ffv1", "yuv420p10le", color_trc=16)


def test_tone_mapping_is_said_once_by_each_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video = str(hdr_video(tmp_path / "hdr.mkv"))
    for command, *arguments in (
        ("process", video),
        ("compare", video, "--b", "off"),
        ("record", "--source", video, "--b", "off"),
    ):
        out = str(tmp_path / command)
        assert cli.run([command, *arguments, "--out", out, *SMALL]) == 0
        assert capsys.readouterr().err.count("tone-mapped to SDR") == 1
    assert "tone-mapped to SDR" in (tmp_path / "compare" / "report.html").read_text("utf-8")


def test_a_strip_is_estimated_smaller_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = save(tmp_path / "strip.png", plain(90, (5000, 1)))
    assert cli.run(["process", str(path), "--out", str(tmp_path / "out")]) == 0
    assert "gets it at 2048x32 pixels instead of 288" in capsys.readouterr().err
    disparity = np.load(tmp_path / "out" / "npy" / "000000.npy")
    assert disparity.shape == (1, 5000)
    assert np.isfinite(disparity).all()


def test_pictures_that_were_skipped_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path / "in" / "0.png", plain(90))
    (tmp_path / "in" / "1.png").write_bytes(b"")
    assert cli.run(["process", str(tmp_path / "in"), "--out", str(tmp_path / "out"), *SMALL]) == 0
    assert "Skipped: 1.png is empty" in capsys.readouterr().err
