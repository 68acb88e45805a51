"""A network stream: what goes out is sent to an RTMP server, or as MPEG-TS over UDP.

H.264 with a key frame every two seconds. A connection that breaks off is made again, after a pause
that doubles each time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from typing import Protocol
from urllib.parse import urlsplit

import numpy as np

from app.outputs.output import Outgoing, OutputOptions
from app.outputs.scene import Scene
from models.errors import UserError
from models.frames import UInt8
from renderers.letterbox import letterboxed

log = logging.getLogger(__name__)

FORMATS = {"rtmp": "flv", "rtmps": "flv", "udp": "mpegts"}
"""By scheme of the address."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
_STEADY_S = 10.0  # after a connection that lasted as long, the first pause applies again


class Connection(Protocol):
    """What `StreamConnection` does."""

    is_connected: bool

    @property
    def failure(self) -> str | None: ...
    def send(self, rgb: UInt8, time_s: float) -> None: ...
    def close(self) -> None: ...


Connect = Callable[[str, str, tuple[int, int]], Connection]


class StreamOutput:
    """Sends the chosen content to an address, at a steady rate and in one size.

    Parameters
    ----------
    address
        Its path, user, password and query may let others publish in the user's name: only scheme
        and host are ever shown or logged.
    options
        Size and rate.
    connect, clock
        Replaced by tests.
    """

    is_steady = True

    def __init__(
        self,
        address: str,
        options: OutputOptions,
        connect: Connect | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.size = options.size
        self.fps = options.fps
        self._address = address
        self._connect = connect
        self._clock = clock
        self._connection: Connection | None = None
        self._began_s = 0.0
        self._next_try_s = 0.0
        self._pause_s = FIRST_PAUSE_S
        self._was_connected = False

    def open(self) -> str:
        """See Output."""
        parts = urlsplit(self._address)
        try:
            is_usable = bool(parts.hostname) and (parts.scheme != "udp" or parts.port is not None)
        except ValueError:  # the port is no number
            is_usable = False
        if not is_usable:
            raise UserError(
                "The address of a stream is rtmp://HOST/PATH or udp://HOST:PORT; check it."
            )
        if self._connect is None:
            from app.outputs.stream_connection import StreamConnection

            self._connect = StreamConnection
        self._begin()
        return self._shown

    def wanted(self, scene: Scene) -> Collection[str]:
        """See Output."""
        return (scene.settings.output_content,)

    def send(self, outgoing: Outgoing) -> None:
        """See Output."""
        connection = self._connection
        if connection is None:
            if self._clock() >= self._next_try_s:
                self._begin()
            return
        failure = connection.failure
        self._was_connected |= connection.is_connected
        if failure is not None:
            self._on_failure(failure)
            return
        picture = np.ascontiguousarray(letterboxed(outgoing.rgb, self.size))
        connection.send(picture, self._clock() - self._began_s)

    def close(self) -> None:
        """See Output."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @property
    def _shown(self) -> str:
        """The address as it may be shown."""
        parts = urlsplit(self._address)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}"

    def _begin(self) -> None:
        assert self._connect is not None
        self._began_s = self._clock()
        scheme = urlsplit(self._address).scheme
        self._connection = self._connect(self._address, FORMATS[scheme], self.size)

    def _on_failure(self, reason: str) -> None:
        """Plan another try; one that never worked is a mistake to be told."""
        self.close()
        if not self._was_connected:
            raise UserError(
                f"Can't stream to {self._shown} ({reason}); check the address and that the server "
                "accepts streams."
            )
        now_s = self._clock()
        if now_s - self._began_s >= _STEADY_S:
            self._pause_s = FIRST_PAUSE_S
        self._next_try_s = now_s + self._pause_s
        log.warning(
            "the stream to %s broke off (%s); again in %.0f s", self._shown, reason, self._pause_s
        )
        self._pause_s = min(2.0 * self._pause_s, LONGEST_PAUSE_S)
