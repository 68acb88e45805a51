"""The open windows of the desktop and their current positions."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from app.sources.desktop_values import Desktop, DesktopWindow
from models.errors import SourceError


def open_desktop(platform: str = sys.platform) -> Desktop:
    """Connect to the window system.

    Raises
    ------
    SourceError
        If that fails.
    """
    # Each of them needs something that the other systems lack.
    try:
        if platform == "win32":
            from app.sources.desktop_windows import WindowsDesktop

            return WindowsDesktop()
        if platform == "darwin":
            from app.sources.desktop_macos import MacDesktop

            return MacDesktop()
        from app.sources.desktop_x11 import X11Desktop

        return X11Desktop()
    except ImportError as error:
        raise SourceError(
            "Windows can't be listed because a library is missing; reinstall the app, or capture "
            "a part of the screen instead."
        ) from error


def list_windows() -> list[DesktopWindow]:
    """Windows of other programs, the foremost first.

    Raises
    ------
    SourceError
        If none can be listed.
    """
    desktop = open_desktop()
    try:
        return desktop.windows()
    finally:
        desktop.close()


def choose_window(listed: Sequence[DesktopWindow], title: str) -> DesktopWindow | None:
    """The foremost window of that title, else one whose title contains it, else None."""
    wanted = title.casefold()
    for window in listed:
        if window.title == title:
            return window
    for window in listed:
        if wanted in window.title.casefold():
            return window
    return None
