"""Faults in the real window, one at a time, and how it recovers."""

from __future__ import annotations

import errno
import itertools
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.core.results import FrameResult
from app.recording.verify import verify
from app.recording.writer import RecordingWriter
from app.ui.application import Application
from models.estimator import Prediction
from models.estimators.neural import NeuralSession
from tests.support.clips import bikes
from tests.support.mjpeg_camera import MjpegCamera
from tests.support.windows import Start, Wait

ONE_LANE = {"model_b": "off", "panes": ("rgb", "depth_a")}
SMALL = {"source_width": 160, "source_height": 120, "panes": ("rgb", "depth_a")}


@pytest.fixture
def application(start_application: Start, wait_until_shown: Wait) -> Application:
    """A window with one lane that has shown its first frames."""
    made = start_application(model_b="off", **SMALL)
    wait_until_shown(made)
    return made


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Ends every hanging call after the test."""
    event = threading.Event()
    yield event
    event.set()


def test_a_lane_that_hangs_is_suspended_and_comes_back(
    application: Application,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    release: threading.Event,
) -> None:
    first = application.engine.inference
    qtbot.waitUntil(lambda: first.finished > 22, timeout=20_000)  # a slow first frame is forgotten
    real, hung = NeuralSession.predict, list[bool]()

    def hang_once(self: NeuralSession, *args: object) -> Prediction:
        if not hung:
            hung.append(True)
            release.wait(60)
        return real(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(NeuralSession, "predict", hang_once)
    qtbot.waitUntil(lambda: application.engine.inference is not first, timeout=10_000)
    qtbot.waitUntil(lambda: "did not respond" in _failure(application), timeout=5_000)
    qtbot.waitUntil(lambda: _lane_shown(application), timeout=20_000)
    release.set()
    assert application.watchdog.restarts == 1


def test_a_crashed_capture_thread_is_replaced_and_the_picture_goes_on(
    application: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = application.engine.capture
    segment = _segment(application)

    def explode(*args: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(first, "_handle", explode)
    qtbot.waitUntil(lambda: application.engine.capture is not first, timeout=5_000)
    qtbot.waitUntil(lambda: _segment(application) > segment, timeout=20_000)
    assert application.watchdog.restarts == 1


def test_a_hung_capture_thread_is_replaced_and_the_picture_goes_on(
    application: Application,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    release: threading.Event,
) -> None:
    first, segment = application.engine.capture, _segment(application)

    def hang(*_args: object) -> None:
        release.wait(60)

    monkeypatch.setattr(first, "_handle", hang)
    qtbot.waitUntil(lambda: application.engine.capture is not first, timeout=20_000)
    qtbot.waitUntil(lambda: _segment(application) > segment, timeout=20_000)
    release.set()
    assert application.watchdog.restarts == 1


def test_a_crashed_inference_thread_is_replaced_and_begins_with_an_empty_memory(
    application: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, before = application.engine.inference, application.display.last

    def explode(*_args: object) -> None:
        raise KeyError("a bug")

    fresh: list[bool] = []
    application.display.shown.connect(lambda result: fresh.append(result.lanes["a"].fresh))
    monkeypatch.setattr(first, "_publish", explode)
    qtbot.waitUntil(lambda: application.engine.inference is not first, timeout=5_000)
    qtbot.waitUntil(lambda: any(fresh), timeout=20_000)
    assert application.display.last is not before
    assert application.watchdog.restarts == 1


def test_a_full_disk_ends_the_recording_and_nothing_else(
    application: Application,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    said: list[str] = []
    application.recording.failed.connect(said.append)
    real, written = RecordingWriter.write, itertools.count()

    def fill_up(self: RecordingWriter, result: FrameResult, gap: int) -> None:
        if next(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, result, gap)

    monkeypatch.setattr(RecordingWriter, "write", fill_up)
    application.recording.record(tmp_path / "take")
    qtbot.waitUntil(lambda: bool(said), timeout=20_000)
    assert "full" in said[0] and not application.recording.is_recording
    shown = list[object]()
    application.display.shown.connect(shown.append)
    qtbot.waitUntil(lambda: len(shown) > 3, timeout=20_000)
    assert application.watchdog.restarts == 0
    assert verify(tmp_path / "take").frames == 3


def test_a_disk_that_does_not_respond_is_reported_within_seconds(
    application: Application,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    release: threading.Event,
    tmp_path: Path,
) -> None:
    said: list[str] = []
    application.recording.failed.connect(said.append)
    real = RecordingWriter.write

    def hang(self: RecordingWriter, result: FrameResult, gap: int) -> None:
        release.wait(60)
        real(self, result, gap)

    monkeypatch.setattr(RecordingWriter, "write", hang)
    application.recording.record(tmp_path / "take")
    qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    assert said == [said[0]] and said[0].startswith("The disk is not responding")
    assert application.recording.is_recording  # it may come back
    release.set()
    qtbot.waitUntil(lambda: application.recording.frames > 0, timeout=20_000)


def test_pausing_and_recording_reach_the_stage_that_is_there_now(
    application: Application, qtbot: QtBot
) -> None:
    for stage in ("capture", "inference"):
        application.engine.restart(stage)
    application.controller.set_paused(True)
    qtbot.waitUntil(lambda: not application.engine.capture.status.playing, timeout=20_000)
    application.controller.set_paused(False)
    before = application.engine.inference.finished
    qtbot.waitUntil(lambda: application.engine.inference.finished > before + 2, timeout=20_000)


def _segment(application: Application) -> int:
    return application.display.last.frame.segment if application.display.last else -1


def _failure(application: Application) -> str:
    return application.display.last.failures.get("a", "") if application.display.last else ""


def _lane_shown(application: Application) -> bool:
    return application.display.last is not None and "a" in application.display.last.lanes


def test_f12_shows_the_backup_clip_and_returns(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot, tmp_path: Path
) -> None:
    application = start_application(
        source=str(bikes()), panic_clip=str(tmp_path / "gone"), **ONE_LANE
    )
    wait_until_shown(application)
    qtbot.keyClick(application.window, Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: _source(application) == "synthetic", timeout=20_000)
    assert application.model.value.source == str(bikes())
    strip = application.window.status
    qtbot.waitUntil(lambda: "backup clip, F12 returns" in strip.texts(), timeout=5_000)
    qtbot.keyClick(application.window, Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: _source(application) == str(bikes()), timeout=20_000)


def test_a_damaged_backup_clip_gives_way_to_the_built_in_scene(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(b"rubbish" * 99)
    application = start_application(source=str(bikes()), panic_clip=str(damaged), **ONE_LANE)
    wait_until_shown(application)
    application.fallback.toggle_panic()
    qtbot.waitUntil(lambda: _source(application) == "synthetic", timeout=20_000)
    assert application.controller.instead == "synthetic"
    application.fallback.toggle_panic()
    qtbot.waitUntil(lambda: _source(application) == str(bikes()), timeout=20_000)


def test_at_a_booth_the_fallback_replaces_a_file_that_fails_and_elsewhere_it_does_not(
    start_application: Start, qtbot: QtBot
) -> None:
    application = start_application(
        source="/nowhere/clip.mp4", fallback_after_s=1.0, fallback_clip=str(bikes()), **SMALL
    )
    qtbot.waitUntil(lambda: application.engine.capture.status.failed, timeout=20_000)
    for _ in range(3):
        application.fallback._poll()
    assert (
        application.engine.capture.status.spec == "/nowhere/clip.mp4"
    )  # a researcher wants to know
    application.model.replace(presenter=True)
    qtbot.waitUntil(lambda: _source(application) == str(bikes()), timeout=20_000)
    assert application.model.value.source == "/nowhere/clip.mp4"
    assert application.shown_source() == str(bikes())
    texts = application.window.status.texts
    qtbot.waitUntil(lambda: "in place of the source, F12 tries it again" in texts(), timeout=5_000)


def test_at_a_booth_the_fallback_replaces_a_source_that_keeps_hanging(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(presenter=True, fallback_clip=str(bikes()), **SMALL)
    wait_until_shown(application)
    for _ in range(3):
        assert not application.controller.instead
        application.engine.restart("capture")
    qtbot.waitUntil(lambda: _source(application) == str(bikes()), timeout=20_000)


def test_a_camera_that_stays_away_is_replaced_and_returns_by_itself(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    with MjpegCamera() as camera:
        application = start_application(
            source=camera.url, fallback_after_s=0.2, fallback_clip=str(bikes()), **ONE_LANE
        )
        wait_until_shown(application)
        camera.stall()
        qtbot.waitUntil(lambda: _size(application) == (640, 272), timeout=20_000)
        info = application.engine.capture.status.info
        assert info is not None and info.note.endswith("until it is back.")
        camera.resume()
        qtbot.waitUntil(lambda: _size(application) == (160, 64), timeout=20_000)
        application.close()


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("http://127.0.0.1:9/video", "refuses the connection"),
        ("/nowhere/clip.mp4", "there is no such file"),
    ],
    ids=["address", "file"],
)
def test_a_source_that_cannot_be_opened_leaves_the_one_that_works(
    start_application: Start,
    wait_until_shown: Wait,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    spec: str,
    words: str,
) -> None:
    monkeypatch.setattr("app.engine.trial.TRIAL_S", 1.0)
    application = start_application(fallback_after_s=0.0, **SMALL)
    wait_until_shown(application)
    stage, label = application.window.stage, application.window.source_menu.text()
    segment, seen = _segment(application), list[str]()
    application.display.shown.connect(
        lambda _result: seen.append(application.window.source_menu.text())
    )
    application.controller.open_source(spec)
    qtbot.waitUntil(lambda: words in _notice(application), timeout=20_000)
    seen.clear()
    qtbot.waitUntil(lambda: len(seen) > 2, timeout=20_000)  # it goes on
    assert _segment(application) == segment
    assert set(seen) == {label}
    assert application.model.value.source == "synthetic" == application.shown_source()
    assert stage.rgb.banner is None and not stage.rgb.picture_size.isEmpty()
    assert not any(words in text for text in application.window.status.texts())
    application.undo.undo()
    assert application.model.value.source == "synthetic"


def test_what_cannot_be_opened_can_be_tried_again_or_left_for_another(
    start_application: Start,
    wait_until_shown: Wait,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    application = start_application(**SMALL)
    wait_until_shown(application)
    clip, asked, notices = tmp_path / "clip.mp4", list[str](), application.window.stage.notices
    monkeypatch.setattr(application.window.source_menu, "ask_for_another", asked.append)
    application.controller.open_source(str(clip))
    qtbot.waitUntil(lambda: bool(_notice(application)), timeout=20_000)
    _press(application, "Choose another…")
    assert asked == ["file"]
    shutil.copy(bikes(), clip)
    _press(application, "Try again")
    qtbot.waitUntil(lambda: _source(application) == str(clip), timeout=20_000)
    assert notices.notice("source") is None
    assert application.model.value.source == str(clip)
    application.controller.open_source("/nowhere/clip.mp4")
    qtbot.waitUntil(lambda: bool(_notice(application)), timeout=20_000)
    qtbot.keyClick(application.window, Qt.Key.Key_Escape)
    assert notices.notice("source") is None


def test_a_dead_source_at_the_start_shows_no_other_picture(
    start_application: Start, qtbot: QtBot
) -> None:
    application = start_application(source="/nowhere/clip.mp4", **SMALL)
    qtbot.waitUntil(lambda: "there is no such file" in _notice(application), timeout=20_000)
    placeholder = application.window.stage.depth_a
    qtbot.waitUntil(lambda: placeholder.placeholder == "No picture yet", timeout=60_000)
    assert application.window.stage.rgb.picture_size.isEmpty()
    assert "clip.mp4" in application.window.source_menu.text()
    assert application.model.value.source == "/nowhere/clip.mp4" == application.shown_source()
    application.controller.open_source(str(bikes()))
    qtbot.waitUntil(lambda: _source(application) == str(bikes()), timeout=60_000)
    assert _notice(application) == ""


def test_an_audience_gets_the_sentence_without_buttons(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(presenter=True, **SMALL)
    wait_until_shown(application)
    application.controller.open_source("/nowhere/clip.mp4")
    qtbot.waitUntil(lambda: bool(_notice(application)), timeout=20_000)
    notice = application.window.stage.notices.notice("source")
    assert notice is not None and notice.buttons == ()


def test_the_idle_demo_changes_views_until_there_is_input(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot, tmp_path: Path
) -> None:
    application = start_application(attract_after_s=0.5, view="blink", **SMALL)
    qtbot.waitUntil(lambda: application.model.value.view == "side", timeout=10_000)
    assert application.fallback.is_attracting
    qtbot.keyClick(application.window, Qt.Key.Key_1)
    assert application.model.value.view == "blink"
    qtbot.waitUntil(lambda: application.fallback.is_attracting, timeout=10_000)
    application.close()
    saved = json.loads((tmp_path / "config" / "default.json").read_text())
    assert saved["settings"]["view"] == "blink"


def _notice(application: Application) -> str:
    notice = application.window.stage.notices.notice("source")
    return notice.text if notice is not None else ""


def _press(application: Application, words: str) -> None:
    buttons = application.window.stage.notices.findChildren(QPushButton)
    next(button for button in buttons if button.text() == words).click()


def _source(application: Application) -> str:
    return application.engine.capture.status.spec if application.display.last else ""


def _size(application: Application) -> tuple[int, int] | None:
    return application.display.last.frame.size if application.display.last else None
