"""A comparison that something ends early reports what was compared until then."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from app.cli import run
from app.core.source import Reading
from app.report import CompareOptions, compare_sessions
from app.report import run as report_run
from models.errors import SourceError, UserError
from models.frames import Frame
from models.opencv import cv2
from tests.support.planted_clip import Clip, Planted
from tests.support.small_files import files_of_at_most

FILES = {"report.html", "metrics.json", "metrics.csv"}


class _Then(Clip):
    """Does something before frame 4 is read."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__(8)
        self._act = act

    def read(self, timeout_s: float) -> Reading:
        reading = super().read(timeout_s)
        if isinstance(reading, Frame) and reading.index == 4:
            self._act()
        return reading


def _reset() -> None:
    raise ConnectionResetError(104, "Connection reset by peer")


def _sessions() -> dict[str, tuple[str, Planted]]:
    return {"a": ("one", Planted()), "b": ("two", Planted())}


def _frames(out: Path) -> int:
    return int(json.loads((out / "metrics.json").read_text(encoding="utf-8"))["frames"])


def test_a_source_that_breaks_off_leaves_the_report_of_the_frames_before(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"reset by peer.*covers the 4 frames"):
        compare_sessions(_Then(_reset), _sessions(), tmp_path, CompareOptions())
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert _frames(tmp_path) == 4


def test_a_source_that_breaks_off_at_once_leaves_nothing(tmp_path: Path) -> None:
    class Broken(Clip):
        def read(self, timeout_s: float) -> Reading:
            raise ConnectionResetError(104, "Connection reset by peer")

    with pytest.raises(SourceError):
        compare_sessions(Broken(), _sessions(), tmp_path / "new", CompareOptions())
    assert not (tmp_path / "new").exists()


@contextmanager
def _source(monkeypatch: pytest.MonkeyPatch, source: Clip) -> Iterator[None]:
    monkeypatch.setattr(report_run, "open_source", lambda *_, **__: source)
    monkeypatch.setattr(report_run, "open_session", lambda *_: Planted())
    yield


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without a signal")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_ends_it_with_the_report_so_far(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    with _source(monkeypatch, _Then(lambda: os.kill(os.getpid(), getattr(signal, name)))):
        code = run(["compare", "clip", "--out", str(tmp_path)])
    assert code == 1
    assert "Stopped after 5 frames" in capsys.readouterr().err
    assert _frames(tmp_path) == 5


def test_pictures_of_several_sizes_are_compared_and_break_what_is_temporal(tmp_path: Path) -> None:
    folder = tmp_path / "mix"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number, size in enumerate([(60, 80), (60, 80), (90, 50), (90, 50), (64, 64)]):
        picture = cv2.resize(rng.integers(0, 255, (6, 8, 3), np.uint8), size[::-1])
        cv2.imwrite(str(folder / f"{number}.png"), picture)
    out = tmp_path / "out"
    argv = ["compare", str(folder), "--out", str(out), "--input-size", "42", "--threads", "1"]
    assert run(argv) == 0
    metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["frames"] == 5
    assert {2, 4} <= set(metrics["cuts"])


@pytest.mark.parametrize("limit", [0, 1, 1000, 30_000, 200_000])
def test_a_full_disk_is_one_sentence_and_keeps_an_earlier_report(
    tmp_path: Path, limit: int
) -> None:
    compare_sessions(Clip(4), _sessions(), tmp_path, CompareOptions())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with files_of_at_most(limit), pytest.raises(UserError, match="Can't write the report"):
        compare_sessions(Clip(4), _sessions(), tmp_path, CompareOptions())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
