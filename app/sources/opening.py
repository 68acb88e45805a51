"""From what --source says to an open source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.core.source import Source
from app.recording.format import is_recording
from app.sources.camera import open_camera
from app.sources.camera_formats import CameraRequest
from app.sources.fallback import OpenSource
from app.sources.images import (
    PICTURE_SUFFIXES,
    ImagesSource,
    find_pictures,
    is_pattern,
)
from app.sources.recording import RecordingSource
from app.sources.screen import open_screen
from app.sources.specs import (
    CameraSpec,
    PathSpec,
    ScreenSpec,
    SyntheticSpec,
    UrlSpec,
    WindowSpec,
    parse_spec,
)
from app.sources.stream import is_pipe, open_pipe, open_stream
from app.sources.synthetic import SyntheticSource
from app.sources.truth_folder import TruthFolder
from app.sources.video import VideoSource
from app.sources.window import open_window
from models.errors import SourceError


def open_source(
    spec: str,
    size: tuple[int, int] | None = None,
    with_flow: bool = False,
    fps: float | None = None,
    pixel_format: str | None = None,
    awaited: bool = False,
) -> Source:
    """Open what `spec` names, in one of the ways that app.sources.specs lists.

    size : (width, height) asked of a camera or rendered; files keep their own.
    with_flow : scenes also give optical flow and covisibility.
    fps, pixel_format : asked of a camera; None leaves them to the habits of the system.
    awaited : a camera that is not plugged in is waited for, as one that lost its signal.

    Raises UsageError if `spec` cannot be understood and SourceError if it cannot be opened. A
    live source opens at once whatever its device does; its trouble comes as SignalLost.
    """
    match parse_spec(spec):
        case SyntheticSpec(seed):
            return SyntheticSource(seed, size, with_flow)
        case CameraSpec(key):
            return open_camera(key, CameraRequest.of(size, fps, pixel_format), awaited=awaited)
        case ScreenSpec(region):
            return open_screen(region)
        case WindowSpec(title):
            return open_window(title)
        case UrlSpec(url, is_file):
            return VideoSource(url) if is_file else open_stream(url)
        case PathSpec(path):
            return _open_path(path)


def open_awaited(spec: str, size: tuple[int, int] | None = None) -> Source:
    """As open_source, for a window: who sits before it can still plug the camera in."""
    return open_source(spec, size, awaited=True)


def with_camera_format(
    open_plain: OpenSource, wanted: Callable[[], tuple[float, str]]
) -> OpenSource:
    """`open_plain`, but cameras are asked for the rate and pixel format that `wanted()` names.

    wanted : (fps, pixel format) at the moment; 0 and "" leave them to the habits of the system.
    """

    def open_asking(spec: str, size: tuple[int, int] | None) -> Source:
        fps, pixel_format = wanted()
        if isinstance(parse_spec(spec), CameraSpec) and (fps or pixel_format):
            return open_source(spec, size, fps=fps, pixel_format=pixel_format, awaited=True)
        return open_plain(spec, size)

    return open_asking


def _open_path(location: str) -> Source:
    path = Path(location).expanduser()
    if path.is_dir():
        return _open_folder(path)
    if is_pipe(path):
        return open_pipe(path)
    if not path.exists() and is_pattern(location):
        return ImagesSource(location, path.name, find_pictures(str(path)))
    if not path.exists():
        meant = f"camera:{location}" if location.isdigit() else ""
        hint = f"did you mean {meant}?" if meant else "check the path."
        raise SourceError(f"There is no file {location}; {hint}")
    if path.suffix.lower() in PICTURE_SUFFIXES:
        return ImagesSource(location, path.name, [path])
    return VideoSource(path)


def _open_folder(path: Path) -> Source:
    if is_recording(path):
        return RecordingSource(path)
    truth = TruthFolder.of_folder(path)
    pictures = find_pictures(str(path / "rgb" if truth else path))
    return ImagesSource(str(path), path.resolve().name, pictures, truth)
