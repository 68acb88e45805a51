"""Another program's window as a source."""

from __future__ import annotations

import dataclasses
import os
import sys
import time
from collections.abc import Callable

from app.sources.desktop import choose_window, open_desktop
from app.sources.desktop_values import Desktop, Place, WindowClosedError
from app.sources.live import LiveSource
from app.sources.live_worker import USUAL_PATIENCE, Patience
from app.sources.screen import Area, ScreenCamera, ScreenPicture, why_not_readable
from models.errors import SourceError

_ASSUMED_SIZE = (1280, 720)
_LEAST_PX = 16
_SETTLED_S = 0.25
_RETRY_MOST_S = 0.5


def open_window(
    title: str,
    patience: Patience = USUAL_PATIENCE,
    connect_to_desktop: Callable[[], Desktop] = open_desktop,
) -> LiveSource:
    """The window with (a part of) that title, 30 times a second, without its frame.

    It is followed when it moves or changes its size, and found again when it is reopened. Whatever
    covers it is in the picture.

    Raises
    ------
    SourceError
        If the screen cannot be read.
    """
    refusal = why_not_readable(sys.platform, os.environ)
    if refusal:
        raise SourceError(refusal)
    opener = _Opener(title, connect_to_desktop)
    # Searching costs next to nothing, and a reopened window should appear at once.
    soon = dataclasses.replace(patience, retry_most_s=min(_RETRY_MOST_S, patience.retry_most_s))
    return LiveSource(f"window:{title}", title, opener.connect, size=_ASSUMED_SIZE, patience=soon)


class _Opener:
    """Finds the window as often as needed: the same one, else another of that title."""

    def __init__(self, title: str, connect_to_desktop: Callable[[], Desktop]) -> None:
        self._title = title
        self._connect_to_desktop = connect_to_desktop
        self._handle: int | None = None

    def connect(self) -> WindowConnection:
        desktop = self._connect_to_desktop()
        try:
            handle = self._handle if self._is_still_there(desktop) else None
            if handle is None:
                found = choose_window(desktop.windows(), self._title)
                if found is None:
                    raise SourceError(
                        f"There is no window “{self._title}”; open it, or choose another source."
                    )
                handle = found.handle
            self._handle = handle
            return WindowConnection(desktop, handle, self._title)
        except SourceError:
            desktop.close()
            raise

    def _is_still_there(self, desktop: Desktop) -> bool:
        if self._handle is None:
            return False
        try:
            desktop.place(self._handle)
        except WindowClosedError:
            return False
        return True


class WindowConnection:
    """A window that is being captured. Created and used in one thread."""

    def __init__(self, desktop: Desktop, handle: int, title: str) -> None:
        self._desktop = desktop
        self._handle = handle
        self._title = title
        self._size: tuple[int, int] | None = None
        self._resized_s = 0.0
        self._visible_place()  # fails before a screen is opened
        self._camera = ScreenCamera()

    @property
    def delivered(self) -> str:
        return "" if self._size is None else f"{self._size[0]}x{self._size[1]}"

    def grab(self) -> ScreenPicture | None:
        """The next picture; None while the window is being resized."""
        self._camera.wait()
        area = self._area(self._visible_place())
        size = area["width"], area["height"]
        now_s = time.monotonic()
        if size != self._size:
            # Every size is a new segment for the networks, so only the final one counts.
            self._resized_s = now_s if self._size is not None else 0.0
            self._size = size
        if now_s - self._resized_s < _SETTLED_S:
            return None
        return self._camera.take(area)

    def close(self) -> None:
        self._camera.close()
        self._desktop.close()

    def _visible_place(self) -> Place:
        try:
            place = self._desktop.place(self._handle)
        except WindowClosedError as error:
            raise SourceError(
                f"The window “{self._title}” was closed; open it again, or choose another source."
            ) from error
        if place is None:
            raise SourceError(
                f"The window “{self._title}” is minimised or hidden; bring it back on screen."
            )
        return place

    def _area(self, place: Place) -> Area:
        """The part of the window that is on the desktop."""
        desktop = self._camera.desktop
        left, top = max(place.left, desktop["left"]), max(place.top, desktop["top"])
        right = min(place.left + place.width, desktop["left"] + desktop["width"])
        bottom = min(place.top + place.height, desktop["top"] + desktop["height"])
        if right - left < _LEAST_PX or bottom - top < _LEAST_PX:
            raise SourceError(f"The window “{self._title}” is off screen; move it back on screen.")
        return {"left": left, "top": top, "width": right - left, "height": bottom - top}
