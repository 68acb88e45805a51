"""What --source may say, as values. Nothing is opened or looked up here."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from urllib.parse import unquote, urlsplit

from app.system.redaction import without_secrets
from models.errors import UsageError

KINDS = (
    "synthetic[:SEED], a file or folder, a URL, camera:NAME, camera:INDEX, screen[:X,Y,W,H] or "
    "window:TITLE"
)
STREAM_SCHEMES = frozenset({"http", "https", "rtsp", "rtsps", "udp"})
_VIDEO_SUFFIXES = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".webm"})
_WORDS = ("synthetic", "camera", "screen", "window")
_SYNONYMS = {"webcam": "camera:0", "cam": "camera:0", "desktop": "screen", "synth": "synthetic"}
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+)://")  # two letters at least: C: is a drive


@dataclass(frozen=True, slots=True)
class SyntheticSpec:
    """The built-in scene; without a seed, the one made by hand."""

    seed: int | None


@dataclass(frozen=True, slots=True)
class CameraSpec:
    """A camera by its place in the list, or by (a part of) its name or its path."""

    key: int | str


@dataclass(frozen=True, slots=True)
class ScreenSpec:
    """The main screen, or the rectangle (x, y, width, height) of the desktop, in pixels."""

    region: tuple[int, int, int, int] | None


@dataclass(frozen=True, slots=True)
class WindowSpec:
    """Another program's window, by (a part of) its title."""

    title: str


@dataclass(frozen=True, slots=True)
class UrlSpec:
    """Something on the network. `is_file`: a video file, which can be sought."""

    url: str
    is_file: bool


@dataclass(frozen=True, slots=True)
class PathSpec:
    """A video, a picture, a folder, a pattern of pictures, a recording or a pipe."""

    path: str


Spec = SyntheticSpec | CameraSpec | ScreenSpec | WindowSpec | UrlSpec | PathSpec
_PRIVATE = (CameraSpec, ScreenSpec, WindowSpec, UrlSpec)


def parse_spec(text: str) -> Spec:
    """Understand what --source says. Raises UsageError with what would work."""
    text = text.strip()
    word, colon, rest = text.partition(":")
    match word.lower():
        case "synthetic":
            return _synthetic(rest.strip()) if colon else SyntheticSpec(None)
        case "camera":
            return _camera(rest.strip())
        case "screen":
            return _screen(rest) if colon else ScreenSpec(None)
        case "window":
            return _window(rest.strip())
        case "":
            raise UsageError(f"No source was given; it may be {KINDS}.")
    if scheme := _SCHEME.match(text):
        return _url(text, scheme[1].lower())
    if text.lower() in _SYNONYMS:
        raise UsageError(f"There is no source {text!r}; did you mean {_SYNONYMS[text.lower()]}?")
    if colon and len(word) > 1 and "/" not in word and "\\" not in word:
        near = difflib.get_close_matches(word.lower(), _WORDS, n=1, cutoff=0.7)
        if near:
            raise UsageError(f"There is no source {text!r}; did you mean {near[0]}:{rest}?")
    return PathSpec(text)


def is_camera(text: str) -> bool:
    """`text` means a camera."""
    try:
        return isinstance(parse_spec(text), CameraSpec)
    except UsageError:
        return False


def is_remote(text: str) -> bool:
    """`text` means something on the network, which takes its time."""
    try:
        return isinstance(parse_spec(text), UrlSpec)
    except UsageError:
        return False


def is_opened_unasked(text: str) -> bool:
    """`text` may be opened by who only starts the program: it looks neither at the room, nor at
    the screen, nor at the network."""
    try:
        return not isinstance(parse_spec(text), _PRIVATE)
    except UsageError:
        return False


def title_of(text: str) -> str:
    """How a source is called before it is open. A password in an address is left out."""
    try:
        spec = parse_spec(text)
    except UsageError:
        return without_secrets(text)
    match spec:
        case UrlSpec(url, _):
            return url_title(url)
        case WindowSpec(title):
            return title
        case PathSpec(path) | CameraSpec(str(path)):
            return PurePath(path).name or path
        case _:
            return text.strip()


def url_title(url: str) -> str:
    """Host, port and path of an address that parse_spec let pass, without user and password."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return f"{host}{port}{parts.path.rstrip('/')}" or without_secrets(url)


def _synthetic(seed: str) -> SyntheticSpec:
    if not re.fullmatch(r"\d{1,18}", seed):
        raise UsageError(f"The seed of a scene is a whole number, as in synthetic:7, not {seed!r}.")
    return SyntheticSpec(int(seed))


def _camera(key: str) -> CameraSpec:
    if not key:
        raise UsageError(
            "Say which camera, as in camera:0 or camera:NAME; the command `cameras` lists them."
        )
    return CameraSpec(int(key) if re.fullmatch(r"\d{1,4}", key) else key)


def _screen(region: str) -> ScreenSpec:
    numbers = re.fullmatch(r"\s*(-?\d+)\s*,\s*(-?\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*", region)
    if numbers is None:
        raise UsageError(
            f"A part of the screen is written screen:X,Y,W,H, as in screen:0,0,1280,720, "
            f"not screen:{region}."
        )
    x, y, width, height = (int(number) for number in numbers.groups())
    if width < 16 or height < 16:
        raise UsageError(f"A part of the screen is at least 16x16 pixels, not {width}x{height}.")
    return ScreenSpec((x, y, width, height))


def _window(title: str) -> WindowSpec:
    if not title:
        raise UsageError(
            "Say which window, as in window:TITLE; a part of its title is enough, and the Source "
            "menu lists them."
        )
    return WindowSpec(title)


def _url(text: str, scheme: str) -> UrlSpec | PathSpec:
    if scheme == "file":
        path = unquote(urlsplit(text).path)
        return PathSpec(path[1:] if re.match(r"/[A-Za-z]:", path) else path)
    if scheme not in STREAM_SCHEMES:
        raise UsageError(f"URLs begin with http, https, rtsp or udp, not with {scheme}.")
    try:
        parts = urlsplit(text)
        _ = parts.port  # it is looked at only when asked for
    except ValueError as error:  # not with the address: what broke it may be a password
        raise UsageError(
            f"This address cannot be understood; it is written {scheme}://HOST:PORT/PATH with a "
            "port below 65536, and what is special in a password as in %40 for @."
        ) from error
    suffix = PurePosixPath(parts.path).suffix.lower()
    return UrlSpec(text, is_file=scheme.startswith("http") and suffix in _VIDEO_SUFFIXES)
