"""The screen as a source, on a real X server where there is one."""

from __future__ import annotations

import os
import sys
from contextlib import closing

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.sources.screen import open_screen, why_not_readable
from models.errors import SourceError
from models.frames import Frame
from tests.support.reading import next_frame, next_loss

needs_x = pytest.mark.skipif(
    sys.platform.startswith("linux")
    and bool(why_not_readable(sys.platform, os.environ) or os.environ.get("QT_QPA_PLATFORM")),
    reason="reads the pixels of an X display",
)


@needs_x
def test_a_part_of_the_screen_shows_what_is_there(qtbot: QtBot) -> None:
    window = QWidget(
        None, Qt.WindowType.FramelessWindowHint | Qt.WindowType.X11BypassWindowManagerHint
    )
    window.setStyleSheet("background: rgb(200, 40, 90)")
    window.setGeometry(60, 50, 120, 90)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    corner = window.mapToGlobal(window.rect().topLeft())
    with closing(open_screen((corner.x() + 20, corner.y() + 10, 64, 48))) as source:

        def is_shown() -> None:
            frame = source.read(0.1)
            assert isinstance(frame, Frame)
            assert frame.size == (64, 48)
            assert (frame.rgb == (200, 40, 90)).all()

        qtbot.waitUntil(is_shown, timeout=10_000)
        assert source.info.live
        assert source.info.delivered == "64x48"


@needs_x
def test_the_whole_screen_comes_picture_by_picture() -> None:
    with closing(open_screen(None)) as source:
        frames = [next_frame(source) for _ in range(3)]
        sizes = {"{}x{}".format(*frame.size) for frame in frames}
        assert sizes == {source.info.delivered}
    numbers = [frame.index for frame in frames]
    assert numbers == sorted(set(numbers))


@needs_x
def test_a_part_beyond_the_desktop_is_refused_in_words() -> None:
    with closing(open_screen((0, 0, 60_000, 100))) as source:
        assert "reaches beyond the desktop" in next_loss(source)


@pytest.mark.parametrize(
    ("platform", "environment", "words"),
    [
        ("linux", {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "choose an X11 session"),
        ("linux", {"XDG_SESSION_TYPE": "wayland"}, "choose an X11 session"),
        ("linux", {}, "There is no screen to capture"),
    ],
)
def test_a_screen_that_cannot_be_read_says_why(
    platform: str, environment: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert words in why_not_readable(platform, environment)
    for name in ("WAYLAND_DISPLAY", "DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if sys.platform == platform:
        with pytest.raises(SourceError, match=words):
            open_screen(None)


def test_other_screens_are_read_without_questions() -> None:
    assert why_not_readable("linux", {"DISPLAY": ":0"}) == ""
    assert why_not_readable("win32", {}) == ""
