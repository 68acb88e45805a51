"""A library that is missing costs one sentence, which names what to install."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.cli import run
from tests.support.numbered_video import write_numbered_video


@pytest.mark.parametrize(("name", "library"), [("exr", "OpenEXR"), ("glb", "trimesh")])
def test_a_format_without_its_library_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    library: str,
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    clip = write_numbered_video(tmp_path / "clip.mp4", 2)
    out = tmp_path / "out"
    assert run(["process", str(clip), "--out", str(out), "--export", name]) == 1
    said = capsys.readouterr().err.strip()
    assert f"the extra `{name}`" in said and library in said
    assert "\n" not in said
