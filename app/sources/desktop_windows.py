"""Windows on Microsoft Windows."""

from __future__ import annotations

import importlib
import os
from typing import Protocol

from app.sources.desktop_values import DesktopWindow, Place, WindowClosedError


class WindowsApi(Protocol):
    """Functions of the operating system."""

    def handles(self) -> list[int]:
        """All top-level windows, the foremost first."""
        ...

    def exists(self, handle: int) -> bool: ...
    def is_shown(self, handle: int) -> bool:
        """Whether it is visible, and neither of a sleeping app nor on another virtual desktop."""
        ...

    def is_minimised(self, handle: int) -> bool: ...
    def process(self, handle: int) -> int: ...
    def title(self, handle: int) -> str: ...
    def content(self, handle: int) -> tuple[int, int, int, int]:
        """(left, top, width, height) without the frame, in pixels of the desktop."""
        ...


class WindowsDesktop:
    """See app.sources.desktop_values.Desktop; tests pass their own `api`."""

    def __init__(self, api: WindowsApi | None = None) -> None:
        self._api = api or _system_api()

    def windows(self) -> list[DesktopWindow]:
        api = self._api
        return [
            DesktopWindow(handle, title)
            for handle in api.handles()
            if api.is_shown(handle)
            and api.process(handle) != os.getpid()
            and (title := " ".join(api.title(handle).split()))
        ]

    def place(self, handle: int) -> Place | None:
        if not self._api.exists(handle):
            raise WindowClosedError
        if self._api.is_minimised(handle) or not self._api.is_shown(handle):
            return None
        return Place(*self._api.content(handle))

    def close(self) -> None:
        """Do nothing: there is no connection."""


def _system_api() -> WindowsApi:
    api: WindowsApi = importlib.import_module("app.sources.user32").User32()
    return api
