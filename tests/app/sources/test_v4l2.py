"""The formats of a camera, from a driver whose answers were recorded."""

from __future__ import annotations

import errno
import struct
from pathlib import Path
from typing import TypeVar

import pytest

from app.sources.camera_formats import V4L2, fourcc_number
from app.sources.discovery import Camera
from app.sources.v4l2 import (
    ENUM_FORMATS,
    ENUM_INTERVALS,
    ENUM_SIZES,
    GET_FORMAT,
    CameraFormat,
    formats_of,
    is_top_first,
)
from models.errors import SourceError

T = TypeVar("T")
MJPG, YUYV = fourcc_number("MJPG"), fourcc_number("YUYV")
SIZES = {MJPG: [(1920, 1080), (1280, 720)], YUYV: [(640, 480)]}
INTERVALS = {(1920, 1080): [(1, 30), (1001, 24000)], (1280, 720): [(1, 60), (1, 30)]}


class Driver:
    """Answers as a UVC driver does: one item per question, EINVAL after the last."""

    def __init__(self, *, ranges: bool = False) -> None:
        self.ranges = ranges

    def __call__(self, _handle: int, request: int, data: bytearray) -> int:
        index, second = struct.unpack_from("=2I", data)
        if request == ENUM_FORMATS:
            assert second == 1  # pictures, not sound or metadata
            struct.pack_into("=I", data, 44, self._item([MJPG, YUYV], index))
        elif request == ENUM_SIZES and self.ranges:
            self._item([0], index)
            struct.pack_into("=7I", data, 8, 3, 16, 1920, 2, 16, 1080, 2)
        elif request == ENUM_SIZES:
            struct.pack_into("=3I", data, 8, 1, *self._item(SIZES[second], index))
        elif request == ENUM_INTERVALS:
            size = struct.unpack_from("=2I", data, 8)
            struct.pack_into("=3I", data, 16, 1, *self._item(INTERVALS.get(size, []), index))
        return 0

    @staticmethod
    def _item(items: list[T], index: int) -> T:
        if index >= len(items):
            raise OSError(errno.EINVAL, "Invalid argument")
        return items[index]


@pytest.fixture
def camera(tmp_path: Path) -> Camera:
    device = tmp_path / "video0"
    device.touch()
    return Camera(0, "Webcam", "/by-id/webcam", V4L2.backend, str(device))


def test_the_numbers_of_the_questions_are_those_of_the_kernel() -> None:
    assert (ENUM_FORMATS, ENUM_SIZES, ENUM_INTERVALS) == (0xC0405602, 0xC02C564A, 0xC034564B)


def test_every_format_is_listed_the_largest_first(camera: Camera) -> None:
    assert formats_of(camera, Driver()) == (
        CameraFormat("MJPG", (1920, 1080), (30.0, 23.98)),
        CameraFormat("MJPG", (1280, 720), (60.0, 30.0)),
        CameraFormat("YUYV", (640, 480), ()),
    )


def test_formats_are_told_in_few_words(camera: Camera) -> None:
    texts = [offer.text for offer in formats_of(camera, Driver())]
    assert texts == [
        "MJPG 1920x1080 at 30/23.98 fps",
        "MJPG 1280x720 at 60/30 fps",
        "YUYV 640x480",
    ]


def test_of_a_range_the_usual_sizes_are_named(camera: Camera) -> None:
    sizes = {offer.size for offer in formats_of(camera, Driver(ranges=True))}
    assert sizes == {(1920, 1080), (1280, 720), (640, 480)}


def test_a_driver_that_knows_nothing_lists_nothing(camera: Camera) -> None:
    def refuse(_handle: int, _request: int, _data: bytearray) -> int:
        raise OSError(errno.ENOTTY, "Inappropriate ioctl for device")

    assert formats_of(camera, refuse) == ()


def test_a_driver_that_never_stops_is_stopped(camera: Camera) -> None:
    def repeat(_handle: int, request: int, data: bytearray) -> int:
        index = struct.unpack_from("=I", data)[0]
        if request != ENUM_FORMATS or index > 1_000:
            raise OSError(errno.EINVAL, "Invalid argument")
        return 0

    assert formats_of(camera, repeat) == ()


def test_a_device_that_cannot_be_asked_is_named(tmp_path: Path) -> None:
    gone = Camera(0, "Webcam", "", V4L2.backend, str(tmp_path / "video9"))
    with pytest.raises(SourceError, match="Can't query Webcam"):
        formats_of(gone, Driver())


def test_elsewhere_nothing_is_listed_before_a_camera_is_open() -> None:
    assert formats_of(Camera(0, "Webcam", "0x14", 1200)) == ()


@pytest.mark.parametrize(
    ("height", "field", "expected"),
    [(576, 1, None), (576, 4, True), (480, 4, False), (1080, 8, True), (1080, 9, False)],
)
def test_capture_cards_say_how_their_pictures_are_interlaced(
    camera: Camera, height: int, field: int, expected: bool | None
) -> None:
    def driver(_handle: int, request: int, data: bytearray) -> int:
        assert request == GET_FORMAT == 0xC0D05604  # VIDIOC_G_FMT on 64 bits
        assert struct.unpack_from("=I", data) == (1,)
        struct.pack_into("=4I", data, 8, 720, height, YUYV, field)
        return 0

    assert is_top_first(camera, driver) is expected


def test_a_device_that_does_not_say_is_not_interlaced(camera: Camera) -> None:
    def driver(_handle: int, _request: int, _data: bytearray) -> int:
        raise OSError(errno.ENOTTY, "Inappropriate ioctl for device")

    assert is_top_first(camera, driver) is None
    assert is_top_first(Camera(0, "gone", "", V4L2.backend), driver) is None
