"""The page's web server, on a thread of its own; every connection, wait and queue has a bound."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from importlib import resources
from typing import Any

from aiohttp import web

from app.outputs.web.access import TOKEN_BYTES, Access, Tokens, is_host_known, is_origin_own
from app.outputs.web.hub import Hub, Seat
from app.outputs.web.messages import LONGEST
from app.outputs.web.page_text import page_html
from app.outputs.web.viewer import FPS, SEND_S, Viewer

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 128
REQUEST_S = 5.0
"""How long a connection may take to send its request."""
_HEARTBEAT_S = 15.0
_STOP_S = 4.0
_BOUNDARY = "frame"

_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "Server": "FlashDepth Live",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_NO_TOKEN = (
    "This page needs its whole address. Scan the code in the presenter's window, or ask for the "
    "address."
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PageServer:
    """Serves the page on a bound socket. start() and stop() from one thread.

    Parameters
    ----------
    listening
        A socket that is bound; closed by the server.
    """

    def __init__(
        self, hub: Hub, tokens: Tokens, listening: socket.socket, is_for_network: bool
    ) -> None:
        self._hub = hub
        self._tokens = tokens
        self._listening = listening
        self._is_for_network = is_for_network
        self._html = resources.files("resources").joinpath("page/page.html").read_text("utf-8")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="page server", daemon=True)
        self._served: set[int] = set()

    def start(self) -> bool:
        """Serve from now on; False if that failed, which is logged."""
        self._thread.start()
        return self._is_up.wait(_STOP_S) and self._loop is not None

    def stop(self) -> bool:
        """End every connection and the thread, within seconds."""
        loop, ending = self._loop, self._ending
        if loop is not None and ending is not None:
            with contextlib.suppress(RuntimeError):  # it has ended already
                loop.call_soon_threadsafe(ending.set)
        self._thread.join(2 * _STOP_S)
        return not self._thread.is_alive()

    # -- its thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception:  # last resort of this thread: the live view goes on whatever it is
            log.exception("the page's server failed")
        finally:
            self._loop = None
            self._is_up.set()
            self._listening.close()

    async def _serve(self) -> None:
        self._ending = asyncio.Event()
        app = web.Application(middlewares=[self._guard], client_max_size=LONGEST)
        app.on_response_prepare.append(_add_headers)
        app.router.add_get("/", self._page)
        app.router.add_get("/live", self._live)
        app.router.add_get("/mjpeg", self._mjpeg)
        runner = web.AppRunner(
            app, access_log=None, logger=_WithoutRequest(log), handler_cancellation=True,
            keepalive_timeout=REQUEST_S, shutdown_timeout=1.0,
        )  # fmt: skip
        await runner.setup()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: self._protocol(runner.server), sock=self._listening, backlog=32
        )
        sweeper = asyncio.create_task(self._sweep(runner.server))
        self._loop = loop
        self._hub.attach(loop)
        self._is_up.set()
        try:
            await self._ending.wait()
        finally:
            self._hub.attach(None)
            sweeper.cancel()
            server.close()
            await runner.cleanup()

    def _protocol(self, handlers: Any) -> asyncio.Protocol:
        """What serves a new connection; one too many is closed at once."""
        is_full = handlers is None or len(handlers.connections) >= MOST_CONNECTIONS
        return _Refusal() if is_full else handlers()

    async def _sweep(self, handlers: Any) -> None:
        """Close connections that send no request."""
        since_s: dict[int, float] = {}
        while True:
            await asyncio.sleep(1.0)
            now_s, open_now = time.monotonic(), {id(one): one for one in handlers.connections}
            since_s = {key: since_s.get(key, now_s) for key in open_now}
            self._served &= open_now.keys()
            for key, connection in open_now.items():
                if key not in self._served and now_s - since_s[key] > REQUEST_S:
                    connection.force_close()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let only requests through that come to this page by its address and with its token."""
        self._served.add(id(request.protocol))
        host = request.headers.get("Host", "")  # aiohttp's own would look a missing one up
        if not is_host_known(host, self._is_for_network):
            return web.Response(status=421, text="Open the page by its number address.")
        if not is_origin_own(request.headers.get("Origin"), host):
            return web.Response(status=403, text="Only the page itself may ask for this.")
        if self._access(request) is Access.NONE:
            return web.Response(status=403, text=_NO_TOKEN)
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except Exception:  # last resort of a request: the others go on
            log.exception("a request for the page failed")
            return web.Response(status=500, text="The page has a problem; try again.")

    def _access(self, request: web.Request) -> Access:
        return self._tokens.access(request.query.get("k", ""))

    # -- what is served ------------------------------------------------------------------------

    async def _page(self, request: web.Request) -> web.StreamResponse:
        nonce = secrets.token_urlsafe(TOKEN_BYTES)
        policy = (
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
            f"img-src 'self' blob:; connect-src 'self' ws://{request.host}; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'"
        )
        html = page_html(self._html, nonce, self._hub.contents)
        return web.Response(
            text=html, content_type="text/html", headers={"Content-Security-Policy": policy}
        )

    async def _live(self, request: web.Request) -> web.StreamResponse:
        seat = self._hub.take_seat(request.remote or "")
        if seat is None:
            return _full()
        remote = self._tokens.access(request.query.get("k", "")) is Access.REMOTE
        is_holder = remote and self._hub.take_remote()
        try:
            made = web.WebSocketResponse(
                max_msg_size=LONGEST, heartbeat=_HEARTBEAT_S, timeout=1.0, compress=False
            )
            await made.prepare(request)

            def is_remote() -> bool:
                return is_holder and self._access(request) is Access.REMOTE

            await Viewer(made, self._hub, seat, is_remote).serve()
            return made
        finally:
            if is_holder:
                self._hub.leave_remote()
            self._hub.leave(seat)

    async def _mjpeg(self, request: web.Request) -> web.StreamResponse:
        """For browsers or networks without sockets; a viewer that does not read is dropped."""
        seat = self._hub.take_seat(request.remote or "")
        if seat is None:
            return _full()
        try:
            self._hub.look_at(seat, request.query.get("show", ""))
            response = web.StreamResponse(
                headers={"Content-Type": f"multipart/x-mixed-replace; boundary={_BOUNDARY}"}
            )
            await response.prepare(request)
            await self._send_parts(response, seat)
            return response
        finally:
            self._hub.leave(seat)

    async def _send_parts(self, response: web.StreamResponse, seat: Seat) -> None:
        sent = 0
        with contextlib.suppress(ConnectionError, TimeoutError):
            while True:
                started_s = time.monotonic()
                picture = self._hub.picture(seat.content)
                if picture is not None and picture.number > sent:
                    sent = picture.number
                    head = (
                        f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\n"
                        f"Content-Length: {len(picture.jpeg)}\r\n\r\n"
                    )
                    async with asyncio.timeout(SEND_S):
                        await response.write(head.encode() + picture.jpeg + b"\r\n")
                else:
                    seat.changed.clear()
                    await seat.changed.wait()
                await asyncio.sleep(max(0.0, started_s + 1.0 / FPS - time.monotonic()))


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault(
        "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"
    )


def _full() -> web.Response:
    return web.Response(
        status=503, text="Too many viewers at the moment; try again later.",
        headers={"Retry-After": "10"},
    )  # fmt: skip


class _WithoutRequest(logging.LoggerAdapter[logging.Logger]):
    """Logs what aiohttp says of a connection, without the error that may quote the address."""

    def process(
        self, message: Any, extra: MutableMapping[str, Any]
    ) -> tuple[Any, MutableMapping[str, Any]]:
        return message, {**extra, "exc_info": None}


class _Refusal(asyncio.Protocol):
    """Closes its connection at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            transport.abort()
