"""Why an address could not be opened, as one sentence."""

from __future__ import annotations

import errno
import ssl
from http import HTTPStatus
from urllib.error import HTTPError

import av.error

_NO_ROUTE = {errno.EHOSTUNREACH, errno.ENETUNREACH}
_NO_ENTRY = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_NO_VIDEO = av.error.InvalidDataError | av.error.EOFError | av.error.ArgumentError


class NotHttpError(OSError):
    """What answers is no web server."""


def why_not_connected(title: str, error: Exception) -> str:
    """The sentence for the user.

    Parameters
    ----------
    title
        What is shown of the address: no password.
    error
        What opening it raised.
    """
    if isinstance(error, HTTPError):
        return _why_refused(title, error.code)
    if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
        return _why_refused(title, HTTPStatus.UNAUTHORIZED)
    if isinstance(error, av.error.HTTPNotFoundError):
        return _why_refused(title, HTTPStatus.NOT_FOUND)
    if isinstance(error, NotHttpError):
        return f"{title} does not answer as a web server does; check the address and the port."
    if isinstance(error, ConnectionRefusedError):
        return f"{title} refuses the connection; check the port, and that the camera is streaming."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {title} is not valid; check the address and the clock."
    if isinstance(error, av.error.ProtocolNotFoundError):
        return f"{title} uses an unsupported protocol; use http, rtsp or udp."
    if isinstance(error, TimeoutError | av.error.ExitError) or (
        isinstance(error, OSError) and error.errno in _NO_ROUTE
    ):
        return f"{title} does not respond; check the address and the network."
    if isinstance(error, _NO_VIDEO):
        return f"{title} does not send video; check the address."
    return f"Can't reach {title}; check the address and the network."


def _why_refused(title: str, status: int) -> str:
    if status in _NO_ENTRY:
        return f"{title} requires a password; put user:password@ before the host."
    if status == HTTPStatus.NOT_FOUND:
        return f"{title} does not exist (the server answers 404); check the path."
    return f"{title} can't be opened (the server answers {status}); check the address."
