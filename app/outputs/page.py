"""The page for the audience: what is on screen, in any browser, by an address with a token."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from app.outputs.output import Outgoing, OutputOptions
from app.outputs.scene import Scene
from app.outputs.web.access import Tokens
from app.outputs.web.facts import facts_of
from app.outputs.web.hub import Hub
from models.errors import UserError
from models.extras import missing_extra
from models.opencv import cv2

if TYPE_CHECKING:
    from app.outputs.web.server import PageServer

USUAL_PORT = 8765
SIZE = (960, 540)
"""Largest picture, in pixels: sharp on a phone, and bounded for a network that a class shares."""
QUALITY = 75
SEND_BUFFER_BYTES = 256 << 10
"""Of each connection, in the system."""
_MISSING = missing_extra("The page for the audience needs", "web", "aiohttp")


def _nothing() -> None:
    """Take notice of nothing."""


class PageOutput:
    """Serves the page, and encodes each picture once for all viewers.

    Parameters
    ----------
    port
        As text; "" takes the usual one, or any where that is taken.
    options
        Whom to serve, and what may be looked at.

    Attributes
    ----------
    notify
        Called on any thread when a viewer came or left or sent a command; set before `open`.
    """

    is_steady = False
    size = SIZE

    def __init__(self, port: str, options: OutputOptions) -> None:
        self.fps = min(12.0, options.fps)
        self.notify: Callable[[], None] = _nothing
        self.tokens = Tokens()
        self.hub = Hub(options.contents, self._on_change)
        self._port = int(port) if port else 0
        self._options = options
        self._base = ""
        self._server: PageServer | None = None

    @property
    def address(self) -> str:
        """The page's address with its token; "" while it is not open. Any thread."""
        return f"{self._base}/?k={self.tokens.view}" if self._base else ""

    @property
    def remote_address(self) -> str:
        """The address of the remote control; "" while there is none. Any thread."""
        token = self.tokens.remote
        return f"{self._base}/?k={token}" if self._base and token else ""

    @property
    def is_for_network(self) -> bool:
        """Whether other machines can open it."""
        return self._options.is_for_network

    def open(self) -> str:
        """See Output."""
        try:
            from app.outputs.web.server import PageServer
        except ImportError as error:
            raise UserError(_MISSING) from error
        listening = self._listen()
        port = listening.getsockname()[1]
        self._server = PageServer(self.hub, self.tokens, listening, self.is_for_network)
        if not self._server.start():
            raise UserError("The page's server could not be started; see the log for details.")
        host = own_address() if self.is_for_network else "127.0.0.1"
        self._base = f"http://{host}:{port}"
        return self._base

    def wanted(self, _scene: Scene) -> Collection[str]:
        """See Output."""
        return self.hub.take_wanted()

    def send(self, outgoing: Outgoing) -> None:
        """See Output."""
        bgr = cv2.cvtColor(outgoing.rgb, cv2.COLOR_RGB2BGR)
        is_done, jpeg = cv2.imencode(".jpg", bgr, (cv2.IMWRITE_JPEG_QUALITY, QUALITY))
        if is_done:
            facts = facts_of(outgoing.result, outgoing.scene)
            self.hub.publish(outgoing.content, jpeg.tobytes(), facts, outgoing.result)

    def close(self) -> None:
        """See Output."""
        server, self._server, self._base = self._server, None, ""
        if server is not None:
            server.stop()

    def _on_change(self) -> None:
        self.notify()

    def _listen(self) -> socket.socket:
        host = "0.0.0.0" if self.is_for_network else "127.0.0.1"
        ports = (self._port,) if self._port else (USUAL_PORT, 0)
        for port in ports:
            try:
                listening = socket.create_server((host, port))
            except OSError as error:
                failure = error
            else:
                # A viewer that does not read costs that much, and no more.
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
                return listening
        raise UserError(
            f"The page cannot be served at port {self._port} ({failure.strerror}); choose "
            "another one, as in --output page:8080, or leave it out."
        ) from failure


def own_address() -> str:
    """This machine's address in the local network; the loopback's where it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # sends nothing: it only chooses a way there
        except OSError:
            return "127.0.0.1"
        return str(asking.getsockname()[0])
