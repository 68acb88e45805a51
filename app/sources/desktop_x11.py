"""Windows on an X display, by the hints of window managers (EWMH)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from Xlib import X
from Xlib.display import Display
from Xlib.error import BadWindow, ConnectionClosedError, DisplayError, XauthError, XError

from app.sources.desktop_values import DesktopWindow, Place, WindowClosedError
from models.errors import SourceError

_NOT_WINDOWS = ("_NET_WM_WINDOW_TYPE_DESKTOP", "_NET_WM_WINDOW_TYPE_DOCK")
_BROKEN = (XError, ConnectionClosedError, OSError)
_FRAMES_DEEP = 2
_NO_ANSWER = "The X display is not responding; retrying."


class X11Desktop:
    """See app.sources.desktop_values.Desktop.

    Without a window manager every mapped window counts.
    """

    def __init__(self) -> None:
        try:
            self._display = Display()
        except (DisplayError, XauthError, *_BROKEN) as error:
            raise SourceError(
                "Can't list the windows of the X display; check DISPLAY, or choose another source."
            ) from error
        self._root = self._display.screen().root

    def windows(self) -> list[DesktopWindow]:
        try:
            return self._listed()
        except _BROKEN as error:
            raise SourceError(_NO_ANSWER) from error

    def place(self, handle: int) -> Place | None:
        window = self._display.create_resource_object("window", handle)
        try:
            hidden = self._display.intern_atom("_NET_WM_STATE_HIDDEN")
            if hidden in self._numbers(window, "_NET_WM_STATE"):
                return None
            if window.get_attributes().map_state != X.IsViewable:
                return None
            size = window.get_geometry()
            corner = self._root.translate_coords(window, 0, 0)
        except BadWindow as error:
            raise WindowClosedError from error
        except _BROKEN as error:
            raise SourceError(_NO_ANSWER) from error
        return Place(corner.x, corner.y, size.width, size.height)

    def close(self) -> None:
        with contextlib.suppress(ConnectionClosedError):  # the server ended first
            self._display.close()

    def _listed(self) -> list[DesktopWindow]:
        found = []
        for window in self._top_level():
            try:
                if not self._is_foreign_window(window):
                    continue
                title = self._title(window)
            except XError:  # closed meanwhile
                continue
            if title:
                found.append(DesktopWindow(window.id, title))
        return found

    def _top_level(self) -> Iterator[Any]:
        for name in ("_NET_CLIENT_LIST_STACKING", "_NET_CLIENT_LIST"):
            handles = self._numbers(self._root, name)
            if handles:
                for handle in reversed(handles):
                    yield self._display.create_resource_object("window", handle)
                return
        for child in reversed(self._root.query_tree().children):
            try:
                client = self._client_of(child, _FRAMES_DEEP)
            except XError:
                continue
            if client is not None:
                yield client

    def _client_of(self, window: Any, levels: int) -> Any:
        """`window`, or the one inside a frame that an old window manager drew around it."""
        attributes = window.get_attributes()
        if attributes.override_redirect or attributes.map_state != X.IsViewable:
            return None
        if self._title(window):
            return window
        for child in window.query_tree().children if levels else ():
            client = self._client_of(child, levels - 1)
            if client is not None:
                return client
        return None

    def _is_foreign_window(self, window: Any) -> bool:
        if os.getpid() in self._numbers(window, "_NET_WM_PID"):
            return False  # our own window would show itself recursively
        kinds = self._numbers(window, "_NET_WM_WINDOW_TYPE")
        return not any(self._display.intern_atom(name) in kinds for name in _NOT_WINDOWS)

    def _title(self, window: Any) -> str:
        for name in ("_NET_WM_NAME", "WM_NAME"):
            answer = window.get_full_property(self._display.intern_atom(name), X.AnyPropertyType)
            if answer is None or not answer.value:
                continue
            value = answer.value
            text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            if text.strip():
                return " ".join(text.split())
        return ""

    def _numbers(self, window: Any, name: str) -> list[int]:
        answer = window.get_full_property(self._display.intern_atom(name), X.AnyPropertyType)
        return [] if answer is None else [int(number) for number in answer.value]
