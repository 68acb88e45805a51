"""Windows on macOS, by Quartz. Their names need the permission to record the screen."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.sources.desktop_values import DesktopWindow, Place, WindowClosedError

# As in Apple's CGWindow.h.
_ALL, _INCLUDING_WINDOW, _EXCLUDE_DESKTOP = 0, 8, 16
_NO_WINDOW = 0

CopyWindowInfo = Callable[[int, int], Iterable[Mapping[str, Any]] | None]


class MacDesktop:
    """See app.sources.desktop_values.Desktop.

    Parameters
    ----------
    copy_window_info
        Quartz's CGWindowListCopyWindowInfo.
    """

    def __init__(self, copy_window_info: CopyWindowInfo | None = None) -> None:
        self._copy_window_info = copy_window_info or _of_quartz()

    def windows(self) -> list[DesktopWindow]:
        info = self._copy_window_info(_ALL | _EXCLUDE_DESKTOP, _NO_WINDOW) or ()
        return [
            DesktopWindow(int(line["kCGWindowNumber"]), title)
            for line in info
            if line.get("kCGWindowLayer") == 0  # others are menus, docks and shadows
            and line.get("kCGWindowOwnerPID") != os.getpid()
            and (title := " ".join(str(line.get("kCGWindowName") or "").split()))
        ]

    def place(self, handle: int) -> Place | None:
        info = list(self._copy_window_info(_INCLUDING_WINDOW, handle) or ())
        if not info:
            raise WindowClosedError
        if not info[0].get("kCGWindowIsOnscreen", False):
            return None
        bounds = info[0]["kCGWindowBounds"]
        left, top, width, height = (round(bounds[key]) for key in ("X", "Y", "Width", "Height"))
        return Place(left, top, width, height)

    def close(self) -> None:
        """Do nothing: there is no connection."""


def _of_quartz() -> CopyWindowInfo:
    import Quartz  # only on macOS

    function: CopyWindowInfo = Quartz.CGWindowListCopyWindowInfo
    return function
