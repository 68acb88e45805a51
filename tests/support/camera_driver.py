"""A camera's driver that notes what it is asked, and a camera source that runs through it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.sources.camera import CameraSource
from app.sources.camera_controls import Capture
from app.sources.camera_formats import (
    V4L2,
    CameraRequest,
    fourcc_text,
)
from app.sources.discovery import Camera
from app.sources.live_worker import Patience
from models.opencv import cv2
from tests.support.waiting import ManualClock

QUICK = Patience(stall_s=0.6, reading_s=2.0, retry_s=0.02, retry_most_s=0.1, closing_s=2.0)
WEBCAM = Camera(0, "Webcam", "/by-id/webcam", V4L2.backend)
NAMES = {
    cv2.CAP_PROP_FOURCC: "fourcc",
    cv2.CAP_PROP_FRAME_WIDTH: "width",
    cv2.CAP_PROP_FRAME_HEIGHT: "height",
    cv2.CAP_PROP_FPS: "fps",
}


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
        self.clock = ManualClock()
        self.picture_s = 0.0  # how far each picture moves the clock

    def open(self, index: int, backend: int, parameters: list[int]) -> Capture:
        self.opened.append((index, backend, parameters))
        return DriverCapture(self, parameters)


class DriverCapture:
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
        self._driver.clock.advance(self._driver.picture_s)
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


def camera_source(
    driver: Driver,
    request: CameraRequest | None = None,
    listing: Callable[[], Sequence[Camera]] = lambda: [WEBCAM],
) -> CameraSource:
    """The webcam through `driver`; time passes only where the driver's clock is moved."""
    return CameraSource(
        WEBCAM,
        request or CameraRequest(),
        spec="camera:Webcam",
        listing=listing,
        open_capture=driver.open,
        patience=QUICK,
        clock=driver.clock,
    )
