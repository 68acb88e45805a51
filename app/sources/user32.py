"""Queries about windows through user32.dll and dwmapi.dll. Loads on Windows only."""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes

assert sys.platform == "win32"

_CLOAKED = 14  # DWMWA_CLOAKED
_EXTENDED_STYLE = -20  # GWL_EXSTYLE
_TOOL_WINDOW = 0x80  # WS_EX_TOOLWINDOW: palettes and the like
_MOST_LETTERS = 512


class User32:
    """See app.sources.desktop_windows.WindowsApi."""

    def __init__(self) -> None:
        self._user = ctypes.WinDLL("user32")
        self._manager = ctypes.WinDLL("dwmapi")
        self._visitor = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)

    def handles(self) -> list[int]:
        found: list[int] = []

        def visit(handle: int, _data: int) -> bool:
            found.append(handle)
            return True

        self._user.EnumWindows(self._visitor(visit), 0)
        return found

    def exists(self, handle: int) -> bool:
        return bool(self._user.IsWindow(wintypes.HWND(handle)))

    def is_shown(self, handle: int) -> bool:
        window = wintypes.HWND(handle)
        if not self._user.IsWindowVisible(window):
            return False
        if self._user.GetWindowLongW(window, _EXTENDED_STYLE) & _TOOL_WINDOW:
            return False
        cloaked = wintypes.DWORD()
        self._manager.DwmGetWindowAttribute(
            window, _CLOAKED, ctypes.byref(cloaked), ctypes.sizeof(cloaked)
        )
        return not cloaked.value

    def is_minimised(self, handle: int) -> bool:
        return bool(self._user.IsIconic(wintypes.HWND(handle)))

    def process(self, handle: int) -> int:
        number = wintypes.DWORD()
        self._user.GetWindowThreadProcessId(wintypes.HWND(handle), ctypes.byref(number))
        return int(number.value)

    def title(self, handle: int) -> str:
        text = ctypes.create_unicode_buffer(_MOST_LETTERS)
        self._user.GetWindowTextW(wintypes.HWND(handle), text, _MOST_LETTERS)
        return text.value

    def content(self, handle: int) -> tuple[int, int, int, int]:
        window, box, corner = wintypes.HWND(handle), wintypes.RECT(), wintypes.POINT(0, 0)
        self._user.GetClientRect(window, ctypes.byref(box))
        self._user.ClientToScreen(window, ctypes.byref(corner))
        return int(corner.x), int(corner.y), int(box.right), int(box.bottom)
