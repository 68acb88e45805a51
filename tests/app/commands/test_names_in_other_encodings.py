"""Names of files that are not UTF-8 are read and written, and shown with replacement characters."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app import cli
from tests.app.sources.test_images import plain, save
from tests.support.numbered_video import write_numbered_video

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="names are Unicode on other systems"
)
ODD = os.fsdecode(b"caf\xe9")  # Latin-1


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[str, str]:
    """A folder of pictures and a video, both with such names."""
    save(tmp_path / "plain.png", plain(90)).rename(tmp_path / "0.png")
    (tmp_path / ODD).mkdir()
    for number in range(2):
        save(tmp_path / "0.png", plain(90 * number)).rename(tmp_path / ODD / f"{ODD}{number}.png")
    write_numbered_video(tmp_path / "video.mp4", 2).rename(tmp_path / f"{ODD}.mp4")
    return str(tmp_path / ODD), str(tmp_path / f"{ODD}.mp4")


@pytest.mark.parametrize("kind", [0, 1], ids=["folder", "video"])
def test_every_command_takes_and_shows_them(
    inputs: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: int
) -> None:
    small = ("--input-size", "64")
    for command, *arguments in (
        ("process", inputs[kind], "--export", "npy,mp4"),
        ("compare", inputs[kind], "--b", "off"),
        ("record", "--source", inputs[kind], "--b", "off"),
    ):
        out = f"{tmp_path / command}{ODD}"
        assert cli.run([command, *arguments, "--out", out, *small]) == 0, capsys.readouterr().err
        assert f"{command}caf\N{REPLACEMENT CHARACTER}" in capsys.readouterr().out
        assert os.listdir(out)
    assert cli.run(["replay", f"{tmp_path / 'record'}{ODD}", "--check"]) == 0
    capsys.readouterr()
    assert cli.run(["process", f"{inputs[0]}.gone", "--out", str(tmp_path / "x")]) == 1
    assert "caf\N{REPLACEMENT CHARACTER}.gone" in capsys.readouterr().err
