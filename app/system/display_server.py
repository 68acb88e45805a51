"""Whether a display answers. Qt ends the process where it finds none."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from pathlib import Path

_X11_NAME = re.compile(r"(?:[a-z0-9]+/)?(?P<host>.*):(?P<number>[0-9]{1,5})(?:\.[0-9]+)?")
_X11_PORT = 6000
_X11_SOCKETS = "/tmp/.X11-unix"
_PATIENCE_S = 3.0


def display_answers(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the Wayland or X11 display that the environment names accepts a connection."""
    wayland, x11 = environment.get("WAYLAND_DISPLAY"), environment.get("DISPLAY")
    if wayland:
        folder = environment.get("XDG_RUNTIME_DIR", "")
        if _accepts(str(Path(folder, wayland))):
            return True
    return bool(x11) and _x11_answers(str(x11))


def _x11_answers(name: str) -> bool:
    parts = _X11_NAME.fullmatch(name)
    if parts is None:
        return False
    number = int(parts["number"])
    if parts["host"] not in ("", "unix"):
        return _accepts((parts["host"].strip("[]"), _X11_PORT + number))
    path = f"{_X11_SOCKETS}/X{number}"
    return _accepts(f"\0{path}") or _accepts(path) or _accepts(("localhost", _X11_PORT + number))


def _accepts(address: str | tuple[str, int]) -> bool:
    try:
        if isinstance(address, tuple):
            socket.create_connection(address, _PATIENCE_S).close()
            return True
        with socket.socket(socket.AF_UNIX) as there:
            there.settimeout(_PATIENCE_S)
            there.connect(address)
    except (OSError, OverflowError, ValueError):
        return False
    return True
