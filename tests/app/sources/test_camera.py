"""Cameras: the requests they get, the loopback camera through OpenCV itself, and refusals."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.core.source import Reading, SignalLost, Source
from app.sources import camera as camera_module
from app.sources.blank import is_of_one_colour
from app.sources.camera import CameraSource, OpenCapture, open_camera
from app.sources.camera_controls import Capture, ControlBoard
from app.sources.camera_formats import (
    AVFOUNDATION,
    DSHOW,
    MSMF,
    V4L2,
    CameraRequest,
    fourcc_number,
    fourcc_text,
    habits_of,
    misfit,
    pixel_formats_to_try,
    requests_in_order,
)
from app.sources.camera_refusal import who_holds, why_not_opened
from app.sources.discovery import Camera
from app.sources.live_worker import Patience
from models.errors import SourceError
from models.frames import Frame
from models.opencv import cv2
from tests.support.mjpeg_camera import MjpegCamera
from tests.support.numbered_video import number_in

QUICK = Patience(stall_s=0.6, reading_s=2.0, retry_s=0.02, retry_most_s=0.1, closing_s=2.0)
WEBCAM = Camera(0, "Webcam", "/by-id/webcam", V4L2.backend)
NAMES = {
    cv2.CAP_PROP_FOURCC: "fourcc",
    cv2.CAP_PROP_FRAME_WIDTH: "width",
    cv2.CAP_PROP_FRAME_HEIGHT: "height",
    cv2.CAP_PROP_FPS: "fps",
}


def until(source: Source, wanted: Callable[[Reading], bool], within_s: float = 15.0) -> Reading:
    deadline_s = time.monotonic() + within_s
    while time.monotonic() < deadline_s:
        reading = source.read(0.05)
        if wanted(reading):
            return reading
    raise AssertionError("what was waited for did not come")


def next_frame(source: Source) -> Frame:
    frame = until(source, lambda reading: isinstance(reading, Frame))
    assert isinstance(frame, Frame)
    return frame


def next_loss(source: Source) -> str:
    lost = until(source, lambda reading: isinstance(reading, SignalLost))
    assert isinstance(lost, SignalLost)
    return lost.sentence


# formats


def test_every_platform_has_habits() -> None:
    assert habits_of("linux") == (V4L2,)
    assert habits_of("win32") == (MSMF, DSHOW)
    assert habits_of("darwin") == (AVFOUNDATION,)


def test_big_pictures_are_asked_for_compressed_first() -> None:
    for habits in (V4L2, MSMF, DSHOW):
        assert pixel_formats_to_try(CameraRequest((2560, 1440)), habits)[0] == "MJPG"
        assert pixel_formats_to_try(CameraRequest((640, 480)), habits)[0] != "MJPG"


def test_a_pixel_format_that_was_asked_for_is_the_only_one_tried() -> None:
    asked = CameraRequest((1920, 1080), 60, "NV12")
    assert pixel_formats_to_try(asked, V4L2) == ("NV12",)
    assert asked.text == "1920x1080 at 60 fps, NV12"


def test_directshow_gets_the_pixel_format_first_and_last_because_all_else_undoes_it() -> None:
    order = [NAMES[prop] for prop, _ in requests_in_order(CameraRequest(), "MJPG", DSHOW)]
    assert order == ["fourcc", "fps", "width", "height", "fourcc"]


def test_the_size_counts_more_than_the_rate_and_a_little_slower_is_good_enough() -> None:
    asked = CameraRequest((1920, 1080), 60)
    assert misfit(asked, (1920, 1080), 59.94) == misfit(asked, (1920, 1080), 0.0) == (0.0, 0.0)
    assert misfit(asked, (1920, 1080), 50.0) == (0.0, 0.0)
    assert (0.0, 0.0) < misfit(asked, (1920, 1080), 30.0) < misfit(asked, (1280, 720), 60.0)


def test_v4l2_gets_the_pixel_format_first() -> None:
    order = [NAMES[prop] for prop, _ in requests_in_order(CameraRequest(), "MJPG", V4L2)]
    assert order == ["fourcc", "width", "height", "fps"]


def test_avfoundation_is_never_asked_for_a_pixel_format() -> None:
    for pixel_format in pixel_formats_to_try(CameraRequest((3840, 2160)), AVFOUNDATION):
        properties = requests_in_order(CameraRequest(), pixel_format, AVFOUNDATION)
        assert cv2.CAP_PROP_FOURCC not in dict(properties)


def test_pixel_formats_are_read_as_letters() -> None:
    assert fourcc_text(float(fourcc_number("MJPG"))) == "MJPG"
    assert fourcc_number("MJPG") == cv2.VideoWriter.fourcc(*"MJPG")
    assert [fourcc_text(number) for number in (-1.0, 0.0, 22.0)] == ["", "", ""]


# a driver that notes what it is asked


class Driver:
    """What a camera can do and what it was asked; makes captures as cv2 does."""

    def __init__(self) -> None:
        self.sizes: dict[str, tuple[int, int]] = {"MJPG": (1920, 1080), "YUYV": (640, 480)}
        self.opens = True
        self.refuses_parameters = False
        self.has = {cv2.CAP_PROP_AUTO_EXPOSURE: 3.0, cv2.CAP_PROP_EXPOSURE: 157.0}
        self.picture: NDArray[np.uint8] = np.full((32, 32, 3), (10, 20, 30), np.uint8)
        self.picture[16:] += 100
        self.rates: dict[str, float] = {}
        self.blank_pictures = 0
        self.failures = 0
        self.throws = False
        self.opened: list[tuple[int, int, list[int]]] = []
        self.released = 0
        self.set: list[tuple[int, float]] = []

    def open(self, index: int, backend: int, parameters: list[int]) -> Capture:
        self.opened.append((index, backend, parameters))
        return _Capture(self, parameters)


class _Capture:
    def __init__(self, driver: Driver, parameters: list[int]) -> None:
        self._driver = driver
        self._open = driver.opens and not (parameters and driver.refuses_parameters)
        self._fourcc = 0
        for prop, value in zip(parameters[::2], parameters[1::2], strict=True):
            self._take(prop, value)

    def _take(self, prop: int, value: float) -> None:
        if prop == cv2.CAP_PROP_FOURCC:
            self._fourcc = int(value)

    def isOpened(self) -> bool:
        return self._open

    def get(self, prop: int) -> float:
        width, height = self._driver.sizes.get(fourcc_text(self._fourcc), (320, 240))
        formats = {
            cv2.CAP_PROP_FOURCC: float(self._fourcc),
            cv2.CAP_PROP_FRAME_WIDTH: float(width),
            cv2.CAP_PROP_FRAME_HEIGHT: float(height),
            cv2.CAP_PROP_FPS: self._driver.rates.get(fourcc_text(self._fourcc), 0.0),
        }
        return formats.get(prop, self._driver.has.get(prop, -1.0))

    def set(self, prop: int, value: float) -> bool:
        self._take(prop, value)
        self._driver.set.append((prop, value))
        if prop in self._driver.has:
            self._driver.has[prop] = value
        return prop in NAMES or prop in self._driver.has

    def read(self) -> tuple[bool, object]:
        time.sleep(0.002)
        if self._driver.throws:
            raise cv2.error("the driver is gone")
        if self._driver.failures:
            self._driver.failures -= 1
            return False, None
        if self._driver.blank_pictures:
            self._driver.blank_pictures -= 1
            return True, np.zeros((64, 64, 3), np.uint8)
        return True, self._driver.picture

    def release(self) -> None:
        self._open = False
        self._driver.released += 1


@pytest.fixture
def driver() -> Driver:
    return Driver()


def source_of(
    open_capture: OpenCapture,
    request: CameraRequest | None = None,
    listing: Callable[[], Sequence[Camera]] = lambda: [WEBCAM],
) -> CameraSource:
    return CameraSource(
        WEBCAM,
        request or CameraRequest(),
        spec="camera:Webcam",
        listing=listing,
        open_capture=open_capture,
        patience=QUICK,
    )


def test_what_was_asked_and_what_came_are_told_side_by_side(driver: Driver) -> None:
    with closing(source_of(driver.open, CameraRequest((1920, 1080)))) as source:
        assert source.info.asked == "1920x1080 at 30 fps"
        next_frame(source)
        assert source.info.delivered == "32x32 MJPG"
        assert source.info.size == (32, 32)


def test_blue_and_red_are_not_mistaken_for_each_other(driver: Driver) -> None:
    with closing(source_of(driver.open)) as source:
        frame = next_frame(source)
    assert frame.rgb[0, 0].tolist() == [30, 20, 10]
    assert frame.rgb.flags.c_contiguous


def test_grey_cameras_become_rgb(driver: Driver) -> None:
    driver.picture = np.repeat(np.arange(0, 64, 2, dtype=np.uint8), 32).reshape(32, 32)
    with closing(source_of(driver.open)) as source:
        assert next_frame(source).rgb[3, 0].tolist() == [6, 6, 6]


def test_another_pixel_format_is_tried_when_the_first_has_not_the_size(driver: Driver) -> None:
    driver.sizes = {"MJPG": (1280, 720), "NV12": (320, 240), "YUYV": (1920, 1080)}
    with closing(source_of(driver.open, CameraRequest((1920, 1080)))) as source:
        next_frame(source)
        assert source.info.delivered == "32x32 YUYV"


def test_the_nearest_size_is_taken_when_none_fits(driver: Driver) -> None:
    driver.sizes = {"MJPG": (1280, 720), "NV12": (640, 480), "YUYV": (320, 240)}
    with closing(source_of(driver.open, CameraRequest((1920, 1080)))) as source:
        next_frame(source)
        assert source.info.delivered == "32x32 MJPG"
        assert driver.released == len(driver.opened) - 1


def test_a_pixel_format_that_reaches_the_rate_is_taken_before_one_that_is_slower(
    driver: Driver,
) -> None:
    driver.sizes = {"YUYV": (640, 480), "MJPG": (640, 480)}
    driver.rates = {"YUYV": 30.0, "MJPG": 60.0}
    with closing(source_of(driver.open, CameraRequest((640, 480), 60.0))) as source:
        next_frame(source)
        assert source.info.delivered == "32x32 MJPG"


def test_a_driver_that_refuses_to_be_asked_at_open_is_asked_afterwards(driver: Driver) -> None:
    driver.refuses_parameters = True
    with closing(source_of(driver.open, CameraRequest((1920, 1080)))) as source:
        next_frame(source)
        assert source.info.delivered == "32x32 MJPG"
    assert (cv2.CAP_PROP_FRAME_WIDTH, 1920.0) in driver.set


def test_only_the_newest_picture_is_buffered(driver: Driver) -> None:
    with closing(source_of(driver.open)) as source:
        next_frame(source)
    assert (cv2.CAP_PROP_BUFFERSIZE, 1) in driver.set


def test_blank_pictures_of_a_waking_sensor_are_not_shown(driver: Driver) -> None:
    driver.blank_pictures = 5
    with closing(source_of(driver.open)) as source:
        assert next_frame(source).size == (32, 32)
        assert driver.blank_pictures == 0


BLACK, BLUE = (0, 0, 0), (255, 0, 0)


@pytest.mark.parametrize("colour", [BLACK, BLUE], ids=["black", "blue"])
def test_a_card_without_a_signal_is_a_loss_and_its_one_colour_is_never_a_frame(
    driver: Driver, colour: tuple[int, int, int]
) -> None:
    something = driver.picture
    with closing(source_of(driver.open)) as source:
        next_frame(source)
        driver.picture = np.full((480, 640, 3), colour, np.uint8)
        shown: list[Frame] = []

        def is_lost(reading: Reading) -> bool:
            shown.extend([reading] if isinstance(reading, Frame) else [])
            return isinstance(reading, SignalLost) and reading.sentence.startswith(
                "Webcam sends a picture of one colour only; check its cover"
            )

        until(source, is_lost)
        assert all(frame.size == (32, 32) for frame in shown)
        opened = len(driver.opened)
        driver.picture = something
        assert next_frame(source).segment == 1
        assert len(driver.opened) == opened  # the card is well; it is read on


def test_a_fade_to_black_is_no_loss(driver: Driver) -> None:
    something = driver.picture
    with closing(source_of(driver.open)) as source:
        next_frame(source)
        driver.picture = np.zeros((32, 32, 3), np.uint8)
        assert not isinstance(source.read(0.02), SignalLost)
        driver.picture = something
        assert next_frame(source).segment == 0


def test_the_noise_of_a_covered_sensor_is_a_picture() -> None:
    rng = np.random.default_rng(1)
    dark = rng.integers(0, 3, (1080, 1920, 3)).astype(np.uint8)
    assert not is_of_one_colour(dark)
    assert is_of_one_colour(np.full((1080, 1920, 3), (210, 30, 0), np.uint8))
    assert is_of_one_colour(np.full((1080, 1920), 16, np.uint8))
    small = np.zeros((1080, 1920, 3), np.uint8)
    small[500:540, 900:1000] = 255
    assert not is_of_one_colour(small)


@pytest.mark.parametrize("shape", [(32, 32, 2), (32, 32, 4)])
def test_a_pixel_format_that_opencv_leaves_as_it_is_says_what_to_do(
    driver: Driver, shape: tuple[int, ...]
) -> None:
    driver.picture = np.zeros(shape, np.uint8)
    with closing(source_of(driver.open)) as source:
        assert "ask for another pixel format" in next_loss(source)


def test_single_failures_are_overlooked_and_a_series_is_a_loss(driver: Driver) -> None:
    with closing(source_of(driver.open)) as source:
        next_frame(source)
        driver.failures = 2
        assert next_frame(source).segment == 0
        driver.failures = 5
        assert "sends no pictures" in next_loss(source)
        assert next_frame(source).segment == 1


def test_an_exception_of_the_driver_is_a_loss(driver: Driver) -> None:
    with closing(source_of(driver.open)) as source:
        next_frame(source)
        driver.throws = True
        assert next_loss(source) == "Webcam broke off; trying to get it back."
        driver.throws = False
        assert next_frame(source).segment == 1


def test_an_unplugged_camera_is_found_under_its_new_number(driver: Driver) -> None:
    listed = [WEBCAM]
    with closing(source_of(driver.open, listing=lambda: list(listed))) as source:
        next_frame(source)
        listed.clear()
        driver.throws = True
        next_loss(source)
        until(
            source,
            lambda got: isinstance(got, SignalLost) and got.sentence.endswith("plug it in again."),
        )
        driver.throws = False
        listed.append(Camera(7, "Webcam", "/by-id/webcam", V4L2.backend))
        assert next_frame(source).segment == 1
    assert driver.opened[-1][0] == 7


def test_a_camera_that_is_not_there_yet_is_waited_for_and_those_there_are_named(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [Camera(0, "Integrated", "/by-id/i", V4L2.backend)]
    monkeypatch.setattr(camera_module, "cameras", lambda: list(listed))
    with pytest.raises(SourceError, match="no camera 'Webcam'"):
        open_camera("Webcam", CameraRequest())
    source = CameraSource(
        "Webcam",
        CameraRequest(),
        spec="camera:Webcam",
        listing=lambda: list(listed),
        open_capture=driver.open,
        patience=QUICK,
    )
    with closing(source):
        assert source.info.title == "Webcam"
        assert next_loss(source) == ("There is no camera 'Webcam'; there is Integrated (camera:0).")
        listed.append(Camera(3, "Webcam", "/by-id/webcam", V4L2.backend))
        next_frame(source)
    assert driver.opened[-1][0] == 3


def test_a_camera_that_does_not_open_says_what_to_do(driver: Driver) -> None:
    driver.opens = False
    with closing(source_of(driver.open)) as source:
        assert "close programs that use it" in next_loss(source)
        assert source.controls() == ()
    assert driver.released == len(driver.opened)


# controls


def test_only_what_the_driver_has_can_be_locked(driver: Driver) -> None:
    with closing(source_of(driver.open)) as source:
        next_frame(source)
        (exposure,) = source.controls()
        assert (exposure.name, exposure.locked, exposure.value) == ("exposure", False, 157.0)
        with pytest.raises(SourceError, match="cannot lock its focus; it can lock exposure"):
            source.set_control("focus", locked=True)


def test_what_cannot_be_locked_has_a_reason(driver: Driver) -> None:
    with closing(source_of(driver.open)) as source:
        next_frame(source)
        assert source.lock_refusal("exposure") == ""
        assert source.lock_refusal("focus") == "This camera's driver has no such lock."
    board = ControlBoard()
    assert "once the camera sends" in board.refusal("focus")
    board.attach(driver.open(0, 0, []), AVFOUNDATION)
    assert board.refusal("focus") == "AVFoundation gives programs no access to it."


def test_a_lock_holds_the_value_of_the_moment_and_survives_a_loss(driver: Driver) -> None:
    with closing(source_of(driver.open)) as source:
        next_frame(source)
        source.set_control("exposure", locked=True)
        until(source, lambda _: source.controls()[0].locked)
        assert driver.has[cv2.CAP_PROP_AUTO_EXPOSURE] == V4L2.manual
        assert (cv2.CAP_PROP_EXPOSURE, 157.0) in driver.set
        driver.throws = True
        next_loss(source)
        driver.has[cv2.CAP_PROP_AUTO_EXPOSURE] = V4L2.automatic  # a camera forgets
        driver.throws = False
        next_frame(source)
        assert driver.has[cv2.CAP_PROP_AUTO_EXPOSURE] == V4L2.manual


def test_a_lock_holds_when_the_camera_is_opened_anew_as_for_another_size(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_module, "cameras", lambda: [WEBCAM])
    monkeypatch.setattr(camera_module, "_LOCKS", {})
    monkeypatch.setattr(camera_module, "_open_capture", driver.open)
    with closing(open_camera("Webcam", CameraRequest(), QUICK)) as source:
        next_frame(source)
        source.set_control("exposure", locked=True)
        until(source, lambda _: source.controls()[0].locked)
    driver.has = {cv2.CAP_PROP_AUTO_EXPOSURE: 3.0, cv2.CAP_PROP_EXPOSURE: 9.0}  # it forgot
    with closing(open_camera(0, CameraRequest((640, 480)), QUICK)) as source:
        next_frame(source)
        (exposure,) = source.controls()
    assert (exposure.locked, exposure.value) == (True, 157.0)
    assert driver.has[cv2.CAP_PROP_AUTO_EXPOSURE] == V4L2.manual


def test_a_lock_may_name_its_value_and_be_released(driver: Driver) -> None:
    with closing(source_of(driver.open)) as source:
        next_frame(source)
        source.set_control("exposure", locked=True, value=80.0)
        until(source, lambda _: driver.has[cv2.CAP_PROP_EXPOSURE] == 80.0)
        source.set_control("exposure", locked=False)
        until(source, lambda _: not source.controls()[0].locked)
        assert driver.has[cv2.CAP_PROP_AUTO_EXPOSURE] == V4L2.automatic


# why a camera does not open


def test_a_device_that_is_gone_is_not_plugged_in(tmp_path: Path) -> None:
    gone = Camera(0, "Webcam", "", V4L2.backend, str(tmp_path / "video0"))
    assert why_not_opened(gone, V4L2) == "Webcam is not plugged in; plug it in again."


def test_a_missing_permission_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tmp_path / "video0"
    device.touch()
    monkeypatch.setattr(os, "access", lambda *_: False)
    camera = Camera(0, "Webcam", "", V4L2.backend, str(device))
    assert "usermod -aG video" in why_not_opened(camera, V4L2)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_the_program_that_holds_a_device_is_named(tmp_path: Path) -> None:
    device = tmp_path / "video0"
    device.touch()
    assert who_holds(device) is None
    script = "import sys; held = open(sys.argv[1]); print('ready', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(device)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        holder.stdout.readline()
        camera = Camera(0, "Webcam", "", V4L2.backend, str(device))
        sentence = why_not_opened(camera, V4L2)
        holder.stdin.close()
        holder.wait(10)
    assert sentence.startswith("Webcam is in use by python")
    assert f"(process {holder.pid})" in sentence


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="links need rights here")
def test_a_file_that_is_closed_meanwhile_does_not_hide_who_holds_the_device(
    tmp_path: Path,
) -> None:
    device = tmp_path / "video0"
    device.touch()
    process = tmp_path / "proc" / "4711"
    (process / "fd").mkdir(parents=True)
    (process / "comm").write_text("zoom\n")
    for number in range(8):  # of these none can be read as a link
        (process / "fd" / str(number)).touch()
    (process / "fd" / "8").symlink_to(device)
    assert who_holds(device, tmp_path / "proc") == "zoom (process 4711)"


@pytest.mark.parametrize(
    ("habits", "words"),
    [(MSMF, "Settings > Privacy & security > Camera"), (AVFOUNDATION, "System Settings")],
)
def test_other_systems_say_where_permission_is_given(habits: object, words: str) -> None:
    camera = Camera(0, "Webcam", "x", MSMF.backend)
    assert words in why_not_opened(camera, habits)  # type: ignore[arg-type]


# OpenCV itself on the loopback camera


@pytest.fixture
def loopback() -> Iterator[MjpegCamera]:
    with MjpegCamera(fps=60) as camera:
        yield camera


def through_opencv(camera: MjpegCamera) -> OpenCapture:
    def open_capture(_index: int, _backend: int, _parameters: list[int]) -> Capture:
        timeouts = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 1000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, 700]
        capture: Capture = cv2.VideoCapture(camera.url, cv2.CAP_FFMPEG, timeouts)
        return capture

    return open_capture


def test_opencv_delivers_the_loopback_camera_in_order(loopback: MjpegCamera) -> None:
    with closing(source_of(through_opencv(loopback))) as source:
        numbers = [number_in(next_frame(source).rgb) for _ in range(20)]
    assert numbers == sorted(set(numbers))


def test_opencv_survives_a_camera_that_leaves_and_returns(loopback: MjpegCamera) -> None:
    with closing(source_of(through_opencv(loopback))) as source:
        for times in range(3):
            assert next_frame(source).segment == times
            loopback.unplug()
            next_loss(source)
            loopback.plug_in()
        assert next_frame(source).segment == 3


def test_opencv_notices_a_stall(loopback: MjpegCamera) -> None:
    with closing(source_of(through_opencv(loopback))) as source:
        next_frame(source)
        loopback.stall()
        assert "sends no pictures" in next_loss(source)
        loopback.resume()
        assert next_frame(source).segment == 1


def test_a_driver_that_hangs_blocks_neither_reading_nor_closing(driver: Driver) -> None:
    released = threading.Event()

    def hang(_index: int, _backend: int, _parameters: list[int]) -> Capture:
        released.wait()
        return driver.open(0, 0, [])

    patience = Patience(stall_s=0.1, closing_s=0.1)
    source = CameraSource(
        WEBCAM,
        CameraRequest(),
        spec="camera:0",
        listing=lambda: [WEBCAM],
        open_capture=hang,
        patience=patience,
    )
    began_s = time.monotonic()
    assert "Waiting for the first picture" in next_loss(source)
    source.close()
    assert time.monotonic() - began_s < 2.0
    assert source.abandoned_threads == 1
    released.set()
    until_freed_s = time.monotonic() + 5.0
    while source.abandoned_threads and time.monotonic() < until_freed_s:
        time.sleep(0.005)
    assert source.abandoned_threads == 0
    assert driver.released == len(driver.opened)
