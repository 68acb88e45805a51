"""Snapshots and points from the real window, written beside it."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import platformdirs
import pytest
from PyQt6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.ui.features import snapshots
from tests.support.windows import Start, Wait

SMALL = {"source_width": 160, "source_height": 120, "panes": ("rgb", "depth_a"), "model_b": "off"}


def test_a_snapshot_holds_the_window_its_panes_the_numbers_and_the_points(
    start_application: Start,
    wait_until_shown: Wait,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platformdirs, "user_pictures_dir", lambda: str(tmp_path))
    application = start_application(**SMALL)
    wait_until_shown(application)
    with qtbot.waitSignal(application.snapshots.said, timeout=20_000) as told:
        application.snapshots.save()
    (folder,) = (tmp_path / "FlashDepth Live").iterdir()
    assert told.args == [f"Saved in {folder}"]
    names = {"window.png", "rgb.png", "depth_a.png", "disparity_a.npy", "cloud.ply"}
    assert {path.name for path in folder.iterdir()} == names
    assert np.load(folder / "disparity_a.npy").shape == (120, 160)
    window, pane = QImage(str(folder / "window.png")), QImage(str(folder / "rgb.png"))
    assert window.size() == application.window.size() * application.window.devicePixelRatio()
    assert (
        pane.size() == application.window.stage.rgb.size() * application.window.devicePixelRatio()
    )


def test_points_are_written_off_the_gui_thread_and_one_file_at_a_time(
    start_application: Start,
    wait_until_shown: Wait,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    application = start_application(**SMALL)
    wait_until_shown(application)
    threads, release, write = [], threading.Event(), snapshots.write_ply

    def slow(*arguments: object) -> None:
        threads.append(threading.current_thread())
        release.wait(20)
        write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(snapshots, "write_ply", slow)
    said: list[str] = []
    application.snapshots.said.connect(said.append)
    application.snapshots.save_ply(str(tmp_path / "a.ply"))
    application.snapshots.save_ply(str(tmp_path / "b.ply"))
    assert said == ["The previous save is still running; try again in a moment."]
    release.set()
    qtbot.waitUntil(lambda: len(said) == 2, timeout=20_000)
    assert said[1].endswith(f"points to {tmp_path / 'a.ply'}")
    assert threads[0] is not threading.main_thread()
    assert (tmp_path / "a.ply").read_bytes().startswith(b"ply")


def test_a_folder_that_cannot_be_written_is_said(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot, tmp_path: Path
) -> None:
    application = start_application(**SMALL)
    wait_until_shown(application)
    with qtbot.waitSignal(application.snapshots.said, timeout=20_000) as told:
        application.snapshots.save_ply(str(tmp_path / "nowhere" / "a.ply"))
    assert "Can't write" in told.args[0]
