"""Opening the video track of a file or a URL, and why that fails."""

from __future__ import annotations

from pathlib import Path

import av.error
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from app.media.frames import moving_pictures
from app.media.open import MediaInput, open_address, open_file
from app.media.refusals import why_not_connected
from models.errors import SourceError

_NETWORK_TIMEOUT_S = (10.0, 10.0)
_NO_VIDEO = "contains no video; open a video file or a picture folder."


def is_url(location: str) -> bool:
    """Whether a location is an address rather than a path."""
    return "://" in location


def open_track(
    location: str, name: str, container_format: str | None = None
) -> tuple[MediaInput, VideoStream]:
    """Open a file or a URL and its video track, whose packets hand their tags on to frames.

    Parameters
    ----------
    location
        Path or URL.
    name
        The file's name, for messages.
    container_format
        The only format to accept; None for any.

    Raises
    ------
    SourceError
        If it cannot be opened, or has no video track that can be decoded.
    """
    try:
        if is_url(location):
            media = open_address(location, _NETWORK_TIMEOUT_S, can_seek=True)
        else:
            media = open_file(location, container_format=container_format)
    except (av.error.FFmpegError, OSError) as error:
        raise SourceError(_why_not_opened(location, name, error)) from error
    stream = moving_pictures(media.container)
    if stream is None:
        media.close()
        raise SourceError(f"{name} {_NO_VIDEO}")
    context: VideoCodecContext | None = stream.codec_context  # None without a decoder
    if context is None:
        media.close()
        raise SourceError(
            f"The video in {name} can't be decoded here; convert it with another program, or "
            "choose another file."
        )
    stream.thread_type = "AUTO"
    context.flags |= Flags.copy_opaque.value
    return media, stream


def _why_not_opened(location: str, name: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"Can't open {location}: there is no such file; check the path."
    if isinstance(error, PermissionError):
        return f"Can't open {name}: permission denied; change its permissions or copy it elsewhere."
    if is_url(location):
        return why_not_connected(name, error)
    if Path(location).stat().st_size == 0:
        return f"{name} is empty (0 bytes); copy or download it again."
    if isinstance(error, av.error.ArgumentError):  # of a format that is not opened
        return f"{name} {_NO_VIDEO}"
    return (
        f"Can't open {name}: it is not a readable video, or it was cut short while being copied; "
        "try playing it elsewhere, or choose another file."
    )
