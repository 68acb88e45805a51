"""Webcams and capture cards through OpenCV, robust against their drivers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.sources.blank import ONE_COLOUR_LEVELS, BlankWatch, is_of_one_colour
from app.sources.camera_controls import Capture, Control, ControlBoard, ControlRequests
from app.sources.camera_formats import (
    CameraRequest,
    Habits,
    fourcc_text,
    habits_of,
    habits_of_backend,
    misfit,
    pixel_formats_to_try,
    requests_in_order,
)
from app.sources.camera_refusal import why_not_opened
from app.sources.discovery import Camera, cameras, choose, find_again, spec_of
from app.sources.live import LiveSource
from app.sources.live_worker import USUAL_PATIENCE, Clock, NoPicture, Patience
from app.sources.v4l2 import is_top_first
from models.errors import SourceError
from models.opencv import cv2

if TYPE_CHECKING:
    from app.media.deinterlace import PictureDeinterlacer

log = logging.getLogger(__name__)

OpenCapture = Callable[[int, int, list[int]], Capture]

_WARM_UP_S = 1.0
_WAKING_LEVELS = 3
_FAILURES_IN_A_ROW = 5
_LOCKS: dict[str, ControlRequests] = {}
"""Locks by spec: a camera that is opened again, for example in another size, keeps its locks."""


class CameraSource(LiveSource):
    """A camera, read in a thread of its own and found again by its path.

    `info.asked` and `info.delivered` describe the requested and the delivered format; `info.fps` is
    measured.

    Parameters
    ----------
    camera
        The camera, or the key by which `discovery.choose` will find it once it is plugged in.
    locks
        Locks of the previous opening, kept up to date.
    """

    def __init__(
        self,
        camera: Camera | int | str,
        request: CameraRequest,
        *,
        spec: str,
        listing: Callable[[], Sequence[Camera]] = cameras,
        open_capture: OpenCapture | None = None,
        patience: Patience = USUAL_PATIENCE,
        locks: ControlRequests | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._board = ControlBoard(locks)
        opener = _Opener(
            camera, request, self._board, listing, open_capture or _open_capture, clock
        )
        super().__init__(
            spec,
            camera.name if isinstance(camera, Camera) else _title(camera),
            opener.connect,
            size=request.size,
            asked=request.text,
            patience=patience,
            clock=clock,
        )

    def controls(self) -> tuple[Control, ...]:
        """Controls that can be locked; empty until the camera is open."""
        return self._board.controls()

    def lock_refusal(self, name: str) -> str:
        """Sentence that says why a control cannot be locked; empty if it can."""
        return self._board.refusal(name)

    def set_control(self, name: str, locked: bool, value: float | None = None) -> None:
        """Lock a control at `value` (None: its current value), or return it to automatic.

        Applied before the next picture, and again whenever the camera returns.

        Raises
        ------
        SourceError
            If the camera has no such control.
        """
        self._board.request(name, locked, value)


def open_camera(
    key: int | str,
    request: CameraRequest,
    patience: Patience = USUAL_PATIENCE,
    awaited: bool = False,
) -> CameraSource:
    """The camera of that number, name or path.

    Parameters
    ----------
    awaited
        Wait for a camera that is not plugged in; otherwise that raises SourceError.
    """
    camera: Camera | int | str = key
    spec = f"camera:{key}"
    try:
        listed = cameras()
    except SourceError:
        if isinstance(key, int):  # a number can be tried without a list
            camera = Camera(key, _title(key), "", habits_of()[0].backend)
        elif not awaited:
            raise
    else:
        try:
            camera = choose(listed, key)
            spec = spec_of(camera, listed)  # by name, because numbers change
        except SourceError:
            if not awaited:
                raise
    # A camera that was absent is known only by the key that requested it.
    locks = _LOCKS.setdefault(spec, _LOCKS.get(f"camera:{key}", {}))
    return CameraSource(camera, request, spec=spec, listing=cameras, patience=patience, locks=locks)


def _title(key: int | str) -> str:
    return f"Camera {key}" if isinstance(key, int) else key


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


@dataclass(slots=True, eq=False)
class _Opener:
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


def _open_capture(index: int, backend: int, parameters: list[int]) -> Capture:
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
