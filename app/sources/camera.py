"""Webcams and capture cards through OpenCV, robust against their drivers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from app.sources import camera_opener
from app.sources.camera_controls import Control, ControlBoard, ControlRequests
from app.sources.camera_formats import CameraRequest, habits_of
from app.sources.camera_opener import CameraOpener, OpenCapture
from app.sources.discovery import Camera, cameras, choose, spec_of
from app.sources.live import LiveSource
from app.sources.live_worker import USUAL_PATIENCE, Clock, Patience
from models.errors import SourceError

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
        opener = CameraOpener(
            camera, request, self._board, listing, open_capture or camera_opener.open_capture, clock
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
