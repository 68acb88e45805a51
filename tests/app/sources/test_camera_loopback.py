"""OpenCV itself on the loopback camera."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from app.sources.camera import CameraSource
from app.sources.camera_controls import Capture
from app.sources.camera_formats import (
    CameraRequest,
)
from models.opencv import cv2
from tests.support.camera_driver import QUICK, WEBCAM
from tests.support.mjpeg_camera import MjpegCamera
from tests.support.numbered_video import number_in
from tests.support.reading import next_frame, next_loss


# OpenCV itself on the loopback camera
@pytest.fixture
def loopback() -> Iterator[MjpegCamera]:
    with MjpegCamera(fps=60) as camera:
        yield camera


def through_opencv(camera: MjpegCamera) -> CameraSource:
    def open_capture(_index: int, _backend: int, _parameters: list[int]) -> Capture:
        timeouts = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 1000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, 700]
        capture: Capture = cv2.VideoCapture(camera.url, cv2.CAP_FFMPEG, timeouts)
        return capture

    return CameraSource(
        WEBCAM,
        CameraRequest(),
        spec="camera:Webcam",
        listing=lambda: [WEBCAM],
        open_capture=open_capture,
        patience=QUICK,
    )


def test_opencv_delivers_the_loopback_camera_in_order(loopback: MjpegCamera) -> None:
    with closing(through_opencv(loopback)) as source:
        numbers = [number_in(next_frame(source).rgb) for _ in range(20)]
    assert numbers == sorted(set(numbers))


def test_opencv_survives_a_camera_that_leaves_and_returns(loopback: MjpegCamera) -> None:
    with closing(through_opencv(loopback)) as source:
        for times in range(3):
            assert next_frame(source).segment == times
            loopback.unplug()
            next_loss(source)
            loopback.plug_in()
        assert next_frame(source).segment == 3


def test_opencv_notices_a_stall(loopback: MjpegCamera) -> None:
    with closing(through_opencv(loopback)) as source:
        next_frame(source)
        loopback.stall()
        assert "sends no frames" in next_loss(source)
        loopback.resume()
        assert next_frame(source).segment == 1
