"""Formats to request of cameras, and peculiarities of the four capture systems.

All of it is data or a pure function, so that the order of every request can be tested without a
camera.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from models.opencv import cv2

Request = tuple[int, float]  # an OpenCV property and its value

SIZES = ((3840, 2160), (2560, 1440), (1920, 1080), (1280, 720), (640, 480))
PIXEL_FORMATS = ("MJPG", "NV12", "YUYV")
RATES = (15.0, 24.0, 25.0, 30.0, 50.0, 60.0, 120.0)
_SLOWER_AT_MOST = 0.2  # 25 for 30 is not worth another pixel format, 30 for 60 is
_BIG = 1280 * 720  # from here on USB hardly ever carries 30 uncompressed pictures a second


@dataclass(frozen=True, slots=True)
class CameraRequest:
    """The format to request of a camera, which delivers what it can.

    Attributes
    ----------
    pixel_format
        One of PIXEL_FORMATS, or None for the system's usual choice.
    """

    size: tuple[int, int] = (1280, 720)
    fps: float = 30.0
    pixel_format: str | None = None

    @staticmethod
    def of(
        size: tuple[int, int] | None = None,
        fps: float | None = None,
        pixel_format: str | None = None,
    ) -> CameraRequest:
        """The usual request, with the given values replaced."""
        usual = CameraRequest()
        return CameraRequest(size or usual.size, fps or usual.fps, pixel_format or None)

    @property
    def text(self) -> str:
        """Text for the user."""
        wanted = f"{self.size[0]}x{self.size[1]} at {self.fps:g} fps"
        return f"{wanted}, {self.pixel_format}" if self.pixel_format else wanted


@dataclass(frozen=True, slots=True)
class Habits:
    """How to talk to one capture system.

    Attributes
    ----------
    name
        OpenCV's name.
    backend
        OpenCV's number.
    ask_at_open
        The format is passed while opening (else it is set afterwards).
    order
        Order in which the properties are set; a later one may undo an earlier one.
    big_formats, small_formats
        Pixel formats to try from 1280x720 on, and below.
    automatic, manual
        Values of OpenCV's auto-exposure property.
    has_controls
        Exposure, focus and white balance can be locked.
    refused
        What to do if the camera does not open; `{name}` is the camera.
    """

    name: str
    backend: int
    ask_at_open: bool
    order: tuple[str, ...]
    big_formats: tuple[str, ...]
    small_formats: tuple[str, ...]
    automatic: float
    manual: float
    has_controls: bool
    refused: str


_REFUSED_WINDOWS = (
    "Can't open {name}; close other programs that use it, and let desktop apps use the "
    "camera under Settings > Privacy & security > Camera."
)
V4L2 = Habits(
    name="V4L2",
    backend=int(cv2.CAP_V4L2),
    ask_at_open=True,
    order=("fourcc", "width", "height", "fps"),
    big_formats=("MJPG", "NV12", "YUYV"),
    small_formats=("YUYV", "MJPG"),
    automatic=3.0,  # V4L2_EXPOSURE_APERTURE_PRIORITY; few webcams know the plain "auto" (0)
    manual=1.0,
    has_controls=True,
    refused="Can't open {name}; unplug it, plug it in again and close other programs that use it.",
)
MSMF = Habits(
    name="MSMF",
    backend=int(cv2.CAP_MSMF),
    ask_at_open=True,
    order=("width", "height", "fps", "fourcc"),
    big_formats=("MJPG", "NV12", "YUYV"),
    small_formats=("NV12", "YUYV", "MJPG"),
    automatic=1.0,
    manual=0.0,
    has_controls=True,
    refused=_REFUSED_WINDOWS,
)
DSHOW = Habits(
    name="DSHOW",
    backend=int(cv2.CAP_DSHOW),
    ask_at_open=False,
    # The pixel format decides which sizes and rates exist, so it goes first. Setting those restarts
    # the device without it, so it goes last as well.
    order=("fourcc", "fps", "width", "height", "fourcc"),
    big_formats=("MJPG", "NV12", "YUYV"),
    small_formats=("YUYV", "MJPG"),
    automatic=1.0,
    manual=0.0,
    has_controls=True,
    refused=_REFUSED_WINDOWS,
)
AVFOUNDATION = Habits(
    name="AVFoundation",
    backend=int(cv2.CAP_AVFOUNDATION),
    ask_at_open=False,
    order=("width", "height", "fps"),
    big_formats=("",),  # it chooses the pixel format itself
    small_formats=("",),
    automatic=1.0,
    manual=0.0,
    has_controls=False,
    refused=(
        "Can't open {name}; allow this app under System Settings > Privacy & Security > "
        "Camera, and close other programs that use it."
    ),
)
_BY_PLATFORM = {"linux": (V4L2,), "win32": (MSMF, DSHOW), "darwin": (AVFOUNDATION,)}


def habits_of(platform: str = sys.platform) -> tuple[Habits, ...]:
    """The capture systems of `platform` (as sys.platform), the preferred one first."""
    return _BY_PLATFORM.get(platform, (V4L2,))


def habits_of_backend(backend: int) -> Habits:
    """The peculiarities of OpenCV's `backend`.

    Raises
    ------
    KeyError
        If it is none of the four.
    """
    return {habits.backend: habits for habits in (V4L2, MSMF, DSHOW, AVFOUNDATION)}[backend]


def pixel_formats_to_try(request: CameraRequest, habits: Habits) -> tuple[str, ...]:
    """Pixel formats to try, in order; an empty text leaves the choice to the driver."""
    if request.pixel_format:
        return (request.pixel_format,)
    width, height = request.size
    return habits.big_formats if width * height >= _BIG else habits.small_formats


def requests_in_order(
    request: CameraRequest, pixel_format: str, habits: Habits
) -> tuple[Request, ...]:
    """The properties to set, in order."""
    values: dict[str, Request] = {
        "width": (cv2.CAP_PROP_FRAME_WIDTH, float(request.size[0])),
        "height": (cv2.CAP_PROP_FRAME_HEIGHT, float(request.size[1])),
        "fps": (cv2.CAP_PROP_FPS, request.fps),
    }
    if pixel_format:
        values["fourcc"] = (cv2.CAP_PROP_FOURCC, float(fourcc_number(pixel_format)))
    return tuple(values[name] for name in habits.order if name in values)


def fourcc_number(text: str) -> int:
    """`MJPG` as the number that drivers use."""
    return int.from_bytes(text.encode("ascii"), "little")


def fourcc_text(number: float) -> str:
    """The four letters of a driver's number; empty if it has none."""
    raw = (int(number) & 0xFFFFFFFF).to_bytes(4, "little")
    letters = raw.decode("ascii", "replace").strip("\0 ")
    return letters if letters.isalnum() else ""


def misfit(request: CameraRequest, size: tuple[int, int], fps: float) -> tuple[float, float]:
    """Differences of a delivered size and rate from the requested ones, in this order.

    (0, 0) if the size is the same and the rate is close enough or unknown (not above 0).
    """
    sides = zip(request.size, size, strict=True)
    slower = 1.0 - fps / request.fps if fps > 0 else 0.0
    return (
        sum(abs(wanted - got) / wanted for wanted, got in sides),
        slower if slower > _SLOWER_AT_MOST else 0.0,
    )
