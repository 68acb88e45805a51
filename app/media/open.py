"""The one place that opens media: video files, addresses, pipes, bytes.

FFmpeg takes a name for what it looks like ("12:30.mp4" for a protocol called 12) and opens further
files that a playlist or a concat script names. Everything here is explicit instead: a path is a
path, whatever its name; a file is opened as what its content is, among formats that hold pictures
themselves; and a protocol is used only if this kind of source needs it.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

import av
import av.error
from av.container import InputContainer, OutputContainer

from app.media.allowance import Allowance
from app.media.http import WebClient, stream_range
from app.media.remote import RemoteFile, RemoteStream
from models.errors import SourceError

VIDEO_FORMATS = frozenset(
    """
    amv apng apv asf av1 avi avs2 avs3 cavsvideo dhav dirac dnxhd dv evc flv gif gxf h261
    h263 h264 hevc ivf jpegxl_anim live_flv m4v matroska mjpeg mjpeg_2000 mov mpeg mpegts
    mpegvideo mpjpeg mxf nsv nut obu ogg r3d rm vc1 vc1test vvc wtv webp yuv4mpegpipe
    """.split()  # noqa: SIM905 - a list of words
)
"""FFmpeg's demuxers for files that hold their pictures themselves, and open no other file."""
PICTURE_FORMATS = frozenset(
    f"{name}_pipe"
    for name in """
    bmp dds dpx exr gif hdr j2k jpeg jpegls jpegxl pam pbm pcx pfm pgm png ppm psd qoi sgi
    tiff webp
    """.split()  # noqa: SIM905 - a list of words
)
"""Demuxers for single pictures."""
MEDIA_FORMATS = VIDEO_FORMATS | PICTURE_FORMATS
_PLAYLISTS = frozenset({"hls", "dash"})  # only from a web server, and only to the network
_PLAYLIST_STARTS = (b"#EXTM3U", b"ffconcat", b"[playlist]", b"<?xml", b"<smil", b"<MPD")
_WEB_FORMATS = MEDIA_FORMATS | _PLAYLISTS
_WEB_PROTOCOLS = "http,https"  # what a playlist may name; FFmpeg itself connects to neither
_NETWORK: Mapping[str, tuple[frozenset[str], str]] = {
    "rtsp": (frozenset({"rtsp"}), "rtsp,rtp,rtcp,srtp,tcp,udp"),
    "rtsps": (frozenset({"rtsp"}), "rtsp,rtsps,rtp,rtcp,srtp,tcp,tls,udp"),
    "udp": (MEDIA_FORMATS, "udp"),
}
"""By scheme of an address that FFmpeg itself connects to: demuxers and protocols."""
_SENDING = ("rtmp", "rtmps", "udp")
_TS_IN_DATAGRAM = 7 * 188  # bytes: whole packets of MPEG-TS that no network takes apart
_PIPE_ONLY = "none"  # no protocol has this name


@dataclass(frozen=True, slots=True, eq=False)
class MediaInput:
    """An open container, and what has to be closed after it.

    Attributes
    ----------
    container : av.container.InputContainer
        To demux from.
    remote : RemoteStream or None
        What the container reads from, if that is a web server.
    """

    container: InputContainer
    remote: RemoteStream | None = None

    def interrupt(self) -> None:
        """Make a read from a web server return at once. Any thread may call it."""
        if self.remote is not None:
            self.remote.interrupt()

    def close(self) -> None:
        """Close both; may be called twice."""
        self.container.close()
        if self.remote is not None:
            self.remote.close()


def open_file(
    path: str | os.PathLike[str],
    formats: frozenset[str] = MEDIA_FORMATS,
    container_format: str | None = None,
) -> MediaInput:
    """Open a local file whose content is one of `formats`, however it is called.

    Parameters
    ----------
    path : str or PathLike
        A path, never an address.
    formats : frozenset of str
        Names of FFmpeg's demuxers.
    container_format : str or None
        The demuxer to use, for a file whose format is known; None to go by its content.

    Raises
    ------
    SourceError
        If it is no regular file, or a playlist.
    OSError, av.error.FFmpegError
        If it cannot be read, or is none of `formats`.
    """
    name = os.fspath(path)
    _require_regular(name)
    try:
        return MediaInput(
            _open(
                f"file:{name}",
                formats,
                "file",
                container_format=container_format,
            )
        )
    except av.error.FFmpegError as error:
        if _is_playlist(name):
            raise SourceError(
                f"{os.path.basename(name)} is a playlist, which only names other files; open the "
                "video itself."
            ) from error
        raise


def open_address(
    url: str,
    timeout_s: tuple[float, float],
    options: Mapping[str, str] | None = None,
    *,
    can_seek: bool = False,
    allowance: Allowance | None = None,
) -> MediaInput:
    """Connect to an address whose scheme is http, https, rtsp, rtsps or udp.

    No redirect and no playlist leads to a file, or from the internet into the local network.

    Parameters
    ----------
    url : str
        May hold user and password.
    timeout_s : tuple of float
        Seconds that opening, and every later read, may take.
    options : mapping or None
        FFmpeg's options for the container.
    can_seek : bool
        It is a file on a web server that will be sought in, no live stream.
    allowance : Allowance or None
        Bounds what a live stream from a web server may send.

    Raises
    ------
    SourceError
        If it leads where it must not.
    OSError, av.error.FFmpegError
        If nothing answers or what answers is no video.
    """
    scheme = urlsplit(url).scheme.lower()
    if scheme in _NETWORK:
        formats, protocols = _NETWORK[scheme]
        return MediaInput(_open(url, formats, protocols, options=options, timeout_s=timeout_s))
    client = WebClient(url, timeout_s)

    def open_nested(nested: str, _flags: int, options: Mapping[str, str]) -> RemoteStream:
        first, last = stream_range(options)
        return RemoteStream(client, nested, first, last, allowance)

    if can_seek:
        remote: RemoteStream = RemoteFile(client, url)
    else:
        remote = RemoteStream(client, url, allowance=allowance)
    with contextlib.ExitStack() as unless_opened:
        unless_opened.callback(remote.close)
        container = _open(
            remote,
            _WEB_FORMATS,
            _WEB_PROTOCOLS,
            options={**(options or {}), "http_persistent": "0"},  # so that io_open is asked
            container_format=remote.container_format,
            io_open=open_nested,
        )
        unless_opened.pop_all()
    return MediaInput(container, remote)


def open_pipe(file: object, options: Mapping[str, str] | None = None) -> MediaInput:
    """Read a container from an object with `read(count)`, and from nothing else."""
    return MediaInput(_open(file, MEDIA_FORMATS, _PIPE_ONLY, options=options))


def open_muxer(
    file: object, options: Mapping[str, str], container_format: str = "mp4"
) -> OutputContainer:
    """A container that is written to an object with `write`, and to nothing else.

    An MP4 also needs `seek` and `tell` of it.
    """
    return av.open(file, "w", format=container_format, container_options=dict(options))


def open_network_muxer(address: str, container_format: str) -> OutputContainer:
    """A stream to an address; `start_encoding` connects and holds the interpreter's lock meanwhile.

    Parameters
    ----------
    address
        Of a server (rtmp, rtmps) or of a receiver (udp).
    container_format
        "flv" or "mpegts".
    """
    parts = urlsplit(address)
    if parts.scheme not in _SENDING:
        raise SourceError(f"Can't stream to {parts.scheme} addresses; use rtmp or udp.")
    if parts.scheme == "udp" and "pkt_size" not in parts.query:
        address += f"{'&' if parts.query else '?'}pkt_size={_TS_IN_DATAGRAM}"
    options = {"flvflags": "no_duration_filesize"} if container_format == "flv" else {}
    return av.open(address, "w", format=container_format, container_options=options)


def open_bytes(path: str | os.PathLike[str]) -> BinaryIO:
    """A regular file, such as a picture, to read bytes from; the caller closes it.

    `cv2.imread` opens neither every name on Windows nor refuses pipes and devices.

    Raises
    ------
    SourceError
        If it is no regular file.
    OSError
        If it cannot be read.
    """
    name = os.fspath(path)
    _require_regular(name)
    handle = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    file = os.fdopen(handle, "rb")
    if not stat.S_ISREG(os.fstat(handle).st_mode):  # it was exchanged in between
        file.close()
        raise _not_a_file(name)
    return file


def _open(
    what: str | object,
    formats: frozenset[str],
    protocols: str,
    *,
    options: Mapping[str, str] | None = None,
    timeout_s: tuple[float, float] | None = None,
    container_format: str | None = None,
    io_open: Callable[..., object] | None = None,
) -> InputContainer:
    return av.open(
        what,
        "r",
        format=container_format,
        options={
            **(options or {}),
            "format_whitelist": ",".join(sorted(formats)),
            "protocol_whitelist": protocols,
        },
        metadata_errors="replace",  # titles may have another encoding
        timeout=timeout_s,
        io_open=io_open,
    )


def _require_regular(name: str) -> None:
    """Refuse pipes and devices, which might never end, or block."""
    found = os.stat(name)
    if not stat.S_ISREG(found.st_mode):
        raise _not_a_file(name)


def _not_a_file(name: str) -> SourceError:
    return SourceError(f"{os.path.basename(name) or name} is not a file; choose a file.")


def _is_playlist(name: str) -> bool:
    try:
        with open(name, "rb") as file:
            return file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_PLAYLIST_STARTS)
    except OSError:
        return False
