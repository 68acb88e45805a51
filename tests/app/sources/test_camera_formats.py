"""What a camera is asked for, by platform: pixel format, size and rate in the right order."""

from __future__ import annotations

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
from models.opencv import cv2
from tests.support.camera_driver import NAMES


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
