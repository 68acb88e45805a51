"""A camera without a picture: blank, covered, failing, unplugged or hanging."""

from __future__ import annotations

import threading
from contextlib import closing

import numpy as np
import pytest

from app.core.source import Reading, SignalLost
from app.sources import camera as camera_module
from app.sources.blank import is_of_one_colour
from app.sources.camera import CameraSource, open_camera
from app.sources.camera_controls import Capture
from app.sources.camera_formats import (
    V4L2,
    CameraRequest,
)
from app.sources.discovery import Camera
from app.sources.live_worker import Patience
from models.errors import SourceError
from models.frames import Frame
from tests.support.camera_driver import QUICK, WEBCAM, Driver, camera_source
from tests.support.reading import next_frame, next_loss, until
from tests.support.waiting import wait_until


def test_blank_pictures_of_a_waking_sensor_are_not_shown(driver: Driver) -> None:
    driver.blank_pictures = 5
    with closing(camera_source(driver)) as source:
        assert next_frame(source).size == (32, 32)
        assert driver.blank_pictures == 0


BLACK, BLUE = (0, 0, 0), (255, 0, 0)


@pytest.mark.parametrize("colour", [BLACK, BLUE], ids=["black", "blue"])
def test_a_card_without_a_signal_is_a_loss_and_its_one_colour_is_never_a_frame(
    driver: Driver, colour: tuple[int, int, int]
) -> None:
    something = driver.picture
    driver.picture_s = 0.05
    with closing(camera_source(driver)) as source:
        next_frame(source)
        driver.picture = np.full((480, 640, 3), colour, np.uint8)
        shown: list[Frame] = []

        def is_lost(reading: Reading) -> bool:
            shown.extend([reading] if isinstance(reading, Frame) else [])
            return isinstance(reading, SignalLost) and reading.sentence.startswith(
                "Webcam sends only a single colour; check its cover"
            )

        until(source, is_lost)
        assert all(frame.size == (32, 32) for frame in shown)
        opened = len(driver.opened)
        driver.picture = something
        assert next_frame(source).segment == 1
        assert len(driver.opened) == opened  # the card is well; it is read on


def test_a_fade_to_black_is_no_loss(driver: Driver) -> None:
    something = driver.picture
    with closing(camera_source(driver)) as source:
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
    with closing(camera_source(driver)) as source:
        assert "choose another pixel format" in next_loss(source)


def test_single_failures_are_overlooked_and_a_series_is_a_loss(driver: Driver) -> None:
    with closing(camera_source(driver)) as source:
        next_frame(source)
        driver.failures = 2
        assert next_frame(source).segment == 0
        driver.failures = 5
        assert "sends no frames" in next_loss(source)
        assert next_frame(source).segment == 1


def test_an_exception_of_the_driver_is_a_loss(driver: Driver) -> None:
    with closing(camera_source(driver)) as source:
        next_frame(source)
        driver.throws = True
        assert next_loss(source) == "Webcam disconnected; reconnecting."
        driver.throws = False
        assert next_frame(source).segment == 1


def test_an_unplugged_camera_is_found_under_its_new_number(driver: Driver) -> None:
    listed = [WEBCAM]
    with closing(camera_source(driver, listing=lambda: list(listed))) as source:
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
    with closing(camera_source(driver)) as source:
        assert "close other programs that use it" in next_loss(source)
        assert source.controls() == ()
    assert driver.released == len(driver.opened)


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
    assert "Waiting for the first frame" in next_loss(source)
    source.close()
    assert source.abandoned_threads == 1
    released.set()
    wait_until(lambda: source.abandoned_threads == 0)
    assert driver.released == len(driver.opened)
