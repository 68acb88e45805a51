"""Cameras by names and paths that stay the same when their numbers change."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.sources.camera_formats import habits_of, habits_of_backend
from models.errors import SourceError
from models.plain_text import single_line

log = logging.getLogger(__name__)

_LINK_FOLDERS = (Path("/dev/v4l/by-id"), Path("/dev/v4l/by-path"))
_LISTING_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera that is plugged in.

    Attributes
    ----------
    index
        Its current number for OpenCV's `backend`.
    path
        Identifies this device at this port, also after a restart.
    device
        The file to open on Linux, empty elsewhere.
    usb
        (vendor, product), or None.
    """

    index: int
    name: str
    path: str
    backend: int
    device: str = ""
    usb: tuple[int, int] | None = None


class Listed(Protocol):
    """One line of cv2-enumerate-cameras."""

    index: int
    name: str
    path: str | None
    vid: int | None
    pid: int | None
    backend: int


Enumerate = Callable[[int], Iterable[Listed]]


def cameras(platform: str = sys.platform, enumerate_by: Enumerate | None = None) -> list[Camera]:
    """All cameras, by number; opens none of them.

    `enumerate_by` lists those of one OpenCV backend.

    Raises
    ------
    SourceError
        If the system does not respond in time.
    """
    found: list[Camera] = []
    failure: list[SourceError] = []

    def list_them() -> None:
        try:
            found.extend(_listed(platform, enumerate_by or _library()))
        except SourceError as error:
            failure.append(error)

    # In a thread, because a driver may never return; a daemon, because then nothing can end that
    # thread.
    thread = threading.Thread(target=list_them, name="list cameras", daemon=True)
    thread.start()
    thread.join(_LISTING_TIMEOUT_S)
    if thread.is_alive():
        raise SourceError(
            "The system does not respond when asked for its cameras; unplug the one you used last."
        )
    if failure:
        raise failure[0]
    return found


def choose(listed: Sequence[Camera], key: int | str) -> Camera:
    """The camera with this number, path or name (the whole, else a part of it).

    Raises SourceError, with the available ones, if there is none.
    """
    for matches in _TESTS:
        for camera in listed:
            if matches(camera, key):
                return camera
    if not listed:
        raise SourceError(
            "No camera found; plug one in, or choose the built-in scene (synthetic) or a video."
        )
    there = ", ".join(f"{camera.name} (camera:{camera.index})" for camera in listed)
    raise SourceError(f"There is no camera {key!r}; there is {there}.")


def spec_of(camera: Camera, listed: Sequence[Camera]) -> str:
    """Text for --source: the camera's name, or its path if another has that name."""
    namesakes = sum(other.name.casefold() == camera.name.casefold() for other in listed)
    if namesakes > 1 or camera.name.isdigit():
        return f"camera:{camera.path or camera.index}"
    return f"camera:{camera.name}"


def find_again(listed: Sequence[Camera], camera: Camera) -> Camera | None:
    """`camera` as it is listed now, at the same port or another one; None if it is not."""
    for candidate in listed:
        if candidate.path == camera.path and candidate.name == camera.name:
            return candidate
    alike = [other for other in listed if other.name == camera.name and other.usb == camera.usb]
    return alike[0] if len(alike) == 1 else None


def _by_index(camera: Camera, key: int | str) -> bool:
    return camera.index == key


def _by_path(camera: Camera, key: int | str) -> bool:
    return key in (camera.path, camera.device)


def _by_name(camera: Camera, key: int | str) -> bool:
    return isinstance(key, str) and camera.name.casefold() == key.casefold()


def _by_part_of_name(camera: Camera, key: int | str) -> bool:
    return isinstance(key, str) and bool(key) and key.casefold() in camera.name.casefold()


_TESTS = (_by_index, _by_path, _by_name, _by_part_of_name)


def _library() -> Enumerate:
    try:
        from cv2_enumerate_cameras import enumerate_cameras
    except ImportError as error:
        # macOS needs PyObjC, other systems a compiled part.
        raise SourceError(
            "Cameras can't be listed because cv2-enumerate-cameras does not load; reinstall it, "
            "or choose a camera by number, as in camera:0."
        ) from error
    listing: Enumerate = enumerate_cameras
    return listing


def _listed(platform: str, enumerate_by: Enumerate) -> list[Camera]:
    found: list[Camera] = []
    known: set[str] = set()
    for habits in habits_of(platform):
        try:
            lines = sorted(enumerate_by(habits.backend), key=_index_of)
        except (OSError, NotImplementedError) as error:
            log.warning("%s does not list its cameras: %s", habits.name, error)
            continue
        for line in lines:
            camera = _camera(line, platform)
            if _identity(camera) not in known:  # a second system may list the same devices again
                known.add(_identity(camera))
                found.append(camera)
    return found


def _index_of(line: Listed) -> int:
    return line.index


def _camera(line: Listed, platform: str) -> Camera:
    path = line.path or ""
    usb = None if line.vid is None or line.pid is None else (line.vid, line.pid)
    name = " ".join(single_line(line.name or "", 100).split()) or f"Camera {line.index}"
    if platform != "linux":
        return Camera(line.index, name, path, line.backend, "", usb)
    return Camera(line.index, name, _lasting_path(path), line.backend, path, usb)


def _lasting_path(device: str) -> str:
    """A link that udev makes: /dev/video2 may be another camera after a restart."""
    for folder in _LINK_FOLDERS:
        if not folder.is_dir():
            continue
        for link in sorted(folder.iterdir()):
            if link.resolve() == Path(device).resolve():
                return str(link)
    return device


def _identity(camera: Camera) -> str:
    """Identity of the device in any system's list: Windows paths differ in their last part only."""
    if "#" in camera.path:
        return camera.path.rsplit("#", 1)[0].casefold()
    return camera.path or f"{habits_of_backend(camera.backend).name}:{camera.index}"
