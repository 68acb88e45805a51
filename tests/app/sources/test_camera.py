"""A camera through OpenCV: what it was asked, what came, and its pictures."""

from __future__ import annotations

from contextlib import closing

import numpy as np

from app.sources.camera_formats import (
    CameraRequest,
)
from models.opencv import cv2
from tests.support.camera_driver import Driver, camera_source
from tests.support.reading import next_frame


def test_what_was_asked_and_what_came_are_told_side_by_side(driver: Driver) -> None:
    with closing(camera_source(driver, CameraRequest((1920, 1080)))) as source:
        assert source.info.asked == "1920x1080 at 30 fps"
        next_frame(source)
        assert source.info.delivered == "32x32 MJPG"
        assert source.info.size == (32, 32)


def test_blue_and_red_are_not_mistaken_for_each_other(driver: Driver) -> None:
    with closing(camera_source(driver)) as source:
        frame = next_frame(source)
    assert frame.rgb[0, 0].tolist() == [30, 20, 10]
    assert frame.rgb.flags.c_contiguous


def test_grey_cameras_become_rgb(driver: Driver) -> None:
    driver.picture = np.repeat(np.arange(0, 64, 2, dtype=np.uint8), 32).reshape(32, 32)
    with closing(camera_source(driver)) as source:
        assert next_frame(source).rgb[3, 0].tolist() == [6, 6, 6]


def test_another_pixel_format_is_tried_when_the_first_has_not_the_size(driver: Driver) -> None:
    driver.sizes = {"MJPG": (1280, 720), "NV12": (320, 240), "YUYV": (1920, 1080)}
    with closing(camera_source(driver, CameraRequest((1920, 1080)))) as source:
        next_frame(source)
        assert source.info.delivered == "32x32 YUYV"


def test_the_nearest_size_is_taken_when_none_fits(driver: Driver) -> None:
    driver.sizes = {"MJPG": (1280, 720), "NV12": (640, 480), "YUYV": (320, 240)}
    with closing(camera_source(driver, CameraRequest((1920, 1080)))) as source:
        next_frame(source)
        assert source.info.delivered == "32x32 MJPG"
        assert driver.released == len(driver.opened) - 1


def test_a_pixel_format_that_reaches_the_rate_is_taken_before_one_that_is_slower(
    driver: Driver,
) -> None:
    driver.sizes = {"YUYV": (640, 480), "MJPG": (640, 480)}
    driver.rates = {"YUYV": 30.0, "MJPG": 60.0}
    with closing(camera_source(driver, CameraRequest((640, 480), 60.0))) as source:
        next_frame(source)
        assert source.info.delivered == "32x32 MJPG"


def test_a_driver_that_refuses_to_be_asked_at_open_is_asked_afterwards(driver: Driver) -> None:
    driver.refuses_parameters = True
    with closing(camera_source(driver, CameraRequest((1920, 1080)))) as source:
        next_frame(source)
        assert source.info.delivered == "32x32 MJPG"
    assert (cv2.CAP_PROP_FRAME_WIDTH, 1920.0) in driver.set


def test_only_the_newest_picture_is_buffered(driver: Driver) -> None:
    with closing(camera_source(driver)) as source:
        next_frame(source)
    assert (cv2.CAP_PROP_BUFFERSIZE, 1) in driver.set
