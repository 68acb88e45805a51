"""Who may open the page: a token in the address, and checks of where a request comes from."""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
import threading
from enum import Enum

TOKEN_BYTES = 16
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[0-9.]{7,15}|localhost)(?::\d{1,5})?")


class Access(Enum):
    """What a token lets its holder do."""

    NONE = "nothing"
    VIEW = "watch"
    REMOTE = "watch, and be the remote control"


class Tokens:
    """The page's tokens: one to watch, and one for the remote control while that is allowed.

    Thread-safe. A token is compared in constant time and never logged.
    """

    def __init__(self) -> None:
        self.view = secrets.token_urlsafe(TOKEN_BYTES)
        self._remote = ""
        self._lock = threading.Lock()

    @property
    def remote(self) -> str:
        """The remote control's token; "" while there is none."""
        with self._lock:
            return self._remote

    def allow_remote(self, is_allowed: bool) -> None:
        """Make a new token for the remote control, or end the one there is."""
        with self._lock:
            self._remote = secrets.token_urlsafe(TOKEN_BYTES) if is_allowed else ""

    def access(self, given: str) -> Access:
        """What `given`, which may be anything, gives access to."""
        offered, remote = given.encode("utf-8", "replace"), self.remote
        is_view = hmac.compare_digest(offered, self.view.encode())
        is_remote = hmac.compare_digest(offered, remote.encode()) and bool(remote)
        if is_remote:
            return Access.REMOTE
        return Access.VIEW if is_view else Access.NONE


def is_host_known(host: str, is_for_network: bool) -> bool:
    """Whether a request's Host names this machine by an address, or as localhost.

    A page elsewhere could make its own name point here (DNS rebinding): names are refused.
    """
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = found[1].strip("[]")
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return is_for_network or address.is_loopback


def is_origin_own(origin: str | None, host: str) -> bool:
    """Whether a request comes from the page itself; browsers always send the origin of a socket."""
    return origin is None or origin == f"http://{host}"
