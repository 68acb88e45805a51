"""Files and streams on a web server, read for FFmpeg.

FFmpeg's own client follows any redirect and any playlist, also from the internet to a service that
only this machine can reach. This one connects to an address of the local network only if the
address that the user gave was one itself. It also reads videos from servers that know no ranges:
what was read is kept in a temporary file, so that a table at the file's end does no harm.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import ipaddress
import socket
import ssl
import threading
import urllib.error
import urllib.request
import weakref
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from app.media.refusals import NotHttpError
from models.errors import SourceError

Check = Callable[[str], None]
"""Raises SourceError if a host must not be connected to; takes a name or an address."""
Keep = Callable[[socket.socket], None]
"""Is told of every connection."""


class WebClient:
    """Opens one address, and what redirects and playlists lead to from there.

    Parameters
    ----------
    url
        The address that the user gave; user and password in it are sent to its host only.
    timeout_s
        Seconds that connecting, and every later read, may take.
    """

    def __init__(self, url: str, timeout_s: tuple[float, float]) -> None:
        self._connect_s, self._read_s = timeout_s
        parts = urlsplit(url)
        self._may_be_local = _is_local(parts.hostname or "")
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._interrupted = threading.Event()
        passwords = urllib.request.HTTPPasswordMgrWithPriorAuth()
        if parts.username is not None:
            root = urlunsplit((*urlsplit(without_user(url))[:2], "/", "", ""))
            user, password = unquote(parts.username), unquote(parts.password or "")
            passwords.add_password(None, root, user, password)
        self._opener = urllib.request.OpenerDirector()  # without those for files, FTP and data
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.UnknownHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPRedirectHandler(),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPCookieProcessor(),
            urllib.request.HTTPBasicAuthHandler(passwords),
            urllib.request.HTTPDigestAuthHandler(passwords),
            _Http(self._check, self._keep),
            _Https(self._check, self._keep, _tls(verified=not self._may_be_local)),
        ):
            self._opener.add_handler(handler)

    def request(
        self, url: str, first: int | None = None, last: int | None = None
    ) -> http.client.HTTPResponse:
        """The answer to a request for the bytes from `first` to `last`; None stands for all.

        Raises
        ------
        SourceError
            If it leads to where it must not.
        OSError
            If nothing answers, or the answer is an error (urllib.error.HTTPError).
        """
        if urlsplit(url).scheme.lower() not in ("http", "https"):
            raise SourceError(
                "This address leads to something that is not on the web; open that itself if you "
                "trust it."
            )
        asked = urllib.request.Request(without_user(url))
        asked.add_header("User-Agent", "FlashDepthLive")
        if first is not None:
            asked.add_header("Range", f"bytes={first}-{'' if last is None else last}")
        try:
            answer: http.client.HTTPResponse = self._opener.open(asked, timeout=self._connect_s)
        except urllib.error.HTTPError as error:
            error.close()
            raise
        except urllib.error.URLError as error:
            raise _reason(error) from error
        except (http.client.HTTPException, ValueError) as error:
            raise NotHttpError(f"{error!r:.200}") from error
        for opened in tuple(self._sockets):
            with contextlib.suppress(OSError):
                opened.settimeout(self._read_s)
        return answer

    def interrupt(self) -> None:
        """Break all connections for good; blocked reads return. Any thread may call it."""
        self._interrupted.set()
        for opened in tuple(self._sockets):
            with contextlib.suppress(OSError, ValueError):
                opened.shutdown(socket.SHUT_RDWR)

    def _keep(self, opened: socket.socket) -> None:
        self._sockets.add(opened)
        if self._interrupted.is_set():
            raise ConnectionAbortedError("interrupted")

    def _check(self, host: str) -> None:
        if not self._may_be_local and _is_local(host):
            raise SourceError(
                f"This address leads to {host[:80]} in the local network; open that itself if you "
                "trust it."
            )


def without_user(url: str) -> str:
    """`url` without user and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def stream_range(options: Mapping[str, str]) -> tuple[int | None, int | None]:
    """First and last byte of a part that a playlist names, from FFmpeg's options."""
    first, end = int(options.get("offset", 0)), int(options.get("end_offset", 0))
    return (first, end - 1 if end else None) if first or end else (None, None)


def _is_local(host: str) -> bool:
    """Whether `host`, a name or an address, is not on the internet."""
    with contextlib.suppress(ValueError):
        return not ipaddress.ip_address(host.partition("%")[0]).is_global
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False  # connecting fails too, and says why
    return any(_is_local(str(address[4][0])) for address in found)


def _tls(*, verified: bool) -> ssl.SSLContext:
    """Certificates are checked on the internet; cameras in a local network sign their own."""
    context = ssl.create_default_context()
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _reason(error: urllib.error.URLError) -> Exception:
    return error.reason if isinstance(error.reason, Exception) else error


class _CheckedConnection(http.client.HTTPConnection):
    """Looks where it connects to; `target` is the host that is meant, whatever the proxy."""

    def __init__(self, *args: Any, check: Check, keep: Keep, target: str, **others: Any) -> None:
        super().__init__(*args, **others)
        self._check, self._keep, self._meant = check, keep, target

    def connect(self) -> None:
        self._check(self._meant)
        super().connect()
        self._keep(self.sock)
        if self.host == self._meant:  # no proxy; a name may lead elsewhere the second time
            self._check(self.sock.getpeername()[0])


class _CheckedTls(_CheckedConnection, http.client.HTTPSConnection):
    pass


class _Http(urllib.request.HTTPHandler):
    def __init__(self, check: Check, keep: Keep) -> None:
        super().__init__()
        self._options: dict[str, Any] = {"check": check, "keep": keep}

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        target = urlsplit(req.full_url).hostname or ""
        made = functools.partial(_CheckedConnection, target=target, **self._options)
        return self.do_open(made, req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, check: Check, keep: Keep, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._options: dict[str, Any] = {"check": check, "keep": keep, "context": context}

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        target = urlsplit(req.full_url).hostname or ""
        return self.do_open(functools.partial(_CheckedTls, target=target, **self._options), req)
