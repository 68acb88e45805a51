"""Addresses: network streams, and video files on a web server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.sources.addresses import url_title
from app.sources.spec import OpenRequest, SourceSpec
from models.errors import UsageError

if TYPE_CHECKING:
    from app.core.source import Source


SCHEMES = frozenset({"http", "https", "rtsp", "rtsps", "udp"})
_VIDEO_SUFFIXES = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".webm"})
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+)://")  # two letters at least: C: is a drive
_NEVER = re.compile(r"[\s\x00-\x20\x7f-\xa0]")


@dataclass(frozen=True, slots=True)
class UrlSpec(SourceSpec):
    """Something on the network. `is_file`: a video file, which can be sought."""

    url: str
    is_file: bool

    usages = ("a URL",)
    is_remote = True
    chooser = "address"

    @classmethod
    def parse(cls, text: str) -> UrlSpec | None:
        """See SourceSpec."""
        if not (found := _SCHEME.match(text)):
            return None
        scheme = found[1].lower()
        if scheme not in SCHEMES:
            raise UsageError(f"URLs must begin with http, https, rtsp or udp, not with {scheme}.")
        try:
            parts = urlsplit(text)
            _ = parts.port  # urlsplit checks it only when it is read
            if _NEVER.search(text):
                raise ValueError("a space or a control character")
        except ValueError as error:  # the text is not repeated: what broke it may be a password
            raise UsageError(
                f"This address is not valid; write it as {scheme}://HOST:PORT/PATH with a port "
                "below 65536, and encode special characters, such as %40 for @ in a "
                "password and %20 for a space."
            ) from error
        suffix = PurePosixPath(parts.path).suffix.lower()
        return cls(text, is_file=scheme.startswith("http") and suffix in _VIDEO_SUFFIXES)

    @property
    def title(self) -> str:
        """See SourceSpec."""
        return url_title(self.url)

    @property
    def is_live(self) -> bool:
        """See SourceSpec."""
        return not self.is_file

    def open(self, request: OpenRequest) -> Source:
        """See SourceSpec."""
        from app.sources.stream import open_stream
        from app.sources.video import VideoSource

        del request
        return VideoSource(self.url) if self.is_file else open_stream(self.url)
