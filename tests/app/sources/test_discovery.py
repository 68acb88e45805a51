"""Listings as the three platforms give them, through the library's own code for each.

The library's back ends are real; what they ask the system is recorded: V4L2's device files and
/sys on Linux, the compiled enumerator on Windows, AVFoundation's devices on macOS.
"""

from __future__ import annotations

import importlib
import sys
import threading
import types
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import app.sources.discovery as discovery
from app.sources.camera_formats import AVFOUNDATION, DSHOW, MSMF, V4L2
from app.sources.discovery import Camera, Listed, cameras, choose, find_again, spec_of
from models.errors import SourceError

Enumerate = Callable[[int], Iterable[Listed]]

C920 = "HD Pro Webcam C920"


@pytest.fixture
def linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Enumerate:
    """A laptop camera with a metadata node beside it, a webcam, and a capture card off USB."""
    backend = importlib.import_module("cv2_enumerate_cameras.linux_backend")
    nodes = {"video10": "Cam Link 4K", "video0": "Integrated Camera", "video1": "", "video2": C920}
    usb = {"video0": "04f2 b67c", "video2": "046d 0892", "video10": None}
    for node in nodes:
        (tmp_path / node).touch()
    by_id = tmp_path / "by-id"
    by_id.mkdir()
    (by_id / "usb-046d_HD_Pro_Webcam_C920_5A1C-video-index0").symlink_to(tmp_path / "video2")
    monkeypatch.setattr(discovery, "_LINK_FOLDERS", (by_id, tmp_path / "by-path"))

    def read_line(*parts: str) -> str | None:
        whole = "/".join(parts)
        node = next(n for n in sorted(nodes, key=len, reverse=True) if n in whole)
        if parts[-1] == "name" or whole.endswith("/name"):
            return nodes[node]
        ids = usb.get(node)
        return None if ids is None else ids.split()[parts[-1] == "idProduct"]

    fake_os = types.SimpleNamespace(
        path=types.SimpleNamespace(
            basename=lambda path: Path(path).name,
            join=lambda *parts: "/".join(parts),
            dirname=lambda path: str(Path(path).parent),
            realpath=lambda path: path,
            exists=lambda _path: True,
        )
    )
    monkeypatch.setattr(backend, "os", fake_os)
    monkeypatch.setattr(
        backend, "glob", types.SimpleNamespace(glob=lambda _p: [str(tmp_path / n) for n in nodes])
    )
    monkeypatch.setattr(backend, "device_can_capture_video", lambda path: path[-6:] != "video1")
    monkeypatch.setattr(backend, "read_line", read_line)
    generator: Enumerate = backend.cameras_generator
    return generator


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Enumerate:
    """A webcam that both systems list, and a virtual camera that only DirectShow knows."""
    usb = r"\\?\usb#vid_046d&pid_0892&mi_00#6&2b1fdd0c&0&0000#"
    listings = types.ModuleType("cv2_enumerate_cameras._windows_backend")
    listings.MSMF_enumerate_cameras = lambda: [  # type: ignore[attr-defined]
        (C920, usb + r"{e5323777-f976-4f5b-9b55-b94699c46e44}\global")
    ]
    listings.DSHOW_enumerate_cameras = lambda: [  # type: ignore[attr-defined]
        ("OBS Virtual Camera", ""),
        (C920, usb.upper() + r"{65e8773d-8f56-11d0-a3b9-00a0c9223196}\global"),
    ]
    monkeypatch.setitem(sys.modules, listings.__name__, listings)
    name = "cv2_enumerate_cameras.windows_backend"
    monkeypatch.delitem(sys.modules, name, raising=False)
    generator: Enumerate = importlib.import_module(name).cameras_generator
    monkeypatch.delitem(sys.modules, name)
    return generator


class _Device:
    """One AVCaptureDevice."""

    def __init__(self, unique: str, name: str, model: str) -> None:
        self._told = (unique, name, model)

    def uniqueID(self) -> str:
        return self._told[0]

    def localizedName(self) -> str:
        return self._told[1]

    def modelID(self) -> str:
        return self._told[2]


@pytest.fixture
def macos(monkeypatch: pytest.MonkeyPatch) -> Enumerate:
    """The built-in camera and a webcam, which macOS does not list in the order of their ids."""
    framework = types.ModuleType("AVFoundation")
    session = types.SimpleNamespace(
        devices=lambda: [
            _Device("0x1420000046d0892", C920, "UVC Camera VendorID_1133 ProductID_2194"),
            _Device("0x1100000005ac8514", "FaceTime HD Camera", "FaceTime HD Camera"),
        ]
    )
    ask = "discoverySessionWithDeviceTypes_mediaType_position_"
    loop = types.SimpleNamespace(runUntilDate_=lambda _date: None)
    told = {
        "NSRunLoop": types.SimpleNamespace(currentRunLoop=lambda: loop),
        "NSDate": types.SimpleNamespace(dateWithTimeIntervalSinceNow_=lambda _s: None),
        "AVCaptureDeviceDiscoverySession": types.SimpleNamespace(**{ask: lambda *_: session}),
        "AVCaptureDeviceTypeBuiltInWideAngleCamera": "built-in",
        "AVCaptureDeviceTypeExternalUnknown": "external",
        "AVMediaTypeVideo": "vide",
        "AVCaptureDevicePositionUnspecified": 0,
    }
    for name, value in told.items():
        setattr(framework, name, value)
    monkeypatch.setitem(sys.modules, "AVFoundation", framework)
    name = "cv2_enumerate_cameras.macos_backend"
    monkeypatch.delitem(sys.modules, name, raising=False)
    generator: Enumerate = importlib.import_module(name).cameras_generator
    monkeypatch.delitem(sys.modules, name)
    return generator


def test_linux_cameras_are_listed_by_number_without_metadata_nodes(linux: Enumerate) -> None:
    listed = cameras("linux", linux)
    assert [(camera.index, camera.name) for camera in listed] == [
        (0, "Integrated Camera"),
        (2, C920),
        (10, "Cam Link 4K"),
    ]
    assert [camera.usb for camera in listed] == [(0x04F2, 0xB67C), (0x046D, 0x0892), None]
    assert {camera.backend for camera in listed} == {V4L2.backend}


def test_linux_cameras_bear_the_path_that_lasts(linux: Enumerate) -> None:
    webcam = choose(cameras("linux", linux), C920)
    assert webcam.path.endswith("by-id/usb-046d_HD_Pro_Webcam_C920_5A1C-video-index0")
    assert webcam.device.endswith("video2")
    card = choose(cameras("linux", linux), "cam link")
    assert card.path == card.device  # nothing better is known


def test_windows_cameras_are_listed_once_whatever_system_knows_them(windows: Enumerate) -> None:
    listed = cameras("win32", windows)
    assert [(camera.name, camera.backend) for camera in listed] == [
        (C920, MSMF.backend),
        ("OBS Virtual Camera", DSHOW.backend),
    ]
    assert listed[0].usb == (0x046D, 0x0892)


def test_macos_cameras_are_numbered_as_opencv_numbers_them(macos: Enumerate) -> None:
    listed = cameras("darwin", macos)
    assert [(camera.index, camera.name) for camera in listed] == [
        (0, "FaceTime HD Camera"),
        (1, C920),
    ]
    assert listed[1].usb == (1133, 2194)
    assert {camera.backend for camera in listed} == {AVFOUNDATION.backend}


def test_a_system_that_fails_to_list_leaves_the_other_one(windows: Enumerate) -> None:
    def half(backend: int) -> Iterable[Listed]:
        if backend == MSMF.backend:
            raise OSError("no media foundation")
        return windows(backend)

    assert [camera.name for camera in cameras("win32", half)] == ["OBS Virtual Camera", C920]


def test_a_listing_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def hang(_backend: int) -> Iterable[Listed]:
        released.wait()
        return ()

    monkeypatch.setattr(discovery, "_LISTING_TIMEOUT_S", 0.05)
    with pytest.raises(SourceError, match="does not respond when asked for its cameras"):
        cameras("linux", hang)
    released.set()


def test_a_missing_library_says_that_numbers_still_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2_enumerate_cameras", None)
    with pytest.raises(SourceError, match="choose a camera by number"):
        cameras()


def camera(index: int, name: str, path: str = "", usb: tuple[int, int] | None = None) -> Camera:
    return Camera(index, name, path or f"/p{index}", V4L2.backend, f"/dev/video{index}", usb)


LISTED = [camera(0, "Integrated Camera"), camera(2, "HD Webcam"), camera(4, "HD Webcam Pro")]


@pytest.mark.parametrize(
    ("key", "index"),
    [
        (2, 2),
        ("/p4", 4),
        ("/dev/video4", 4),
        ("hd webcam", 2),
        ("HD Webcam Pro", 4),
        ("integrated", 0),
        ("Pro", 4),
    ],
)
def test_a_camera_is_meant_by_number_path_or_name(key: int | str, index: int) -> None:
    assert choose(LISTED, key).index == index


def test_a_camera_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(SourceError, match=r"no camera 'GoPro'; there is .*\(camera:0\), HD Webcam"):
        choose(LISTED, "GoPro")
    with pytest.raises(SourceError, match="plug one in"):
        choose([], 0)


def test_a_camera_is_found_again_under_another_number() -> None:
    before = camera(2, "HD Webcam", "/by-id/a", (1, 2))
    now = [camera(0, "HD Webcam", "/by-id/b", (1, 2)), camera(3, "HD Webcam", "/by-id/a", (1, 2))]
    found = find_again(now, before)
    assert found is not None
    assert found.index == 3


def test_a_camera_at_another_plug_is_found_if_it_is_the_only_one_of_its_kind() -> None:
    before = camera(2, "HD Webcam", "/plug/1", (1, 2))
    moved = camera(0, "HD Webcam", "/plug/7", (1, 2))
    assert find_again([moved, camera(1, "Other", "/plug/8")], before) == moved
    assert find_again([moved, camera(1, "HD Webcam", "/plug/8", (1, 2))], before) is None
    assert find_again([], before) is None


def test_a_new_camera_in_the_old_plug_is_not_taken_for_the_old_one() -> None:
    before = camera(0, "HD Webcam", "/dev/video0", (1, 2))
    assert find_again([camera(0, "Cam Link 4K", "/dev/video0", (3, 4))], before) is None


def test_the_text_that_opens_a_camera_is_its_name_unless_it_has_a_namesake() -> None:
    assert spec_of(LISTED[1], LISTED) == "camera:HD Webcam"
    twins = [camera(0, "Twin", "/a"), camera(1, "Twin", "/b")]
    assert [spec_of(each, twins) for each in twins] == ["camera:/a", "camera:/b"]
