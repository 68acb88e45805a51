"""Small files: whole or not at all, and readable JSON or none."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from app.system.json_files import set_aside, write_atomically, write_json
from models.errors import UserError


def test_a_failure_leaves_the_old_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    write_atomically(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_what_may_hold_a_password_is_for_the_user_alone(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        write_atomically(tmp_path / "settings", "x", private=True)
        write_atomically(tmp_path / "figures", "x")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "settings").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "figures").stat().st_mode) == 0o644


def test_figures_that_cannot_be_written_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"^Can't write .*; choose another file\.$"):
        write_json(tmp_path / "file" / "x.json", {})


def test_figures_are_json_for_every_reader(tmp_path: Path) -> None:
    figures = {"fps": 3.5, "latency": {"p50": float("nan")}, "samples": [(0, float("inf"))]}
    write_json(tmp_path / "x.json", figures)
    text = (tmp_path / "x.json").read_text()
    assert json.loads(text) == {"fps": 3.5, "latency": {"p50": None}, "samples": [[0, None]]}
    assert "NaN" not in text


def test_what_is_set_aside_keeps_its_ending_and_what_is_gone_is_none(tmp_path: Path) -> None:
    path = tmp_path / "default.presets.json"
    path.write_text("rubbish")
    aside = set_aside(path)
    assert aside is not None and aside.read_text() == "rubbish"
    assert aside.name.startswith("default.presets.damaged-") and aside.suffix == ".json"
    assert set_aside(path) is None
