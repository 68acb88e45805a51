"""From --source to an open source, and from every kind of bad input to one sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

import app.sources.camera as camera_module
import app.sources.opening as opening
from app.core.source import Source
from app.sources import camera_opener
from app.sources.camera import CameraSource
from app.sources.camera_formats import V4L2, CameraRequest
from app.sources.discovery import Camera
from app.sources.images import ImagesSource
from app.sources.live import LiveSource
from app.sources.opening import open_source
from app.sources.synthetic import SyntheticSource
from app.sources.video import VideoSource
from models.errors import SourceError, UsageError
from models.frames import Frame
from models.opencv import cv2
from tests.support.numbered_video import write_numbered_video


def save_picture(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imencode(path.suffix, np.zeros((16, 24, 3), np.uint8))[1].tofile(path)
    return path


def make_video(folder: Path) -> str:
    return str(write_numbered_video(folder / "a.mp4", 3))


def make_folder(folder: Path) -> str:
    save_picture(folder / "pictures" / "1.png")
    return str(folder / "pictures")


def make_pattern(folder: Path) -> str:
    save_picture(folder / "shot_0001.jpg")
    return str(folder / "shot_%04d.jpg")


def make_picture(folder: Path) -> str:
    return str(save_picture(folder / "one.PNG"))


def make_file_url(folder: Path) -> str:
    return Path(make_video(folder)).as_uri()


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (make_video, VideoSource),
        (make_folder, ImagesSource),
        (make_pattern, ImagesSource),
        (make_picture, ImagesSource),
        (make_file_url, VideoSource),
    ],
)
def test_paths_open_by_what_they_are(
    tmp_path: Path, make: Callable[[Path], str], kind: type[Source]
) -> None:
    with closing(open_source(make(tmp_path))) as source:
        assert isinstance(source, kind)
        assert isinstance(source, Source)
        assert isinstance(source.read(5.0), Frame)


def test_the_home_folder_may_be_written_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_video(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    with closing(open_source("~/a.mp4")) as source:
        assert isinstance(source, VideoSource)


def test_a_recorded_scene_brings_its_truth(tmp_path: Path) -> None:
    save_picture(tmp_path / "rgb" / "0.png")
    depth = np.full((16, 24), 4000, np.uint16)
    (tmp_path / "depth").mkdir()
    cv2.imencode(".png", depth)[1].tofile(tmp_path / "depth" / "0.png")
    with closing(open_source(str(tmp_path))) as source:
        assert source.info.has_truth
        frame = source.read(1.0)
    assert isinstance(frame, Frame)
    assert frame.truth is not None
    assert frame.truth.disparity[3, 3] == 0.25


def test_a_scene_is_rendered_at_the_size_asked_for() -> None:
    with closing(open_source("synthetic:3", (64, 48), with_flow=True)) as source:
        assert isinstance(source, SyntheticSource)
        source.read(5.0)
        frame = source.read(5.0)
    assert isinstance(frame, Frame)
    assert frame.size == (64, 48)
    assert frame.truth is not None
    assert frame.truth.flow_to_previous is not None


def test_a_camera_is_asked_for_the_size_and_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    webcam = Camera(0, "Webcam", "/x", V4L2.backend)
    monkeypatch.setattr(camera_module, "cameras", lambda: [webcam])
    asked: list[tuple[int | str, CameraRequest]] = []

    def note(key: int | str, request: CameraRequest, awaited: bool) -> CameraSource:
        asked.append((key, request))
        return CameraSource(webcam, request, spec="camera:Webcam", listing=list, open_capture=None)

    monkeypatch.setattr(camera_module, "open_camera", note)
    with closing(open_source("camera:Webcam", (2560, 1440), fps=60.0)) as source:
        assert source.info.asked == "2560x1440 at 60 fps"
    assert asked == [("Webcam", CameraRequest((2560, 1440), 60.0))]


def test_without_a_list_a_camera_can_still_be_opened_by_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_list() -> list[Camera]:
        raise SourceError("Cameras cannot be listed.")

    monkeypatch.setattr(camera_module, "cameras", no_list)
    monkeypatch.setattr(camera_opener, "open_capture", _refusing_capture)
    with closing(open_source("camera:3")) as source:
        assert source.info.title == "Camera 3"
    with pytest.raises(SourceError, match="cannot be listed"):
        open_source("camera:Webcam")


def _refusing_capture(index: int, _backend: int, _parameters: list[int]) -> object:
    raise SourceError(f"Camera {index} does not open.")


def test_streams_open_at_once_whoever_answers() -> None:
    for url in ("http://127.0.0.1:9/video", "rtsp://127.0.0.1:9/x", "udp://127.0.0.1:9999"):
        with closing(open_source(url)) as source:
            assert isinstance(source, LiveSource)
            assert source.info.live


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are made otherwise here")
def test_a_named_pipe_is_live(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ts")
    with closing(open_source(str(tmp_path / "pipe.ts"))) as source:
        assert source.info.live


@pytest.mark.parametrize(
    ("spec", "error", "sentence"),
    [
        (
            "nowhere/a.mp4",
            SourceError,
            r"Can\'t open nowhere/a\.mp4: there is no such file; check the path\.",
        ),
        ("0", SourceError, r"did you mean camera:0\?"),
        ("nowhere/*.png", SourceError, "No picture matches"),
        ("synthetic:x", UsageError, "as in synthetic:7"),
        ("ftp://host/a.mp4", UsageError, "not with ftp"),
    ],
)
def test_bad_input_is_answered_in_one_sentence(
    spec: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence) as caught:
        open_source(spec)
    assert "\n" not in str(caught.value)


def test_an_empty_folder_and_an_empty_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no pictures"):
        open_source(str(tmp_path))
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(SourceError, match=r"empty\.mp4 is empty"):
        open_source(str(tmp_path / "empty.mp4"))
    (tmp_path / "empty.png").touch()
    with pytest.raises(SourceError, match=r"empty\.png"):
        open_source(str(tmp_path / "empty.png"))


def test_a_camera_opened_by_number_is_remembered_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    webcam = Camera(2, "Webcam", "/by-id/webcam", V4L2.backend)
    monkeypatch.setattr(camera_module, "cameras", lambda: [webcam])
    monkeypatch.setattr(camera_opener, "open_capture", _refusing_capture)
    with closing(open_source("camera:2")) as source:
        assert source.info.spec == "camera:Webcam"
        assert source.info.title == "Webcam"


def test_in_the_window_a_camera_that_is_not_plugged_in_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(camera_module, "cameras", list)
    openers = (
        opening.open_awaited,
        opening.with_camera_format(opening.open_awaited, lambda: (30.0, "")),
    )
    for open_it in openers:
        with closing(open_it("camera:Webcam", None)) as source:
            assert source.info.live
            assert (source.info.spec, source.info.title) == ("camera:Webcam", "Webcam")
    with pytest.raises(SourceError, match="No camera found"):
        open_source("camera:Webcam")


def test_cameras_alone_are_asked_for_a_rate_and_a_pixel_format(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[CameraRequest] = []

    def note(key: object, request: CameraRequest, awaited: bool) -> object:
        asked.append(request)
        return object()

    monkeypatch.setattr(camera_module, "open_camera", note)
    plain: list[str] = []
    wanted = (60.0, "MJPG")

    def open_plain(spec: str, size: tuple[int, int] | None) -> Source:
        plain.append(spec)
        return open_source("synthetic", size)

    opened = opening.with_camera_format(open_plain, lambda: wanted)
    opened("camera:0", (1920, 1080))
    opened("synthetic", None)
    wanted = (0.0, "")
    opened("camera:0", None)
    assert asked == [CameraRequest((1920, 1080), 60.0, "MJPG")]
    assert plain == ["synthetic", "camera:0"]
