"""Opening a camera in the format that comes nearest to the one requested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.sources.camera_connection import CameraConnection
from app.sources.camera_controls import Capture, ControlBoard
from app.sources.camera_formats import (
    CameraRequest,
    Habits,
    habits_of_backend,
    misfit,
    pixel_formats_to_try,
    requests_in_order,
)
from app.sources.camera_refusal import why_not_opened
from app.sources.discovery import Camera, choose, find_again
from app.sources.live_worker import Clock
from app.sources.v4l2 import is_top_first
from models.errors import SourceError
from models.opencv import cv2

OpenCapture = Callable[[int, int, list[int]], Capture]
"""Opens a camera by its number, the backend and pairs of property and value."""


@dataclass(slots=True, eq=False)
class CameraOpener:
    """Opens a camera as often as needed, wherever it is plugged in."""

    camera: Camera | int | str
    request: CameraRequest
    board: ControlBoard
    listing: Callable[[], Sequence[Camera]]
    open_capture: OpenCapture
    clock: Clock

    def connect(self) -> CameraConnection:
        camera = self._where_it_is()
        habits = habits_of_backend(camera.backend)
        capture = self._best_capture(camera, habits)
        if capture is None:
            raise SourceError(why_not_opened(camera, habits))
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        capture.set(cv2.CAP_PROP_CONVERT_RGB, 1)
        top_first = is_top_first(camera)
        fields = None
        if top_first is not None:
            from app.media.deinterlace import PictureDeinterlacer  # loads FFmpeg

            fields = PictureDeinterlacer(top_first)
        return CameraConnection(capture, camera, habits, self.board, self.clock, fields)

    def _where_it_is(self) -> Camera:
        if not isinstance(self.camera, Camera):
            self.camera = choose(self.listing(), self.camera)
        if not self.camera.path:
            return self.camera
        found = find_again(self.listing(), self.camera)
        if found is None:
            raise SourceError(f"{self.camera.name} is not plugged in; plug it in again.")
        return found

    def _best_capture(self, camera: Camera, habits: Habits) -> Capture | None:
        """Try pixel formats until size and rate are right; otherwise take the closest."""
        misfits: dict[str, tuple[float, float]] = {}
        for pixel_format in pixel_formats_to_try(self.request, habits):
            capture = self._opened(camera, habits, pixel_format)
            if capture is None:
                continue
            misfits[pixel_format] = misfit(
                self.request, _size_of(capture), capture.get(cv2.CAP_PROP_FPS)
            )
            if not any(misfits[pixel_format]):
                return capture
            capture.release()
        if not misfits:
            return None
        return self._opened(camera, habits, min(misfits, key=lambda name: misfits[name]))

    def _opened(self, camera: Camera, habits: Habits, pixel_format: str) -> Capture | None:
        requests = requests_in_order(self.request, pixel_format, habits)
        if habits.ask_at_open:
            flat = [int(number) for request in requests for number in request]
            capture = self.open_capture(camera.index, habits.backend, flat)
            if capture.isOpened():
                return capture
            capture.release()  # some drivers refuse to open because of one unknown value
        capture = self.open_capture(camera.index, habits.backend, [])
        if not capture.isOpened():
            capture.release()
            return None
        for prop, value in requests:
            capture.set(prop, value)
        return capture


def open_capture(index: int, backend: int, parameters: list[int]) -> Capture:
    """Open a camera through OpenCV, which may return a closed one; raises SourceError."""
    try:
        capture: Capture = cv2.VideoCapture(index, backend, parameters)
    except cv2.error as error:
        raise SourceError(f"Can't open camera {index}; unplug it and plug it in again.") from error
    return capture


def _size_of(capture: Capture) -> tuple[int, int]:
    return (
        round(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
        round(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
    )
