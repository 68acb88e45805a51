"""An open camera, and its pictures."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.sources.blank import ONE_COLOUR_LEVELS, BlankWatch, is_of_one_colour
from app.sources.camera_controls import Capture, ControlBoard
from app.sources.camera_formats import Habits, fourcc_text
from app.sources.discovery import Camera
from app.sources.live_worker import Clock, NoPicture
from models.errors import SourceError
from models.opencv import cv2

if TYPE_CHECKING:
    from app.media.deinterlace import PictureDeinterlacer

_WARM_UP_S = 1.0
_WAKING_LEVELS = 3
_FAILURES_IN_A_ROW = 5


@dataclass(frozen=True, slots=True, eq=False)
class CameraPicture:
    """A picture from OpenCV: grey or blue-green-red."""

    pixels: NDArray[np.uint8]

    @property
    def size(self) -> tuple[int, int]:
        return self.pixels.shape[1], self.pixels.shape[0]

    def rgb(self) -> NDArray[np.uint8]:
        grey = self.pixels.ndim == 2
        code = cv2.COLOR_GRAY2RGB if grey else cv2.COLOR_BGR2RGB
        return np.asarray(cv2.cvtColor(self.pixels, code), np.uint8)


class CameraConnection:
    """An open camera.

    Pictures of one colour, which drivers send while a sensor wakes up and capture cards without a
    signal, are left out.
    """

    def __init__(
        self,
        capture: Capture,
        camera: Camera,
        habits: Habits,
        board: ControlBoard,
        clock: Clock = time.monotonic,
        fields: PictureDeinterlacer | None = None,
    ) -> None:
        self._capture = capture
        self._fields = fields
        self._name = camera.name
        self._habits = habits
        self._board = board
        self._failures = 0
        self._blank = BlankWatch(
            f"{camera.name} sends only a single colour; check its cover and, for a capture card, "
            "what is plugged into it.",
            _WARM_UP_S,
            clock,
        )
        self._pixel_format = fourcc_text(capture.get(cv2.CAP_PROP_FOURCC))
        self._size = (0, 0)
        board.attach(capture, habits)

    @property
    def delivered(self) -> str:
        width, height = self._size
        return f"{width}x{height} {self._pixel_format}".rstrip()

    def grab(self) -> CameraPicture | NoPicture | None:
        self._board.apply(self._capture, self._habits)
        try:
            read, pixels = self._capture.read()
        except cv2.error as error:
            raise SourceError(f"{self._name} disconnected; reconnecting.") from error
        if not read or not isinstance(pixels, np.ndarray) or not pixels.size:
            self._failures += 1
            if self._failures >= _FAILURES_IN_A_ROW or not self._capture.isOpened():
                raise SourceError(f"{self._name} sends no frames; reconnecting.")
            return None
        self._failures = 0
        if pixels.dtype != np.uint8 or pixels.shape[2:] not in ((), (3,)):
            raise SourceError(
                f"{self._name} sends pictures that can't be shown; choose another pixel format in "
                "the Source menu."
            )
        levels = _WAKING_LEVELS if self._blank.is_quiet else ONE_COLOUR_LEVELS
        if is_of_one_colour(pixels, levels):
            return self._blank.blank()
        self._blank.reset()
        if self._fields is not None:
            pixels = self._fields.put(pixels)
            if pixels is None:
                return None
        picture = CameraPicture(pixels)
        self._size = picture.size
        return picture

    def close(self) -> None:
        self._capture.release()
