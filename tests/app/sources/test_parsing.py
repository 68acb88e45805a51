"""What --source may say."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sources.kinds import KINDS
from app.sources.kinds.camera import CameraSpec
from app.sources.kinds.path import PathSpec
from app.sources.kinds.screen import ScreenSpec
from app.sources.kinds.synthetic import SyntheticSpec
from app.sources.kinds.url import UrlSpec
from app.sources.parsing import (
    is_live,
    may_open_at_start,
    menu_choices,
    parse_spec,
    title_of,
    usage,
)
from app.sources.spec import SourceSpec
from models.errors import UsageError


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("synthetic", SyntheticSpec(None)),
        ("Synthetic:42", SyntheticSpec(42)),
        ("camera:0", CameraSpec(0)),
        ("camera: HD Pro Webcam C920 ", CameraSpec("HD Pro Webcam C920")),
        ("camera:usb:1-2", CameraSpec("usb:1-2")),
        ("camera:/dev/video2", CameraSpec("/dev/video2")),
        ("screen", ScreenSpec(None)),
        ("screen:0,0,1280,720", ScreenSpec((0, 0, 1280, 720))),
        ("screen: -1920, 40, 640, 480", ScreenSpec((-1920, 40, 640, 480))),
        ("http://10.0.0.2:8080/video", UrlSpec("http://10.0.0.2:8080/video", is_file=False)),
        ("HTTPS://x.org/a/b.MP4?t=1", UrlSpec("HTTPS://x.org/a/b.MP4?t=1", is_file=True)),
        ("rtsp://cam/live.mp4", UrlSpec("rtsp://cam/live.mp4", is_file=False)),
        ("udp://@239.0.0.1:1234", UrlSpec("udp://@239.0.0.1:1234", is_file=False)),
        ("file:///home/me/my%20clip.mp4", PathSpec("/home/me/my clip.mp4")),
        ("file:///C:/clips/a.mp4", PathSpec("C:/clips/a.mp4")),
        ("file:///home/me/take #1 50%25?.mp4", PathSpec("/home/me/take #1 50%?.mp4")),
        ("file://localhost/home/caf%E9.mp4", PathSpec("/home/caf\udce9.mp4")),
        ("clips/bikes.mp4", PathSpec("clips/bikes.mp4")),
        ("C:\\clips\\bikes.mp4", PathSpec("C:\\clips\\bikes.mp4")),
        ("C:/clips/bikes.mp4", PathSpec("C:/clips/bikes.mp4")),
        ("./camera", PathSpec("./camera")),
        ("frames/shot_%04d.png", PathSpec("frames/shot_%04d.png")),
        ("a:b.mp4", PathSpec("a:b.mp4")),
    ],
)
def test_every_kind_of_source_is_understood(text: str, spec: SourceSpec) -> None:
    assert parse_spec(text) == spec


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "No source was given; use synthetic"),
        ("  ", "No source was given"),
        ("synthetic:abc", "as in synthetic:7, not 'abc'"),
        ("synthetic:", "as in synthetic:7"),
        ("synthetic:-1", "as in synthetic:7"),
        ("camera", "as in camera:0"),
        ("camera:", "the command `cameras` lists them"),
        ("screen:1,2,3", "as in screen:0,0,1280,720"),
        ("screen:0,0,0,0", "at least 16x16"),
        ("ftp://x/y.mp4", "http, https, rtsp or udp, not with ftp"),
        ("webcam", "did you mean camera:0"),
        ("sythetic:3", "did you mean synthetic:3"),
        ("camara:1", "did you mean camera:1"),
        ("rtsp://cam:abc/x", "write it as rtsp://HOST:PORT/PATH"),
        ("http://10.0.0.2:99999/video", "a port below 65536"),
        ("http://[x", "write it as http://HOST:PORT/PATH"),
    ],
)
def test_what_cannot_be_used_says_what_would_work(text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence) as caught:
        parse_spec(text)
    assert "\n" not in str(caught.value)


def test_an_address_that_a_password_breaks_is_refused_without_telling_it() -> None:
    with pytest.raises(UsageError) as caught:
        parse_spec("rtsp://me:s3/cret@cam/live")
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "camera:0", " camera:0", "Camera:C920", "screen", "Screen", "SCREEN:0,0,64,64",
        "window:Slides", "Window:Slides", "RTSP://cam/live", "http://x/clip.mp4", "udp://@:1234",
        "rtsp://cam:abc/x",
    ],
)  # fmt: skip
def test_what_looks_at_the_room_the_screen_or_the_network_is_never_opened_unasked(
    text: str,
) -> None:
    assert not may_open_at_start(text)


@pytest.mark.parametrize(
    "text", ["synthetic", "synthetic:7", "screencast.mp4", "./camera", "windows/a.png", "udp.mp4"]
)
def test_scenes_and_files_are_opened_unasked_whatever_they_are_called(text: str) -> None:
    assert may_open_at_start(text)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("rtsp://me:secret@host", "host"),
        ("rtsp://me:se@cret@host:554/live/", "host:554/live"),
        ("http://me:secret@[x", "http://[x"),
        ("clips/bikes.mp4", "bikes.mp4"),
        ("camera:C920", "C920"),
        ("camera:/dev/v4l/by-id/usb-1", "usb-1"),
        ("camera:0", "camera:0"),
        ("window:Slides: one", "Slides: one"),
        ("screen", "screen"),
    ],
)
def test_a_source_has_a_short_title_without_passwords_before_it_is_open(
    text: str, title: str
) -> None:
    assert title_of(text) == title


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    with suppress(UsageError):
        assert isinstance(parse_spec(text), SourceSpec)
    assert bool(title_of(text)) == bool(text.strip())


@settings(deadline=None)
@given(st.sampled_from(["rtsp", "http", "udp"]), st.text("a@:/[]%1?#é ", max_size=20))
def test_no_address_breaks_the_parser_or_its_title(scheme: str, rest: str) -> None:
    with suppress(UsageError):
        assert isinstance(parse_spec(f"{scheme}://{rest}"), SourceSpec)
    assert title_of(f"{scheme}://{rest}")


def test_help_names_every_kind_of_source_and_each_can_be_written_so() -> None:
    for kind in KINDS:
        assert kind.usages
        for written in kind.usages:
            assert written in usage()
        for suggestion in kind.suggestions.values():
            assert isinstance(parse_spec(suggestion), kind)


def test_what_the_menu_offers_opens_the_kind_that_offers_it() -> None:
    offered = [(choice, kind) for kind in KINDS for choice in kind.menu]
    assert menu_choices() == tuple(choice for choice, _ in offered)
    assert "Built-in scene" in [choice.text for choice in menu_choices()]
    for choice, kind in offered:
        assert isinstance(parse_spec(choice.spec), kind)


@pytest.mark.parametrize(
    ("text", "live"),
    [
        ("synthetic", False), ("a.mp4", False), ("http://x/clip.mp4", False),
        ("http://x/video", True), ("camera:0", True), ("screen", True), ("window:Slides", True),
    ],
)  # fmt: skip
def test_a_source_says_before_it_is_open_whether_frames_come_by_themselves(
    text: str, live: bool
) -> None:
    assert parse_spec(text).is_live == live
    assert is_live(text) == live


@pytest.mark.parametrize("name", ["Desktop", "camara:1", "webcam", "12:30.mp4"])
def test_what_exists_is_a_path_whatever_it_looks_like(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert parse_spec(name) == PathSpec(name)
